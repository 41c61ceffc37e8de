# SPDX-License-Identifier: GPL-2.0-or-later
"""The completions offer every option of every command that --help names, in the shells that are here."""

import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import struct
import subprocess
import sys
import termios
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
import program  # noqa: E402


def words_of_help(nlafix, *command):
    """Options as --help lists them, and the commands where they are listed."""
    ended = subprocess.run([nlafix, *command, '--help'], stdout=subprocess.PIPE, check=True, text=True)
    words = set()
    for names in re.findall(r'^  (-[-\w]+(?:, -[-\w]+)?)(?= |$)', ended.stdout, re.MULTILINE):
        words |= set(names.split(', '))
    listed = re.search(r'^Commands:\n((?:  .*\n)+)', ended.stdout, re.MULTILINE)
    if listed:
        words |= set(re.findall(r'^  (\w[\w-]*)', listed.group(1), re.MULTILINE))
    assert '--help' in words, ended.stdout
    return words


def codes_of(nlafix):
    ended = subprocess.run([nlafix, 'fix', '--list-repairs'], stdout=subprocess.PIPE, check=True, text=True)
    codes = set(re.findall(r'^[a-z][-a-z0-9]+$', ended.stdout, re.MULTILINE))
    assert 'remote-desktop-off' in codes, ended.stdout
    return codes


def require_written_from_help(nlafix, completions):
    """As if completions/make.py ran now."""
    with program.Folder() as folder:
        subprocess.run([sys.executable, completions / 'make.py', nlafix, folder], check=True)
        made = sorted(path.name for path in folder.iterdir())
        assert made, 'completions/make.py wrote nothing'
        for name in made:
            assert (completions / name).read_bytes() == (folder / name).read_bytes(), (
                'completions/%s is not what --help says: run completions/make.py %s' % (name, nlafix))


def lines_of(words, folder, **options):
    ended = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                           cwd=folder, timeout=60, **options)
    assert ended.returncode == 0 and not ended.stderr, '%s: %s%s' % (words[0], ended.stdout,
                                                                    ended.stderr)
    return ended.stdout.splitlines()


BASH = '''
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
compopt() { :; }
_nlafix
printf '%s\\n' "${COMPREPLY[@]}"
'''


def bash(completions, words, folder):
    return lines_of(['bash', '--norc', '-c', BASH, 'bash', completions / 'nlafix.bash', *words], folder)


FISH = 'source $argv[1]; complete -C (string join " " -- $argv[2..-1])'


def fish(completions, words, folder):
    found = lines_of(['fish', '--no-config', '-c', FISH, str(completions / 'nlafix.fish'), *words],
                     folder, env={**os.environ, 'HOME': str(folder), 'XDG_CONFIG_HOME': str(folder),
                                  'XDG_DATA_HOME': str(folder)})
    return [line.split('\t')[0] for line in found]


# zsh completes on a terminal alone, and what it offers goes through compadd.
ZSH = '''PROMPT= RPROMPT= LISTMAX=10000
unsetopt beep
fpath=(%(completions)s $fpath)
autoload -Uz compinit
compinit -D -u
compadd() {
    if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\\ * ]]; then
        local -a offered
        builtin compadd -A offered "$@"
        print -rl -- $offered >>%(folder)s/offered
    fi
    builtin compadd "$@"
}
: >%(folder)s/offered
'''


