# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks that are read and not written, and disks that are not even read: the code, the exit status,
and not one byte changed."""

import os
import sys

import _image
import program

MIB = _image.MIB

# Options of the volume, and the code of the error with which fix refuses. check answers all the same.
NOT_WRITTEN = {
    'hibernated': ({'state': 'hibernated'}, 'hibernated'),
    'marked dirty': ({'state': 'dirty'}, 'unclean-volume'),
    'open journal': ({'journal': 'open'}, 'unclean-volume'),
    'fast startup': ({'journal': 'fast-startup'}, 'hibernated'),
    'compressed hive': ({'store': 'compressed'}, 'unsuitable-file'),
    'sparse hive': ({'store': 'sparse'}, 'unsuitable-file'),
}
NOT_READ = {
    'encrypted hive': ({'store': 'encrypted'}, 'unreadable-file'),
    'hive behind a filter': ({'store': 'overlay-filter'}, 'unreadable-file'),
}


class Case:
    def __init__(self, nlafix, maker, folder):
        self.nlafix, self.maker, self.folder = nlafix, maker, folder
        self.disk = folder / 'disk.img'

    def volume(self, **options):
        self.maker.volume(self.disk, hive=self.maker.large_hive(self.folder), **options)

    def refused(self, command, code, *options, target=None):
        """Runs a command that has to end with `code`, and to change nothing."""
        before = program.listing(self.folder)
        found = self.nlafix(command, *options, target or self.disk)
        assert found.report['error'] and found.report['error']['code'] == code, found
        assert found.status == program.STATUS_OF_CODE[code], found
        assert program.listing(self.folder) == before, 'something was changed'
        return found.report


def not_written(case, options, code):
    case.volume(**options)
    checked = case.nlafix('check', case.disk)
    assert checked.status == 1 and any('fix will refuse' in text
                                       for text in checked.report['warnings']), checked
    case.refused('fix', code)


def not_read(case, options, code):
    case.volume(**options)
    case.refused('check', code)
    case.refused('fix', code)


def boot_sector(magic, at=3):
    sector = bytearray(512)
    sector[at:at + len(magic)] = magic
    sector[510:] = b'\x55\xaa'
    return bytes(sector)


def encrypted_volume(case, _, code):
    _image.empty_disk(case.disk, 8 * MIB)
    _image.write_mbr(case.disk, [(MIB, 4 * MIB)])
    _image.put(case.disk, MIB, boot_sector(b'-FVE-FS-'))
    report = case.refused('check', code)
    assert 'partition 1' in report['error']['message'], report
    case.refused('fix', code)


def no_windows(case, _, code):
    _image.empty_disk(case.disk, 20 * MIB)
    case.maker.volume(case.disk, offset=MIB)
    _image.write_mbr(case.disk, [(MIB, _image.VOLUME_BYTES)])
    report = case.refused('check', code)
    assert 'NTFS' in report['error']['message'], report


def link_in_the_way(case, _, code):
    """A disk that holds a backing file: it may name any file of the host."""
    case.volume()
    image = case.folder / 'overlay.qcow2'
    _image.run('qemu-img', 'create', '-f', 'qcow2', '-F', 'raw', '-b', case.disk, image)
    case.refused('check', code, target=image)
    case.refused('fix', code, target=image)
    base = case.disk.read_bytes()
    fixed = case.nlafix('fix', '--trust-image-references', image)
    assert fixed.status == 0, fixed
    assert case.disk.read_bytes() == base, 'the backing file was written'
    backup = _image.only_backup(case.folder, image.name)
    assert case.nlafix('undo', backup).report['error']['code'] == code
    assert case.nlafix('undo', '--trust-image-references', backup).status == 0
    assert case.nlafix('check', '--trust-image-references', image).status == 1


def two_formats(case, _, code):
    """The head of a qcow2 image, and the boot signature of a raw disk."""
    _image.empty_disk(case.disk, 4 * MIB + _image.VOLUME_BYTES)
    case.volume(offset=MIB)
    _image.write_mbr(case.disk, [(MIB, _image.VOLUME_BYTES)])
    _image.put(case.disk, 0, b'QFI\xfb\0\0\0\3')
    report = case.refused('check', code)
    assert '--format' in report['error']['hint'], report
    assert case.nlafix('check', '--format', 'raw', case.disk).status == 1


def table_of_nothing(case, _, code):
    _image.empty_disk(case.disk, MIB)
    _image.put(case.disk, 0, _image.mbr_sector(_image.mbr_entry(7, 4096, 4096)))
    case.refused('check', code)


def read_only_image(case, _, code):
    if os.geteuid() == 0:
        return  # root may write it all the same
    case.volume()
    os.chmod(case.disk, 0o400)
    assert case.nlafix('check', case.disk).status == 1
    case.refused('fix', code)


def held_by_a_machine(case, _, code):
    """A server that has the image open for writing stands for a machine that runs on it."""
    case.volume()
    socket = case.folder / 'socket'
    with _image.Server(['qemu-nbd', '-f', 'raw', '-t', '-k', socket, case.disk], socket):
        for command in ('check', 'fix'):
            found = case.nlafix(command, case.disk)
            assert found.report['error']['code'] == code, found
    assert case.nlafix('check', case.disk).status == 1


OTHERS = {
    'BitLocker': (encrypted_volume, 'bitlocker'),
    'no Windows': (no_windows, 'no-windows'),
    'backing file': (link_in_the_way, 'untrusted-references'),
    'two formats at once': (two_formats, 'format-ambiguous'),
    'partitions behind the end': (table_of_nothing, 'malformed-disk'),
    'read-only image': (read_only_image, 'no-permission'),
    'held by a machine': (held_by_a_machine, 'in-use'),
}


def main():
    path, source_dir = program.arguments()
    maker = _image.Maker(path, source_dir)
    _image.require_tools('qemu-img', 'qemu-nbd')
    nlafix = _image.Nlafix(path, source_dir)
    cases = [(name, not_written, options, code) for name, (options, code) in NOT_WRITTEN.items()]
    cases += [(name, not_read, options, code) for name, (options, code) in NOT_READ.items()]
    cases += [(name, test, None, code) for name, (test, code) in OTHERS.items()]
    for name, test, options, code in cases:
        with program.Folder(fast=True) as folder:
            test(Case(nlafix, maker, folder), options, code)
        print('%-28s %s' % (name, code))
    sys.exit(0)


main()
