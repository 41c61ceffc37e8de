# SPDX-License-Identifier: GPL-2.0-or-later
"""After an installation below /usr/local, and after one where a package puts things, each shell finds the
completion by itself. Everything is installed into a copy of /usr and /etc that only this test sees."""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
import program  # noqa: E402

# What a shell says that has found it.
QUESTIONS = {
    'bash': ('. /usr/share/bash-completion/bash_completion; _completion_loader nlafix; '
             'complete -p nlafix', 'complete -F _nlafix nlafix'),
    'zsh': ('autoload -Uz compinit; compinit -D -u; print -r $_comps[nlafix]', '_nlafix'),
    'fish': ('complete -C "nlafix fix --create"', '--create-missing'),
}
IN_A_COPY = '''
set -e
for folder in usr etc; do
    mkdir -p "$1/$folder/upper" "$1/$folder/work"
    mount -t overlay overlay -o lowerdir=/$folder,upperdir="$1/$folder/upper",workdir="$1/$folder/work" /$folder
done
find /usr /etc -name '*nlafix*' \\( -path '*complet*' -o -path '*zsh*' \\) -delete
if [ -n "$3" ]; then cmake --install "$2" --prefix "$3" >/dev/null; fi
shift 3
exec "$@"
'''
# A root shell of a live system has no more.
ENVIRONMENT = {'PATH': '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', 'HOME': '/root', 'TERM': 'dumb'}


def in_copy(build, prefix, *words):
    with program.Folder() as folder:
        command = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none "$1" && exec sh -c "$0" sh "$@"',
                   IN_A_COPY, folder, build, prefix, *words]
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=ENVIRONMENT, stdin=subprocess.DEVNULL)


def answer(build, prefix, shell):
    question, _ = QUESTIONS[shell]
    return in_copy(build, prefix, shell, '-c', question).stdout


def main():
    nlafix, _ = program.arguments()
    build = nlafix.parent.parent
    if os.geteuid() != 0 or in_copy(build, '', 'true').returncode != 0:
        program.skip_unless_ci('no copy of /usr can be mounted (root, unshare, overlay)')
    for shell, (_, expected) in QUESTIONS.items():
        if not shutil.which(shell):
            program.skip_unless_ci(shell + ' is not here')
        before = answer(build, '', shell)
        assert expected not in before, 'without an installation %s says %r' % (shell, before)
        for prefix in ('/usr/local', '/usr'):
            found = answer(build, prefix, shell)
            assert expected in found, '%s below %s: %r' % (shell, prefix, found)
    print('found by %s' % ', '.join(QUESTIONS))


main()
