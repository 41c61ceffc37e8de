# SPDX-License-Identifier: GPL-2.0-or-later
"""nlafix is killed while it writes a hive in place on a mounted NTFS volume with the log first: at its
first, second, ... call that may change anything, for each of the five cases, fix and undo. What is left
is the old hive or the new one to our own recovery and to a second replayer, the next run says the right
thing, and undo gives back hive and logs to the byte.

NLAFIX_EVERY_CALL=1 kills at every system call, also at those that change nothing, and all undos; that
takes minutes."""

import hashlib
import os
import sys

import _volume
import second_replayer
from _killing import KILLED, points_of, run_and_kill, strace_works
from _volume import program

# All that changes a file, a name, or what is on the medium; and all that may come between them.
CALLS = ('openat,close,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,unlink,unlinkat,'
         'fchown,fchmod,fsetxattr,flock')
CASES = ('A clean, new format', 'B dirty, new format', "B' dirty, new format, no room",
         'C clean, old format', 'D dirty, old format')


class Case:
    """A hive with logs on the volume, and what it may become."""

    def __init__(self, nlafix, volume, source_dir, folder):
        self.nlafix, self.volume, self.name = nlafix, volume, folder.name
        self.replayer = second_replayer.replayer(source_dir)
        self.start = {path.name: path.read_bytes() for path in folder.iterdir()}
        self.put(self.start)
        self.old = self.content()
        fixed = nlafix('fix', volume.hive)
        assert fixed.status == 0 and fixed.report['method'] == 'log-first', fixed
        self.written = fixed.report['written']
        self.fixed = self.files()
        self.edited = self.content()
        self.outcomes = {'old': 0, 'new': 0}
        self.known = set()

    def put(self, files):
        for path in self.volume.config.iterdir():
            if path.name not in files:
                path.unlink()
        for name, data in files.items():
            (self.volume.config / name).write_bytes(data)

    def files(self):
        return {path.name: path.read_bytes() for path in self.volume.config.iterdir()}

    def content(self):
        """The hive with its logs, as our own recovery sees it."""
        out = self.volume.image.parent / 'recovered'
        out.unlink(missing_ok=True)
        done = self.nlafix('recover', self.volume.hive, '-o', out)
        assert done.status == 0, done
        return second_replayer.content(out.read_bytes())

    def second_opinion(self, files):
        logs = {name: data for name, data in files.items()
                if name.startswith('SYSTEM.LOG') and data}
        return second_replayer.content(
            second_replayer.recovered(self.replayer, files['SYSTEM'], logs))

    def state_of(self, content):
        if content == self.old:
            return 'old'
        # A fix of another second has other times of its two keys and nothing else.
        assert len(content) == len(self.edited), 'neither old nor new'
        differing = sum(a != b for a, b in zip(content, self.edited))
        assert differing <= 16, 'neither old nor new: %d bytes differ' % differing
        return 'new'

    def examine(self):
        """What the kill left; each different state once."""
        files = self.files()
        key = hashlib.sha256(repr(sorted(files.items())).encode()).digest()
        if key in self.known:
            return
        self.known.add(key)
        state = self.state_of(self.content())
        if self.replayer:
            assert self.state_of(self.second_opinion(files)) == state, 'the replayers differ'
        checked = self.nlafix('check', self.volume.hive)
        assert checked.status == (1 if state == 'old' else 0), checked
        is_cut = any(b'"state":"logging"' in data for name, data in files.items()
                     if name.endswith('.json'))
        warned = any('was cut' in text and 'nlafix undo' in text
                     for text in checked.report['warnings'])
        assert warned == is_cut, checked
        # A fix that comes next makes it new, whatever the cut left.
        fixed = self.nlafix('fix', self.volume.hive)
        assert fixed.status == 0 and self.state_of(self.content()) == 'new', fixed
        self.put(files)
        for copy in _volume.backups(self.volume.config):
            undone = self.nlafix('undo', copy)
            if undone.status == 0:
                now = self.files()
                assert all(now[name] == data for name, data in self.start.items()), copy
            else:
                # A backup that is not whole yet belongs to a hive that nobody has touched.
                assert state == 'old' and self.files()['SYSTEM'] == self.start['SYSTEM'], undone
        self.outcomes[state] += 1

    def kill(self, calls, command):
        """Returns how often."""
        before = self.start if command == 'fix' else self.fixed
        words = ['fix', self.volume.hive]
        if command == 'undo':
            self.put(before)
            words = ['undo', _volume.backups(self.volume.config)[0]]
        self.put(before)
        points = points_of(self.nlafix, calls, *words)
        assert len(points) > 20, 'hardly anything to be killed at'
        for call, count in points:
            self.put(before)
            status = run_and_kill(self.nlafix, call, count, *words)
            # Its second may be another, and what depends on that one call more or less.
            assert status in (KILLED, 128 - KILLED, 0), 'status %d' % status
            self.examine()
        return len(points)


def main():
    path, source_dir = program.arguments()
    _volume.require_fuse()
    if not strace_works():
        program.skip_unless_ci('strace may not trace here')
    writer = path.parent.parent / 'tests' / 'write_log_first_hives'
    if not writer.exists():
        program.skip_unless_ci('write_log_first_hives is not built')
    calls = 'all' if os.environ.get('NLAFIX_EVERY_CALL') == '1' else CALLS
    nlafix = program.Nlafix(path, source_dir)
    with program.Folder(fast=True) as folder:
        hives = folder / 'hives'
        hives.mkdir()
        program.subprocess.run([writer, hives], check=True)
        volume = _volume.Volume(folder)
        with volume.mounted():
            volume.put_hive(b'regf')
            for name in CASES:
                case = Case(nlafix, volume, source_dir, hives / name)
                # The way back is the same, whatever the case.
                has_undo = calls == 'all' or name[0] == 'A'
                for command in ('fix', 'undo') if has_undo else ('fix', ):
                    kills = case.kill(calls, command)
                    print('%-30s %s: %4d kills, %2d different states: %s' % (
                        name, command, kills, len(case.known), case.outcomes))
                    sys.stdout.flush()
                print('    written until Windows finishes it by itself: %d bytes, %d flushes; in all: '
                      '%d bytes, %d flushes' % tuple(case.written[name] for name in (
                          'bytes_to_commit', 'flushes_to_commit', 'bytes', 'flushes')))
                if name.startswith('B '):
                    # What appending one entry takes; measured on a real hive.
                    assert case.written['bytes_to_commit'] <= 16384, case.written
                assert case.outcomes['old'] and case.outcomes['new'], 'not all was seen'
    sys.exit(0)


main()
