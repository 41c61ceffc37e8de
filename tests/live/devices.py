# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks on every bus, whole and in partitions, below and above md and dm, as a kernel shows them."""

import shutil

import _guest
import _image
from _guest import program

MIB = _image.MIB
SIZE = _image.VOLUME_BYTES


def make_disks(maker, folder):
    hive = maker.hive('win10-missing-both')
    names = ('whole', 'mbr', 'gpt', 'sata', 'slow', 'half-a', 'half-b', 'mapped')
    disks = {name: folder / (name + '.img') for name in names}
    for name in ('whole', 'sata', 'slow', 'mapped'):
        maker.volume(disks[name], hive=hive)
    for name, table in (('mbr', _image.write_mbr), ('gpt', _image.write_gpt)):
        _image.empty_disk(disks[name], SIZE + 3 * MIB)
        maker.volume(disks[name], hive=hive, offset=MIB + MIB)
        table(disks[name], [(MIB, MIB), (2 * MIB, SIZE)])
    # A mirror whose description lies at the end: each half looks like the volume.
    _image.empty_disk(disks['half-a'], SIZE + MIB)
    maker.volume(disks['half-a'], hive=hive)
    shutil.copyfile(disks['half-a'], disks['half-b'])
    return disks


def main():
    nlafix, source_dir = program.arguments()
    with program.Folder() as folder:
        guest = _guest.Guest(source_dir, folder)
        disks = make_disks(_image.Maker(nlafix, source_dir), folder)
        before = {name: disks[name].read_bytes() for name in ('whole', 'mbr', 'gpt', 'sata', 'slow',
                                                                      'mapped')}
        # So slow that it goes away in the middle of a fix.
        guest.run('devices', _guest.drives(
            ('virtio', disks['whole']), ('nvme', disks['mbr']), ('scsi', disks['gpt']), ('sata', disks['sata']),
            ('virtio', disks['half-a']), ('virtio', disks['half-b']), ('virtio', disks['mapped']),
            ('scsi', disks['slow'], 'throttling.iops-write=1')),
            ['/dev/vda', '/dev/nvme0n1p2', '/dev/sda2', '/dev/sdb', '/dev/vdb', '/dev/vdc', '/dev/vdd', 'ahci',
             '/dev/sdc'])
        for name, content in before.items():
            assert disks[name].read_bytes() == content, 'the undo of %s is not exact' % name


main()
