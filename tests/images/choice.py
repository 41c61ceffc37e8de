# SPDX-License-Identifier: GPL-2.0-or-later
"""Which Windows on a disk is meant: one among other volumes, several, one that was set aside."""

import sys

import _image
import program

MIB = _image.MIB
SIZE = _image.VOLUME_BYTES
FIRST, SECOND = 2 * MIB, 20 * MIB


def two_windows(maker, folder, **second):
    disk = folder / 'disk.img'
    _image.empty_disk(disk, 40 * MIB)
    maker.volume(disk, hive=maker.hive('xp-missing-both'), offset=FIRST, label='Old server')
    maker.volume(disk, hive=maker.hive('2003-missing-tspkg'), offset=SECOND, label='New "server"',
                 **second)
    _image.write_gpt(disk, [(FIRST, SIZE), (SECOND, SIZE)])
    return disk


def several(nlafix, maker, folder):
    disk = two_windows(maker, folder)
    before = disk.read_bytes()
    for command in ('check', 'fix'):
        found = nlafix(command, disk)
        assert found.status == 4 and found.report['error']['code'] == 'several-windows', found
        message = found.report['error']['message']
        for part in ('partition 1', 'partition 2', '16.0 MiB', 'Old server', _image.HIVE):
            assert part in message, message
        assert '--partition' in found.report['error']['hint'], found
    assert disk.read_bytes() == before
    assert len(nlafix('check', '--partition', '1', disk).report['edits']) == 2
    assert len(nlafix('check', '--partition', '2', disk).report['edits']) == 1
    fixed = nlafix('fix', '--partition', '2', disk)
    assert fixed.status == 0 and fixed.report['target']['disk']['partition'] == 2, fixed
    assert nlafix('check', '--partition', '2', disk).status == 0
    assert nlafix('check', '--partition', '1', disk).status == 1
    after = disk.read_bytes()
    assert after[:SECOND] == before[:SECOND] and after[SECOND + SIZE:] == before[SECOND + SIZE:]
    assert nlafix('undo', _image.only_backup(folder, disk.name)).status == 0
    assert disk.read_bytes() == before


def wrong_number(nlafix, maker, folder):
    disk = two_windows(maker, folder)
    found = nlafix('check', '--partition', '7', disk)
    assert found.status == 4 and found.report['error']['code'] == 'no-such-partition', found
    assert 'partition 2' in found.report['error']['message'], found


def one_among_others(nlafix, maker, folder):
    """A volume that is no NTFS, an empty one, one with what an upgrade set aside, and the one."""
    disk = folder / 'disk.img'
    ranges = [(FIRST, SIZE), (SECOND, SIZE), (38 * MIB, SIZE), (56 * MIB, MIB)]
    _image.empty_disk(disk, 60 * MIB)
    maker.volume(disk, offset=FIRST)
    maker.volume(disk, offset=SECOND,
                 file='Windows.old/System32/config/SYSTEM=%s' % maker.hive('xp-missing-both'))
    maker.volume(disk, offset=38 * MIB, hive=maker.hive('xp-missing-both'))
    _image.write_gpt(disk, ranges)
    found = nlafix('check', disk)
    assert found.status == 1 and found.report['target']['disk']['partition'] == 3, found
    found = nlafix('check', '--partition', '2', disk)
    assert found.status == 4 and found.report['error']['code'] == 'no-windows', found
    assert 'Windows.old' in found.report['error']['message'], found


def names_in_other_case(nlafix, maker, folder):
    disk = folder / 'disk.img'
    maker.volume(disk, file='WINDOWS/SYSTEM32/Config/system=%s' % maker.hive('xp-missing-both'))
    found = nlafix('check', disk)
    assert found.status == 1 and found.report['target']['hive'] == 'WINDOWS/SYSTEM32/Config/system', found


