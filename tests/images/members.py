# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks that are only a part of a mirror, a stripe set or a pool. Other people's programs (ldmtool, blkid)
confirm what each is. None is written, but for the simple volume of a dynamic disk."""

import json
import subprocess
import sys

import _image
import _members
import program

MIB = _image.MIB
SECTOR = _image.SECTOR
START = 2048
SECTORS = _image.VOLUME_BYTES // SECTOR
DISK_BYTES = MIB + _image.VOLUME_BYTES + 4 * MIB


class Case:
    def __init__(self, nlafix, maker, folder):
        self.nlafix, self.maker, self.folder = nlafix, maker, folder
        self.disk = folder / 'disk.img'

    def volume(self, size=DISK_BYTES, offset=MIB):
        _image.empty_disk(self.disk, size)
        self.maker.volume(self.disk, hive=self.maker.hive('xp-missing-both'), offset=offset)

    def put(self, at, block):
        _image.put(self.disk, at, block)

    def refused(self, command, *parts):
        before = self.disk.read_bytes()
        found = self.nlafix(command, self.disk)
        error = found.report['error']
        assert found.status == 3 and error and error['code'] == 'pool-member', found
        for one in parts:
            assert one in error['message'] + error['hint'], (one, error)
        assert self.disk.read_bytes() == before, 'something was changed'

    def only_read(self, *parts):
        """Windows is there to be seen, and not written."""
        checked = self.nlafix('check', self.disk)
        assert checked.status == 1, checked
        assert any('fix will refuse' in text and 'is one member' in text
                   for text in checked.report['warnings']), checked
        self.refused('fix', *parts)

    def judged(self, kind):
        found = _image.run('blkid', '-p', '-o', 'value', '-s', 'TYPE', self.disk).decode().strip()
        assert found == kind, found


def ldm_type(disks):
    """What ldmtool says of the one volume of a group."""
    shell = subprocess.run([_image.find_tool('ldmtool')], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, check=True,
                           input=('scan %s\nshow volume %s Volume1\n' % (
                               ' '.join(map(str, disks)), _members.GROUP)).encode())
    text = shell.stdout.decode()
    return json.loads(text[text.index('{'):text.rindex('}') + 1])['type']


def dynamic(layout, gpt=False):
    def test(case):
        case.volume()
        if gpt:
            case.volume(size=2 * MIB + _image.VOLUME_BYTES + 2 * MIB, offset=2 * MIB)
            _members.dynamic_gpt(case.disk, layout, 4096, SECTORS)
        else:
            _members.dynamic_mbr(case.disk, layout, START, SECTORS)
        if _image.find_tool('ldmtool'):
            other = case.folder / 'other.img'
            _image.empty_disk(other, DISK_BYTES)
            _members.dynamic_mbr(other, layout, START, SECTORS, index=1)
            assert ldm_type([case.disk, other]) == layout
        if layout != 'simple':
            names = {'mirrored': 'a mirror', 'spanned': 'a spanned volume', 'striped': 'a stripe set'}
            case.only_read('one member of %s of a dynamic disk (Volume1)' % names[layout], 'ldmtool')
            return
        fixed = case.nlafix('fix', case.disk)
        assert fixed.status == 0 and fixed.report['status'] == 'fixed', fixed
        assert any('a simple volume of a dynamic disk (Volume1)' in text
                   for text in fixed.report['warnings']), fixed
    return test


def dynamic_without_database(case):
    case.volume()
    _image.put(case.disk, 0, _image.mbr_sector(_image.mbr_entry(0x42, START, SECTORS)))
    case.only_read('whose database cannot be read', 'ldmtool')


def dynamic_spoilt(case):
    """Whatever byte of the database is another one, nothing is written to what is not simple."""
    case.volume()
    _members.dynamic_mbr(case.disk, 'mirrored', START, SECTORS)
    database = DISK_BYTES - _members.DATABASE_SECTORS * SECTOR
    for at in (6 * SECTOR, 6 * SECTOR + 0x30, database + 2 * SECTOR, database + 17 * SECTOR,
               database + 18 * SECTOR):
        original = case.disk.read_bytes()
        case.put(at, b'?')
        if at == database + 2 * SECTOR:
            case.put(database + SECTOR, b'?')
        case.refused('fix', 'of a dynamic disk')
        case.disk.write_bytes(original)


def md_visible(version, whole):
    def test(case):
        case.volume()
        _image.write_mbr(case.disk, [(MIB, _image.VOLUME_BYTES + MIB)])
        size = DISK_BYTES if whole else _image.VOLUME_BYTES + MIB
        at, block = _members.md_old(size) if version == '0.90' else _members.md(size, version)
        case.put(at + (0 if whole else MIB), block)
        if whole:
            case.judged('linux_raid_member')
        case.only_read('a set of Linux RAID (md)', 'mdadm --assemble')
    return test


def md_hidden(version):
    def test(case):
        case.volume(offset=2 * MIB)
        case.put(*_members.md(DISK_BYTES, version, level=5))
        case.judged('linux_raid_member')
        case.refused('check', 'Linux RAID (md)', 'mdadm --assemble')
        case.refused('fix', 'mdadm --assemble')
    return test


def firmware(make, kind, name):
    def test(case):
        case.volume()
        for at, block in make(DISK_BYTES):
            case.put(at, block)
        case.judged(kind)
        _image.write_mbr(case.disk, [(MIB, _image.VOLUME_BYTES)])
        case.only_read(name, 'mdadm --assemble')
    return test


def storage_spaces(case):
    case.volume()
    _image.write_gpt(case.disk, [(MIB, 4 * MIB)], types=[_members.STORAGE_SPACES])
    case.put(MIB, b'SPACEDB '.ljust(4096, b'\0'))
    case.refused('check', 'Storage Spaces', 'attach all disks of the pool to a Windows')
    case.refused('fix', 'Storage Spaces')


def lvm(case):
    _image.empty_disk(case.disk, 8 * MIB)
    case.put(*_members.lvm())
    case.judged('LVM2_member')
    case.refused('check', 'LVM', 'vgchange')


CASES = {
    'dynamic disk, simple volume': dynamic('simple'),
    'dynamic disk, mirror': dynamic('mirrored'),
    'dynamic disk, span': dynamic('spanned'),
    'dynamic disk, stripe set': dynamic('striped'),
    'dynamic disk with a GPT, simple': dynamic('simple', gpt=True),
    'dynamic disk with a GPT, mirror': dynamic('mirrored', gpt=True),
    'dynamic disk without a database': dynamic_without_database,
    'dynamic disk, spoilt database': dynamic_spoilt,
    'md 0.90, a partition': md_visible('0.90', False),
    'md 0.90, the whole disk': md_visible('0.90', True),
    'md 1.0, a partition': md_visible('1.0', False),
    'md 1.0, the whole disk': md_visible('1.0', True),
    'md 1.1': md_hidden('1.1'),
    'md 1.2': md_hidden('1.2'),
    'IMSM': firmware(_members.imsm, 'isw_raid_member', 'Intel RAID'),
    'DDF': firmware(_members.ddf, 'ddf_raid_member', 'DDF RAID'),
    'Storage Spaces': storage_spaces,
    'LVM': lvm,
}


def main():
    path, source_dir = program.arguments()
    maker = _image.Maker(path, source_dir)
    _image.require_tools('blkid')
    if not _image.find_tool('ldmtool'):
        print('no ldmtool: nobody confirms the databases')
    nlafix = _image.Nlafix(path, source_dir)
    for name, test in CASES.items():
        with program.Folder(fast=True) as folder:
            test(Case(nlafix, maker, folder))
        print(name)
    sys.exit(0)


main()
