# SPDX-License-Identifier: GPL-2.0-or-later
"""hivex runs in a process that opens its copy of the hive, to read and to write it, and nothing else, whether
that has a name or not, and that takes nothing with it when it dies."""

import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402

FIXTURE = 'win7-missing-both.hive'
OPENED = re.compile(r'open(?:at)?\((?:AT_FDCWD, )?"([^"]*)"')


class Traced:
    """A fix under strace: its result, and the calls of each process, in their order."""

    def __init__(self, nlafix, folder, *options):
        trace = folder / 'trace'
        os.mkdir(folder / 'tmp')
        ended = subprocess.run(
            ['strace', '-f', '-o', trace, *options, nlafix, 'fix', '--json', folder / 'SYSTEM'],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, TMPDIR=str(folder / 'tmp'), ASAN_OPTIONS='detect_leaks=0'))
        self.status = ended.returncode
        self.output = ended.stdout.decode()
        self.calls = {}
        for line in trace.read_text(errors='replace').splitlines():
            process, _, call = line.partition(' ')
            self.calls.setdefault(process, []).append(call.strip())
        os.unlink(trace)

    def of_hivex(self):
        """The calls from the moment on at which the walls stand."""
        for calls in self.calls.values():
            for i, call in enumerate(calls):
                if call.startswith('landlock_restrict_self('):
                    return calls[i:]
        raise AssertionError('no process was confined')


def require_only_copy(traced, wanted):
    opened = [OPENED.search(call).group(1) for call in traced.of_hivex() if OPENED.search(call)]
    assert len(opened) == 2 and opened[0] == opened[1] and re.fullmatch(wanted, opened[0]), opened


def main():
    nlafix, source_dir = program.arguments()
    if not shutil.which('strace'):
        program.skip_unless_ci('there is no strace')
    reports = program.Reports(source_dir)
    original = (source_dir / 'fixtures' / FIXTURE).read_bytes()

    def fix(*options):
        with program.Folder() as folder:
            (folder / 'SYSTEM').write_bytes(original)
            traced = Traced(nlafix, folder, *options)
            report = reports.require_valid(traced.output)
            if 'landlock' not in report['confined'] and not report['error']:
                program.skip_unless_ci('this kernel has no Landlock')
            left = sorted(path.name for path in folder.iterdir())
            assert not list((folder / 'tmp').iterdir()), 'a private copy is left'
            return traced, report, left, (folder / 'SYSTEM').read_bytes()

    traced, report, _, fixed = fix()
    assert report['status'] == 'fixed', report
    require_only_copy(traced, r'/proc/self/fd/\d+')
    for calls in traced.calls.values():
        assert re.match(r'\+\+\+ (exited with 0|killed)', calls[-1]), calls[-1]
    print('in memory: %d calls of the confined process' % len(traced.of_hivex()))

    traced, report, _, fixed_by_name = fix('-e', 'inject=memfd_create:error=ENOSYS')
    assert report['status'] == 'fixed', report
    require_only_copy(traced, r'/.*/tmp/nlafix-\w+')
    assert len(fixed) == len(fixed_by_name)
    print('as a named file: the same')

    # It dies when it opens its copy to write it.
    traced, report, left, unchanged = fix('-e', 'inject=openat:signal=SIGSEGV:when=2',
                                          '-P', '/proc/self/fd/5')
    assert report['status'] == 'refused' and report['exit_code'] == traced.status == 3, report
    assert report['error']['code'] == 'parser-stopped', report
    assert 'hivex crashed' in report['error']['message'], report
    assert unchanged == original and left == ['SYSTEM', 'tmp'], left
    print('killed: %s' % report['error']['message'])


main()
