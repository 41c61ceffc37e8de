# SPDX-License-Identifier: GPL-2.0-or-later
"""Volumes that something is wrong with: the hint names the program that mends it, and its risk. That
program is run, and the next fix works."""

import struct
import sys

import _image
import program

MIB = _image.MIB


def spoil_mirror(disk):
    """The change number of a record in $MFTMirr."""
    boot = disk.read_bytes()[:512]
    cluster = struct.unpack_from('<H', boot, 11)[0] * boot[13]
    _image.put(disk, struct.unpack_from('<Q', boot, 56)[0] * cluster + 8, b'\x7f')


class Case:
    def __init__(self, nlafix, maker, folder):
        self.nlafix, self.maker, self.folder = nlafix, maker, folder
        self.disk = folder / 'disk.img'

    def volume(self, offset=0, **options):
        self.maker.volume(self.disk, hive=self.maker.hive('xp-missing-both'), offset=offset, **options)

    def refused(self, code, *parts):
        before = self.disk.read_bytes()
        found = self.nlafix('fix', self.disk)
        assert found.report['error'] and found.report['error']['code'] == code, found
        for part in parts:
            assert part in found.report['error']['hint'], (part, found.report['error'])
        assert self.disk.read_bytes() == before, 'something was changed'
        return found

    def mended(self):
        assert self.nlafix('check', self.disk).status == 1
        fixed = self.nlafix('fix', self.disk)
        assert fixed.status == 0 and fixed.report['status'] == 'fixed', fixed


def mirror(case):
    case.volume()
    spoil_mirror(case.disk)
    case.refused('malformed-volume', 'ntfsfix makes the mirror anew', 'ntfsfix -d', 'risk')
    _image.run('ntfsfix', case.disk)
    case.refused('unclean-volume', 'ntfsfix -d', 'risk')
    _image.run('ntfsfix', '-d', case.disk)
    case.mended()


def open_journal(case):
    case.volume(journal='open')
    case.refused('unclean-volume', 'start Windows once', 'ntfsfix -d', 'only the journal holds is lost')
    _image.run('ntfsfix', '-d', case.disk)
    case.mended()


def marked_dirty(case):
    case.volume(state='dirty')
    case.refused('unclean-volume', 'start Windows once', 'ntfsfix -d', 'risk')
    _image.run('ntfsfix', '-d', case.disk)
    case.mended()


def shrunk_volume(case):
    """ntfsresize makes the volume smaller, and wants chkdsk to look at it."""
    case.volume()
    _image.run('ntfsresize', '--force', '--size', str(12 * MIB), case.disk, input=b'y\n')
    case.refused('unclean-volume', 'ntfsresize leaves it on a sound volume')
    _image.run('ntfsfix', '-d', case.disk)
    case.mended()


def shrunk_partition(case):
    """The table was changed without the volume."""
    _image.empty_disk(case.disk, MIB + _image.VOLUME_BYTES + MIB)
    case.volume(offset=MIB)
    _image.write_mbr(case.disk, [(MIB, _image.VOLUME_BYTES - MIB)])
    found = case.refused('malformed-volume', 'old size back', 'sfdisk')
    assert 'smaller than the volume' in found.report['error']['message'], found
    _image.write_mbr(case.disk, [(MIB, _image.VOLUME_BYTES)])
    case.mended()


def cut_image(case):
    """The end of an image with a partition table is missing."""
    _image.empty_disk(case.disk, MIB + _image.VOLUME_BYTES)
    case.volume(offset=MIB)
    _image.write_mbr(case.disk, [(MIB, _image.VOLUME_BYTES)])
    whole = case.disk.read_bytes()
    case.disk.write_bytes(whole[:10 * MIB])
    found = case.refused('malformed-disk', 'copied again', 'cat disk.001 disk.002 > disk.raw')
    assert 'ends before the volume does' in found.report['error']['message'], found
    assert any('reaches beyond the end' in text for text in found.report['warnings']), found
    case.disk.write_bytes(whole)
    case.mended()


def first_piece_without_windows(case):
    """The first piece of a split image, and Windows lies in a later one."""
    _image.empty_disk(case.disk, 8 * MIB + _image.VOLUME_BYTES)
    case.volume(offset=8 * MIB)
    _image.write_mbr(case.disk, [(MIB, MIB), (8 * MIB, _image.VOLUME_BYTES)])
    whole = case.disk.read_bytes()
    case.disk.write_bytes(whole[:5 * MIB])
    found = case.refused('malformed-disk', 'copied again', 'cat disk.001 disk.002 > disk.raw')
    assert 'ends before its partitions do' in found.report['error']['message'], found
    case.disk.write_bytes(whole)
    case.mended()


CASES = {
    '$MFTMirr that differs': mirror,
    'an open journal': open_journal,
    'marked dirty': marked_dirty,
    'a shrunk volume': shrunk_volume,
    'a shrunk partition': shrunk_partition,
    'a cut image': cut_image,
    'the first piece of an image': first_piece_without_windows,
}


def main():
    path, source_dir = program.arguments()
    maker = _image.Maker(path, source_dir)
    _image.require_tools('ntfsfix', 'ntfsresize')
    nlafix = _image.Nlafix(path, source_dir)
    for name, test in CASES.items():
        with program.Folder(fast=True) as folder:
            test(Case(nlafix, maker, folder))
        print('%-28s mended' % name)
    sys.exit(0)


main()
