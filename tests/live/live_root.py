# SPDX-License-Identifier: GPL-2.0-or-later
"""A root that lies in memory, as on every live system, and a machine with little memory."""

import struct

import _guest
import _image
from _guest import program

MIB = _image.MIB
BASE_BLOCK = 4096
LITTLE_MEMORY = 256                 # MiB, of the machine
USUAL, LARGE = 15 * MIB, 100 * MIB  # of the hive


def make_stick(image):
    _image.empty_disk(image, 16 * MIB)
    _image.run('mkfs.ext4', '-q', image)


def make_large(hive, large, size):
    """`hive` with free bins of 1 MiB each behind its own, up to `size`."""
    data = hive.read_bytes()
    used, = struct.unpack_from('<I', data, 40)
    base, bins = bytearray(data[:BASE_BLOCK]), bytearray(data[BASE_BLOCK:BASE_BLOCK + used])
    while len(bins) < size:
        free = bytearray(MIB)
        struct.pack_into('<4sII', free, 0, b'hbin', len(bins), MIB)
        struct.pack_into('<i', free, 32, MIB - 32)
        bins += free
    struct.pack_into('<I', base, 40, len(bins))
    checksum = 0
    for word in struct.unpack_from('<127I', base):
        checksum ^= word
    struct.pack_into('<I', base, 508, checksum)
    large.write_bytes(base + bins)


def boot_live_root(guest, maker, folder):
    disks = [folder / (name + '.img') for name in ('switched', 'full', 'stick')]
    maker.volume(disks[0], hive=maker.hive('win10-missing-both'))
    maker.volume(disks[1], hive=maker.large_hive(folder), free=0)
    make_stick(disks[2])
    before = [disk.read_bytes() for disk in disks[:2]]
    guest.run('live_root', _guest.drives(*(('virtio', disk) for disk in disks)),
              ['/dev/vda', '/dev/vdb', '/dev/vdc', 'crc32c_generic', 'ext4'])
    for disk, content in zip(disks, before):
        assert disk.read_bytes() == content, 'the undo of %s is not exact' % disk.name


def boot_little_memory(guest, maker, folder):
    disks = []
    for size in (USUAL, LARGE):
        hive, disk = folder / 'large.hive', folder / ('%d.img' % size)
        make_large(maker.hive('win10-missing-both'), hive, size)
        maker.volume(disk, hive=hive, size=size + 16 * MIB)
        disks.append((disk, disk.read_bytes()))
    guest.run('little_memory', _guest.drives(*(('virtio', disk) for disk, _ in disks)), ['/dev/vda', '/dev/vdb'],
              memory=LITTLE_MEMORY)
    for disk, before in disks:
        assert disk.read_bytes() == before, 'the undo of %s is not exact, or a fix that was refused has written' % disk


def main():
    nlafix, source_dir = program.arguments()
    _image.require_tools('mkfs.ext4')
    with program.Folder() as folder:
        guest, maker = _guest.Guest(source_dir, folder), _image.Maker(nlafix, source_dir)
        boot_live_root(guest, maker, folder)
        boot_little_memory(guest, maker, folder)


main()