class Zsh:
    """An interactive zsh, on a terminal of its own."""
    __name__ = 'zsh'

    def __init__(self, completions, folder):
        self.offered = folder / 'zsh' / 'offered'
        self.offered.parent.mkdir()
        setup = folder / 'zsh' / 'setup'
        setup.write_text(ZSH.replace('\\\\', '\\') % {'completions': shlex.quote(str(completions)),
                                                    'folder': shlex.quote(str(setup.parent))})
        self.terminal, other_end = pty.openpty()
        fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack('HHHH', 100, 200, 0, 0))
        self.process = subprocess.Popen(['zsh', '-f', '-i'], stdin=other_end, stdout=other_end,
                                        stderr=other_end, cwd=folder, start_new_session=True,
                                        env={**os.environ, 'HOME': str(folder), 'TERM': 'xterm'})
        os.close(other_end)
        self._type(' source %s\n' % setup)
        self._settle(lambda: self.offered.exists())

    def _type(self, text):
        os.write(self.terminal, text.encode())

    def _settle(self, reached):
        """Waits until `reached`, then until nothing more is shown."""
        end = time.monotonic() + 30
        quiet = 0
        while quiet < 3 or not reached():
            assert time.monotonic() < end, 'zsh does not answer'
            ready, _, _ = select.select([self.terminal], [], [], 0.1)
            quiet = 0 if ready else quiet + 1
            if ready:
                os.read(self.terminal, 65536)

    def __call__(self, completions, words, folder):
        self.offered.write_text('')
        self._type(' '.join(words) + '\t')
        self._settle(lambda: self.offered.stat().st_size > 0)
        self._type('\x15')
        return self.offered.read_text().splitlines()

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)


def require_offers(shell, completions, folder, line, expected):
    found = set(shell(completions, line, folder))
    assert expected <= found, '%s: after "%s" these are missing: %s, of %s' % (
        shell.__name__, ' '.join(line), ' '.join(sorted(expected - found)), sorted(found))


def require_shell_offers_all(shell, nlafix, completions, folder):
    top = words_of_help(nlafix)
    commands = {word for word in top if not word.startswith('-')}
    require_offers(shell, completions, folder, ['nlafix', ''], commands)
    require_offers(shell, completions, folder, ['nlafix', '-'], top - commands)
    for command in sorted(commands):
        options = words_of_help(nlafix, command)
        # fish offers short options where one dash stands, long ones where two do.
        for start in ('-', '--'):
            expected = {name for name in options if name.startswith(start)}
            if start == '-':
                expected = {name for name in expected if not name.startswith('--')} or expected
            require_offers(shell, completions, folder, ['nlafix', command, start], expected)
        if command == 'help':
            require_offers(shell, completions, folder, ['nlafix', 'help', ''], commands)
            continue
        require_offers(shell, completions, folder, ['nlafix', command, ''],
                       {'undo': {'hive.bak'}, 'backups': {'folder/' if shell is fish else 'folder'}}
                       .get(command, {'hive.file'}))
        if '--color' in options:
            require_offers(shell, completions, folder, ['nlafix', command, '--color', ''],
                           {'auto', 'always', 'never'})
    require_offers(shell, completions, folder, ['nlafix', 'fix', '--control-set', ''], {'boot', 'all'})
    require_offers(shell, completions, folder, ['nlafix', 'fix', '--backup-dir', 'fo'], {'folder/'} if
                   shell is fish else {'folder'})
    require_offers(shell, completions, folder, ['nlafix', 'fix', '--also', ''], codes_of(nlafix))
    require_offers(shell, completions, folder, ['nlafix', 'check', '--partition', ''], {'1', '8'})


def require_text_names_all(nlafix, text, what):
    """For a shell that is not here: the least that can be said of its file."""
    top = words_of_help(nlafix)
    every = top.union(*(words_of_help(nlafix, word) for word in top if not word.startswith('-')))
    for word in every:
        assert re.search(r'(?<![\w-])%s(?![\w-])' % re.escape(word), text), '%s lacks %s' % (what, word)


def main():
    nlafix, source_dir = program.arguments()
    completions = source_dir / 'completions'
    require_written_from_help(nlafix, completions)
    asked = []
    with program.Folder() as folder:
        (folder / 'hive.file').write_bytes(b'')
        (folder / 'hive.bak').write_bytes(b'')
        (folder / 'folder').mkdir()
        for name in ('bash', 'fish', 'zsh'):
            if not shutil.which(name):
                program.skip_unless_ci(name + ' is not here')
        zsh = Zsh(completions, folder)
        try:
            for shell in (bash, fish, zsh):
                require_shell_offers_all(shell, nlafix, completions, folder)
                asked.append(shell.__name__)
        finally:
            zsh.close()
    require_text_names_all(nlafix, (completions / 'nlafix.ps1').read_text(encoding='utf-8'),
                           'nlafix.ps1')
    print('offered by %s' % ', '.join(asked))


main()
