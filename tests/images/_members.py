# SPDX-License-Identifier: GPL-2.0-or-later
"""What programs and firmware leave on the members of a mirror or a pool: the database of a dynamic disk,
superblocks of md, the marks of IMSM, DDF, Storage Spaces and LVM."""

import struct
import uuid
import zlib

import _image

SECTOR = _image.SECTOR
DATABASE_SECTORS = 2048
LDM_METADATA = uuid.UUID('5808c8aa-7e8f-42e0-85d2-e1e90434cfb3')
LDM_DATA = uuid.UUID('af9b60a0-1431-4f62-bc68-3311714a69ad')
STORAGE_SPACES = uuid.UUID('e75caf8f-f680-4cee-afa3-b001e56efc2d')

GROUP = str(uuid.uuid5(uuid.NAMESPACE_OID, 'group'))
GUIDS = [str(uuid.uuid5(uuid.NAMESPACE_OID, 'disk %d' % index)) for index in range(2)]


def number(value):
    data = value.to_bytes((value.bit_length() + 7) // 8 or 1, 'big')
    return bytes([len(data)]) + data


def text(value):
    return bytes([len(value)]) + value.encode()


def volume(object_id, components, sectors, kind=3):
    return 0x51, 0, (number(object_id) + text('Volume1') + text('raid5' if kind == 4 else 'gen') + text('') +
                     b'ACTIVE'.ljust(14, b'\0') + bytes([kind, 0, 1, 0, 0, 0, 0]) + number(components) +
                     bytes(16) + number(sectors) + bytes(4) + b'\x07' + uuid.uuid5(
                         uuid.NAMESPACE_OID, 'volume').bytes)


def component(object_id, parent, parts, kind=2):
    body = (number(object_id) + text('Volume1-%02d' % object_id) + text('ACTIVE') + bytes([kind]) + bytes(4) +
            number(parts) + bytes(16) + number(parent) + b'\0')
    if kind != 2:
        return 0x32, 0x10, body + number(128) + number(parts)
    return 0x32, 0, body


def part(object_id, parent, disk, start, sectors, offset=0, index=0):
    return 0x33, 0x08, (number(object_id) + text('Disk%d-01' % disk) + bytes(12) +
                        struct.pack('>QQ', start, offset) + number(sectors) + number(parent) +
                        number(disk) + number(index))


def disk_record(object_id, guid):
    return 0x34, 0, number(object_id) + text('Disk%d' % object_id) + text(guid) + text('') + bytes(8)


def group_record(object_id):
    return 0x35, 0, number(object_id) + text('Group') + text(GROUP) + bytes(12)


def records(layout, start, sectors):
    """The objects of a group of two disks (1, 2) with one volume in `layout` that begins on disk 1."""
    found = [disk_record(1, GUIDS[0]), disk_record(2, GUIDS[1]), group_record(3)]
    if layout == 'simple':
        return found + [volume(4, 1, sectors), component(5, 4, 1), part(6, 5, 1, start, sectors)]
    if layout == 'spanned':
        return found + [volume(4, 1, 2 * sectors), component(5, 4, 2), part(6, 5, 1, start, sectors),
                        part(7, 5, 2, start, sectors, sectors, 1)]
    if layout == 'striped':
        return found + [volume(4, 1, 2 * sectors), component(5, 4, 2, 1), part(6, 5, 1, start, sectors),
                        part(7, 5, 2, start, sectors, 0, 1)]
    assert layout == 'mirrored'
    return found + [volume(4, 2, sectors), component(5, 4, 1), part(6, 5, 1, start, sectors),
                    component(7, 4, 1), part(8, 7, 2, start, sectors)]


def entries(objects):
    """Each record in one entry of 128 bytes, or in several."""
    found = []
    for record_id, (kind, flags, fields) in enumerate(objects, 1):
        data = struct.pack('>HBBI', 0, flags, kind, len(fields)) + fields
        pieces = [data[at:at + 112] for at in range(0, len(data), 112)]
        for index, piece in enumerate(pieces):
            found.append(b'VBLK' + struct.pack('>IIHH', len(found) + 4, record_id, index, len(pieces)) +
                         piece.ljust(112, b'\0'))
    return b''.join(found)


def private_header(guid, data_start, data_sectors, database_start):
    header = bytearray(SECTOR)
    header[:8] = b'PRIVHEAD'
    struct.pack_into('>HH', header, 12, 2, 12)
    for at, value in ((0x30, guid), (0x70, guid), (0xb0, GROUP), (0xf0, 'Group')):
        header[at:at + len(value)] = value.encode()
    struct.pack_into('>QQQQQQIIQQ', header, 0x11b, data_start, data_sectors, database_start,
                     DATABASE_SECTORS, 2, 2046, 1, 1, 1481, 224)
    return bytes(header)


def database(objects):
    """Tables of contents, and the database behind them."""
    count = {kind: sum(1 for one, _, _ in objects if one == kind) for kind in (0x51, 0x32, 0x33, 0x34)}
    body = entries(objects)
    head = b'VMDB' + struct.pack('>IIIHHH', len(body) // 128 + 4, 128, 512, 1, 4, 10)
    head += b'Group'.ljust(31, b'\0') + GROUP.encode().ljust(64, b'\0') + struct.pack('>QQ', 5, 5)
    for _ in range(2):
        head += struct.pack('>IIII', count[0x51], count[0x32], count[0x33], count[0x34]) + bytes(12)
    contents = b'TOCBLOCK' + struct.pack('>IIIIIII', 1, 0, 1, 0, 0, 0, 0)
    contents += struct.pack('>8sHQQQ', b'config', 1, 17, 1481, 1)
    contents += struct.pack('>8sHQQQ', b'log', 1, 1498, 224, 1)
    region = bytearray(DATABASE_SECTORS * SECTOR)
    for sector in (1, 2):
        region[sector * SECTOR:sector * SECTOR + len(contents)] = contents
    region[17 * SECTOR:17 * SECTOR + len(head)] = head
    region[18 * SECTOR:18 * SECTOR + len(body)] = body
    return bytes(region)


def dynamic_mbr(disk, layout, start, sectors, index=0):
    """Makes `disk` a dynamic one with an MBR; its volume lies at sector `start`."""
    total = disk.stat().st_size // SECTOR
    data_start, database_start = 63, total - DATABASE_SECTORS
    _image.put(disk, 0, _image.mbr_sector(_image.mbr_entry(0x42, start, sectors)))
    _image.put(disk, 6 * SECTOR, private_header(GUIDS[index], data_start, database_start - data_start,
                                                database_start))
    _image.put(disk, database_start * SECTOR, database(records(layout, start - data_start, sectors)))


def dynamic_gpt(disk, layout, start, sectors):
    """The same with a GPT: the metadata has a partition of its own."""
    metadata = 64
    size = DATABASE_SECTORS + 1
    _image.write_gpt(disk, [(metadata * SECTOR, size * SECTOR), (start * SECTOR, sectors * SECTOR)],
                     types=[LDM_METADATA, LDM_DATA])
    _image.put(disk, (metadata + DATABASE_SECTORS) * SECTOR,
               private_header(GUIDS[0], start, sectors, metadata))
    _image.put(disk, metadata * SECTOR, database(records(layout, 0, sectors)))


def folded(total):
    return ((total & 0xffffffff) + (total >> 32)) & 0xffffffff


def md_old(volume_bytes, level=1):
    """(offset, superblock) of version 0.90 in a range of that size."""
    words = [0] * 1024
    words[0:11] = [0xa92b4efc, 0, 90, 0, 0, 1, 1, level, volume_bytes // 1024 - 64, 2, 2]
    words[38] = folded(sum(words))
    return volume_bytes // 65536 * 65536 - 65536, struct.pack('<1024I', *words)


def md(volume_bytes, version, level=1):
    """(offset, superblock) of version 1.0, 1.1 or 1.2."""
    offset = {'1.0': (volume_bytes - 8192) // 4096 * 4096, '1.1': 0, '1.2': 4096}[version]
    block = bytearray(256 + 4)
    struct.pack_into('<IIII16s32sQiiQIII', block, 0, 0xa92b4efc, 1, 0, 0, uuid.NAMESPACE_OID.bytes,
                     b'server:0', 1, level, 0, 16384, 0, 2, 0)
    struct.pack_into('<QQQ', block, 128, 0 if version == '1.0' else 2048, 16384, offset // SECTOR)
    struct.pack_into('<I', block, 220, 2)
    struct.pack_into('<HH', block, 256, 0, 1)
    struct.pack_into('<I', block, 216, folded(sum(struct.unpack('<65I', block))))
    return offset, bytes(block)


def imsm(disk_bytes):
    head = bytearray(SECTOR)
    head[:32] = b'Intel Raid ISM Cfg Sig. 1.0.00'.ljust(32, b'\0')
    struct.pack_into('<II', head, 0x24, 0x108, 1)
    struct.pack_into('<BB', head, 0x38, 1, 0)
    struct.pack_into('<I', head, 0x20, sum(struct.unpack('<66I', head[:0x108])) & 0xffffffff)
    return [(disk_bytes - 2 * SECTOR, bytes(head))]


def ddf(disk_bytes):
    """The anchor in the last sector, and the header that it names."""
    primary = disk_bytes // SECTOR - 9
    head = bytearray(b'\xff' * SECTOR)
    struct.pack_into('>II', head, 0, 0xde11de11, 0xffffffff)
    head[8:32] = b'nlafix-test-ddf-guid-001'
    head[32:40] = b'01.02.00'
    struct.pack_into('>QQ', head, 96, primary, 0xffffffffffffffff)
    struct.pack_into('>I', head, 4, zlib.crc32(bytes(head)))
    return [(primary * SECTOR, bytes(head)), (disk_bytes - SECTOR, bytes(head))]


def lvm():
    def checksum(data):
        """CRC-32 as LVM counts it: another start, and nothing turned at the end."""
        return zlib.crc32(data, 0xf597a6cf ^ 0xffffffff) ^ 0xffffffff

    label = bytearray(SECTOR)
    struct.pack_into('<8sQII8s', label, 0, b'LABELONE', 1, 0, 32, b'LVM2 001')
    label[32:64] = b'0123456789abcdefghijklmnopqrstuv'
    struct.pack_into('<Q', label, 64, 8 * _image.MIB)
    struct.pack_into('<I', label, 16, checksum(bytes(label[20:])))
    return SECTOR, bytes(label)
