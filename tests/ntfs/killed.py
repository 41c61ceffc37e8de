# SPDX-License-Identifier: GPL-2.0-or-later
"""nlafix is killed at its first, second, ... write and flush while it writes a hive in place on a
mounted NTFS volume. Each time the next one knows what is to be done."""

import re
import shlex
import sys

import _volume
from _killing import KILLED, MOST_CALLS, run_and_kill, strace_works
from _volume import program

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
    sys.exit(0)


main()
