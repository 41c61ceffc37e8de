# SPDX-License-Identifier: GPL-2.0-or-later
"""nlafix is killed at its first, second, ... write and flush while it writes a hive in place on a
mounted NTFS volume. Each time the next one knows what is to be done."""

import os
import re
import shlex
import subprocess
import sys

import _volume
from _volume import program

KILLED = -9

# A fix has some ten writes and ten flushes; so many mean that it does not end.
MOST_CALLS = 200


def strace_works():
    command = ['strace', '-o', '/dev/null', '-e', 'inject=getppid:retval=1', 'true']
    try:
        return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def run_and_kill(nlafix, call, count, *words):
    """The exit status of `nlafix WORDS`, killed at its `count`-th `call`; KILLED if it was."""
    environment = dict(os.environ, ASAN_OPTIONS='detect_leaks=0')  # it cannot work under strace
    command = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=' + call, '-e',
               'inject=%s:signal=KILL:when=%d' % (call, count), nlafix.path, *words]
    ended = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    return ended.returncode


def undo_as_told(nlafix, stderr):
    """Runs the command that the hint names."""
    told = re.search(r'put it back first: (nlafix undo .*)', stderr)
    assert told, 'no undo is named: ' + stderr
    _, command, *words = shlex.split(told.group(1))
    undone = nlafix(command, *words)
    assert undone.status == 0, undone


def mend(nlafix, volume, original):
    """What a rescuer does next; what the hive was found to be."""
    checked = nlafix('check', volume.hive)
    content = volume.hive.read_bytes()
    if checked.status == 3:
        assert checked.report['error']['code'] == 'interrupted-write', checked
        assert nlafix('fix', volume.hive).status == 3
        assert volume.hive.read_bytes() == content, 'a half-written hive was touched'
        undo_as_told(nlafix, checked.stderr)
        assert volume.hive.read_bytes() == original, 'undo did not give the original back'
        return 'interrupted'
    if checked.status == 1:
        assert content == original, 'the hive is neither old nor recognised'
        return 'old'
    assert checked.status == 0, checked
    for copy in _volume.backups(volume.config) + _volume.backups(volume.image.parent / 'backups'):
        undone = nlafix('undo', '--target', volume.hive, copy)
        assert undone.status == 0, undone
    assert volume.hive.read_bytes() == original
    return 'new'


def examine(nlafix, volume, original, call, options):
    """Kills at every `call`; counts what was found."""
    elsewhere = volume.image.parent / 'backups'
    found = {'old': 0, 'interrupted': 0, 'new': 0}
    for count in range(1, MOST_CALLS):
        status = run_and_kill(nlafix, call, count, 'fix', *options, volume.hive)
        assert status in (KILLED, 128 - KILLED, 0), 'status %d' % status
        for path in volume.config.iterdir():
            acl = volume.metadata(path)['acl']
            # One that was killed between its birth and its descriptor is empty.
            assert acl == _volume.RESTRICTIVE or not path.stat().st_size, path.name
        assert volume.metadata() == volume.expected, 'metadata changed'
        found[mend(nlafix, volume, original)] += 1
        for path in [*volume.config.iterdir(), *elsewhere.iterdir()]:
            if path != volume.hive:
                path.unlink()
        if status == 0:
            return found
    raise AssertionError('it is killed for ever')


def content(nlafix, volume):
    """The bins of the hive with its logs, but for the time of the first one."""
    out = volume.image.parent / 'recovered'
    out.unlink(missing_ok=True)
    done = nlafix('recover', volume.hive, '-o', out)
    assert done.status == 0, done
    data = bytearray(out.read_bytes())
    data[4096 + 20:4096 + 28] = bytes(8)
    return bytes(data[4096:4096 + int.from_bytes(data[40:44], 'little')])


def kill_with_the_log_first(nlafix, volume, source_dir, name, call):
    """Kills a fix of a dirty hive with logs, and then the undo, at every `call`."""
    hive = source_dir / 'fixtures' / (name + '.hive')
    logs = {path.name[len(hive.name):]: path.read_bytes()
            for path in hive.parent.glob(hive.name + '.LOG*')}

    def put_back():
        for path in volume.config.iterdir():
            if path != volume.hive:
                path.unlink()
        volume.hive.write_bytes(hive.read_bytes())
        for suffix, data in logs.items():
            (volume.config / ('SYSTEM' + suffix)).write_bytes(data)

    put_back()
    old = content(nlafix, volume)
    fixed = nlafix('fix', volume.hive)
    assert fixed.status == 0 and fixed.report['commit'] == 'log-first', fixed
    found = {'old': 0, 'new': 0}
    for command in ('fix', 'undo'):
        for count in range(1, MOST_CALLS):
            put_back()
            words = ('fix', volume.hive)
            if command == 'undo':
                assert nlafix(*words).status == 0
                words = ('undo', _volume.backups(volume.config)[0])
            status = run_and_kill(nlafix, call, count, *words)
            assert status in (KILLED, 128 - KILLED, 0), 'status %d' % status
            # What is new has the time of its fix, and is known by what check says of it.
            state = 'old' if content(nlafix, volume) == old else 'new'
            found[state] += 1
            checked = nlafix('check', volume.hive)
            assert checked.status == (1 if state == 'old' else 0), checked
            for copy in _volume.backups(volume.config):
                undone = nlafix('undo', copy)
                if undone.status == 0:
                    assert volume.hive.read_bytes() == hive.read_bytes()
                    for suffix, data in logs.items():
                        assert (volume.config / ('SYSTEM' + suffix)).read_bytes() == data, suffix
                else:
                    assert state == 'old' and volume.hive.read_bytes() == hive.read_bytes(), undone
            if status == 0:
                break
        else:
            raise AssertionError('it is killed for ever')
    print('log first, %s, %s: %s' % (name, call, found))
    assert found['old'] and found['new'], 'not all was seen'


def main():
    path, source_dir = program.arguments()
    _volume.require_fuse()
    if not strace_works():
        program.skip_unless_ci('strace may not trace here')
    nlafix = program.Nlafix(path, source_dir)
    original = _volume.fixture(source_dir)
    with program.Folder(fast=True) as folder:
        volume = _volume.Volume(folder)
        (folder / 'backups').mkdir()
        with volume.mounted():
            volume.put_hive(original)
            volume.expected = volume.metadata()
            for options in ([], ['--backup-dir', folder / 'backups']):
                for call in ('pwrite64', 'fsync'):
                    found = examine(nlafix, volume, original, call, options)
                    print('%s, backup %s: %s' % (call, 'elsewhere' if options else 'beside', found))
                    assert found['old'] and found['interrupted'] and found['new'], 'not all was seen'
            for name in ('dirty-new-two-logs', 'dirty-old'):
                for call in ('pwrite64', 'fsync'):
                    kill_with_the_log_first(nlafix, volume, source_dir, name, call)
    sys.exit(0)


main()