def given_twice(nlafix, maker, folder):
    """By two names, with several jobs: done once."""
    disk = folder / 'disk.img'
    maker.volume(disk, hive=maker.hive('xp-missing-both'))
    (folder / 'link.img').symlink_to(disk)
    found = nlafix('fix', '-j', '4', disk, folder / 'link.img', disk)
    assert [report['status'] for report in found.reports].count('fixed') == 1, found
    assert found.status == 0, found
    _image.only_backup(folder, disk.name)


def with_logs(nlafix, maker, folder):
    """A dirty hive is recovered from the logs on its volume."""
    disk = folder / 'disk.img'
    fixture = maker.fixtures / 'dirty-growth.hive'
    maker.volume(disk, hive=fixture, file='%s.LOG1=%s.LOG1' % (_image.HIVE, fixture))
    before = disk.read_bytes()
    found = nlafix('check', disk)
    assert found.status == 1 and found.report['hive']['recovered'], found
    fixed = nlafix('fix', disk)
    assert fixed.status == 0 and fixed.report['hive']['recovered'], fixed
    found = nlafix('check', disk)
    assert found.status == 0 and not found.report['hive']['dirty'], found
    assert nlafix('undo', _image.only_backup(folder, disk.name)).status == 0
    assert disk.read_bytes() == before


def recovered_elsewhere(nlafix, maker, folder):
    disk = folder / 'disk.img'
    maker.volume(disk, hive=maker.hive('xp-missing-both'))
    found = nlafix('recover', '-o', folder / 'out', disk)
    assert found.status == 0, found
    assert (folder / 'out').read_bytes() == maker.hive('xp-missing-both').read_bytes()


def backup_elsewhere(nlafix, maker, folder):
    disk = folder / 'disk.img'
    maker.volume(disk, hive=maker.hive('xp-missing-both'))
    before = disk.read_bytes()
    (folder / 'backups').mkdir()
    assert nlafix('fix', '--backup-dir', folder / 'backups', disk).status == 0
    assert sorted(path.name for path in folder.iterdir()) == ['backups', 'disk.img']
    backup = _image.only_backup(folder / 'backups', disk.name)
    disk.rename(folder / 'moved.img')
    assert nlafix('undo', backup).status == 4
    assert nlafix('undo', '--target', folder / 'moved.img', backup).status == 0
    assert (folder / 'moved.img').read_bytes() == before


def another_disk(nlafix, maker, folder):
    """undo refuses another disk, and one that was written since."""
    disk = folder / 'disk.img'
    maker.volume(disk, hive=maker.hive('xp-missing-both'))
    stranger = folder / 'stranger.img'
    maker.volume(stranger, hive=maker.hive('2003-missing-both'))
    assert nlafix('fix', disk).status == 0
    backup = _image.only_backup(folder, disk.name)
    after = disk.read_bytes()
    found = nlafix('undo', '--target', stranger, backup)
    assert found.status == 3 and found.report['error']['code'] == 'hive-changed', found
    # What Windows does first when it boots: the sequence numbers of the hive change.
    places = [place for place in range(0, len(after), 512) if after[place:place + 4] == b'regf']
    assert places
    for place in places:
        _image.put(disk, place + 4, b'\x77\x77\0\0\x77\x77\0\0')
    changed = disk.read_bytes()
    found = nlafix('undo', backup)
    assert found.status == 3 and found.report['error']['code'] == 'hive-changed', found
    assert disk.read_bytes() == changed


def main():
    path, source_dir = program.arguments()
    maker = _image.Maker(path, source_dir)
    nlafix = _image.Nlafix(path, source_dir)
    for test in (several, wrong_number, one_among_others, names_in_other_case, given_twice, with_logs,
                 recovered_elsewhere, backup_elsewhere, another_disk):
        with program.Folder(fast=True) as folder:
            test(nlafix, maker, folder)
        print(test.__name__.replace('_', ' '))
    sys.exit(0)


main()
