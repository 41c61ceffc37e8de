# SPDX-License-Identifier: GPL-2.0-or-later
"""Partition tables of every kind, and volumes with every size of cluster and an awkward hive: each is
fixed by the way that is expected, and undo gives the disk back to the byte."""

import sys

import _image
import program

MIB = _image.MIB
SIZE = _image.VOLUME_BYTES


def mbr(disk):
    _image.write_mbr(disk, [(MIB, MIB), (4 * MIB, SIZE)])


def logical(disk):
    _image.write_logical(disk, [(2 * MIB, MIB), (4 * MIB, SIZE)])


def gpt(disk):
    _image.write_gpt(disk, [(MIB, MIB), (4 * MIB, SIZE)])


def gpt_4k(disk):
    _image.write_gpt(disk, [(MIB, MIB), (4 * MIB, SIZE)], sector=4096)


def backup_gpt(disk):
    _image.write_gpt(disk, [(MIB, MIB), (4 * MIB, SIZE)], primary=False)


# Table, number of the partition, options of the volume.
TABLES = {
    'MBR': (mbr, 2, {}),
    'logical partitions': (logical, 6, {}),
    'GPT': (gpt, 2, {}),
    'GPT, sectors of 4096 bytes': (gpt_4k, 2, {'sector': 4096}),
    'backup GPT': (backup_gpt, 2, {}),
}

# Options of the volume, and the way that the hive is committed.
VOLUMES = {
    'clusters of 512 bytes': ({'cluster': 512}, 'runlist-switch'),
    'clusters of 4096 bytes': ({'cluster': 4096}, 'runlist-switch'),
    'clusters of 65536 bytes': ({'cluster': 65536}, 'runlist-switch'),
    'a hive in 20 pieces': ({'runs': 20, 'cluster': 512}, None),
    'a hive in over 1000 pieces': ({'runs': 1010, 'cluster': 512}, None),
    'a hive with an attribute list': ({'store': 'attribute-list'}, None),
    'an old volume of Windows': ({'traits': 'windows'}, 'runlist-switch'),
    'an MFT in pieces': ({'free-apart': 80, 'other-files': 120}, None),
    'a volume without a free cluster': ({'free': 0}, 'in-place'),
    'a volume with few free clusters': ({'free-apart': 12}, None),
}


def cycle(nlafix, disk, folder):
    """check, fix, check, undo; what the fix reports."""
    before = disk.read_bytes()
    assert nlafix('check', disk).status == 1
    fixed = nlafix('fix', disk)
    assert fixed.status == 0, fixed
    assert nlafix('check', disk).status == 0
    backup = _image.only_backup(folder, disk.name)
    undone = nlafix('undo', backup)
    assert undone.status == 0, undone
    assert disk.read_bytes() == before, 'undo did not give the disk back to the byte'
    return fixed.report


def run_table(nlafix, maker, folder, write, number, options):
    disk = folder / 'disk.img'
    _image.empty_disk(disk, 4 * MIB + SIZE + MIB)
    maker.volume(disk, hive=maker.hive('xp-missing-both'), offset=4 * MIB, **options)
    write(disk)
    report = cycle(nlafix, disk, folder)
    assert report['target']['disk']['partition'] == number, report['target']
    assert report['target']['disk']['offset'] == 4 * MIB, report['target']
    return report


def run_volume(nlafix, maker, folder, options, method):
    disk = folder / 'disk.img'
    maker.volume(disk, hive=maker.large_hive(folder), **options)
    report = cycle(nlafix, disk, folder)
    assert method in (None, report['method']), report
    return report


def run_log_first(nlafix, maker, folder):
    """No switch, but a log with room: it is written first, and undone with the hive."""
    disk = folder / 'disk.img'
    hive, log = folder / 'SYSTEM', folder / 'SYSTEM.LOG1'
    fixture = maker.hive('dirty-growth')
    hive.write_bytes(fixture.read_bytes() + b'\0' * 8192)
    log.write_bytes((maker.fixtures / (fixture.name + '.LOG1')).read_bytes().ljust(65536, b'\0'))
    maker.volume(disk, hive=hive, file='%s.LOG1=%s' % (_image.HIVE, log), store='attribute-list')
    report = cycle(nlafix, disk, folder)
    # On a volume that somebody mounted the hive alone could be put back, and not the log.
    undone = nlafix('undo', '--target', hive, _image.only_backup(folder, disk.name))
    assert undone.status == 3 and undone.report['error']['code'] == 'hive-changed', undone
    assert 'a log as well' in undone.report['error']['message'], undone
    assert report['method'] == 'log-first' and report['hive']['recovered'], report
    return report


def main():
    path, source_dir = program.arguments()
    maker = _image.Maker(path, source_dir)
    nlafix = _image.Nlafix(path, source_dir)
    for name, (write, number, options) in TABLES.items():
        with program.Folder(fast=True) as folder:
            report = run_table(nlafix, maker, folder, write, number, options)
        print('%-34s %s' % (name, report['method']))
    for name, (options, method) in VOLUMES.items():
        with program.Folder(fast=True) as folder:
            report = run_volume(nlafix, maker, folder, options, method)
        print('%-34s %s' % (name, report['method']))
    with program.Folder(fast=True) as folder:
        report = run_log_first(nlafix, maker, folder)
    print('%-34s %s' % ('an attribute list, beside a log', report['method']))
    sys.exit(0)


main()
