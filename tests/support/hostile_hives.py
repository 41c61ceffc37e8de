# SPDX-License-Identifier: GPL-2.0-or-later
"""Hives and disks that were made to cost time or memory out of proportion, of any size.

Each function of FAMILIES takes a size and returns the files of one TARGET: a dictionary from names to
bytes, the TARGET first. The hives are as small as a SYSTEM hive can be, but for the hostile part."""

import json
import struct
import zlib

NO_CELL = 0xffffffff
LATIN1 = 0x20
ROOT = 0x2c
BINS_AT = 4096


class Hive:
    """A hive of one large bin whose cells are filled as the caller likes."""

    def __init__(self):
        self.bins = bytearray(32)
        self.security = self.cell(b'sk' + bytes(18) + b'\x01\x00\x04\x80' + bytes(16))
        self.set(self.security, 16, 20)
        self.set(self.security, 4, self.security)
        self.set(self.security, 8, self.security)
        self.keys = 0

    def cell(self, record):
        offset = len(self.bins)
        size = (len(record) + 4 + 7) // 8 * 8
        self.bins += struct.pack('<i', -size) + record + bytes(size - 4 - len(record))
        return offset

    def set(self, cell, at, number):
        struct.pack_into('<I', self.bins, cell + 4 + at, number)

    def key(self, name, parent, flags=LATIN1):
        self.keys += 1
        head = bytearray(76)
        struct.pack_into('<2sH', head, 0, b'nk', flags)
        struct.pack_into('<I', head, 16, parent)
        struct.pack_into('<III', head, 28, NO_CELL, NO_CELL, 0)
        struct.pack_into('<III', head, 40, NO_CELL, self.security, NO_CELL)
        struct.pack_into('<H', head, 72, len(name))
        return self.cell(bytes(head) + name)

    def value(self, name, kind, data):
        if len(data) <= 4:
            size, where = len(data) | 0x80000000, int.from_bytes(data.ljust(4, b'\0'), 'little')
        else:
            size, where = len(data), self.cell(data)
        return self.raw_value(name, kind, size, where)

    def raw_value(self, name, kind, size, where):
        return self.cell(struct.pack('<2sHIIIHH', b'vk', len(name), size, where, kind, 1 if name else 0, 0) + name)

    def offsets(self, cells):
        return self.cell(struct.pack('<%dI' % len(cells), *cells))

    def give_values(self, key, values):
        self.set(key, 36, len(values))
        self.set(key, 40, self.offsets(values))

    def leaf(self, kind, keys):
        step = '<II' if kind in (b'lf', b'lh') else '<I'
        rows = (struct.pack(step, *((key, 0) if step == '<II' else (key,))) for key in keys)
        return self.cell(kind + struct.pack('<H', len(keys)) + b''.join(rows))

    def give_subkeys(self, key, keys, kind=b'li'):
        self.give_list(key, len(keys), self.leaf(kind, keys))

    def give_list(self, key, count, cell):
        self.set(key, 20, count)
        self.set(key, 28, cell)

    def finish(self, root):
        self.set(self.security, 12, self.keys)
        room = -len(self.bins) % 4096
        if room:
            self.bins += struct.pack('<i', room) + bytes(room - 4)
        self.bins[0:12] = b'hbin' + struct.pack('<II', 0, len(self.bins))
        head = bytearray(BINS_AT)
        struct.pack_into('<4sIIQIIIIIII', head, 0, b'regf', 1, 1, 0, 1, 5, 0, 1, root, len(self.bins), 1)
        total = 0
        for (word,) in struct.iter_unpack('<I', head[:508]):
            total ^= word
        struct.pack_into('<I', head, 508, total)
        return bytes(head + self.bins)


def text(string):
    return string.encode('utf-16le')


def system(change=lambda hive, root, lsa: None, more_keys=lambda hive, root: [],
           packages='kerberos\0msv1_0\0\0', providers='credssp.dll\0'):
    """A SYSTEM hive whose list lacks tspkg. `change` may do with Lsa what it likes; `more_keys` gives
    keys that hang on the root as well."""
    hive = Hive()
    root = hive.key(b'ROOT', 0, ROOT)
    select = hive.key(b'Select', root)
    number = struct.pack('<I', 1)
    hive.give_values(select, [hive.value(name, 4, number) for name in (b'Current', b'Default')])
    control_set = hive.key(b'ControlSet001', root)
    control = hive.key(b'Control', control_set)
    lsa = hive.key(b'Lsa', control)
    hive.give_values(lsa, [hive.value(b'Security Packages', 7, text(packages))])
    security = hive.key(b'SecurityProviders', control)
    hive.give_values(security, [hive.value(b'SecurityProviders', 1, text(providers))])
    hive.give_subkeys(control, [lsa, security])
    hive.give_subkeys(control_set, [control])
    hive.give_subkeys(root, [control_set, select, *more_keys(hive, root)])
    change(hive, root, lsa)
    return {'SYSTEM': hive.finish(root)}


def names_in_a_list(size):
    return system(packages='\0'.join('%x' % i for i in range(size)) + '\0\0')


def equal_names_in_a_list(size):
    return system(packages='a\0' * size + '\0')


def providers_in_a_list(size):
    return system(providers=', '.join('%x' % i for i in range(size)) + '\0')


def values_in_descending_order(size):
    def change(hive, root, lsa):
        values = [hive.value(b'Security Packages', 7, text('kerberos\0\0'))]
        values += [hive.value(b'', 3, b'x') for _ in range(size)]
        hive.give_values(lsa, values[::-1])
    return system(change)


def values_that_are_nowhere(size):
    def more_keys(hive, root):
        key = hive.key(b'k', root)
        hive.give_values(key, [8 * i + 4 for i in range(size)])
        return [key]
    return system(more_keys=more_keys)


def one_list_of_values_for_many_keys(size):
    def more_keys(hive, root):
        values = hive.offsets([hive.value(b'v', 3, b'x') for _ in range(size)])
        keys = [hive.key(b'k', root) for _ in range(size)]
        for key in keys:
            hive.set(key, 36, size)
            hive.set(key, 40, values)
        return keys
    return system(more_keys=more_keys)


def leaf_that_repeats(kind, name_bytes=512):
    """A leaf that names two keys again and again, below several keys."""
    def family(size):
        def more_keys(hive, root):
            pair = [hive.key(b'A' * name_bytes, root), hive.key(b'B' * name_bytes, root)]
            parents = [hive.key(b'k%d' % i, root) for i in range(4)]
            for parent in parents:
                hive.give_subkeys(parent, (pair * size)[:min(size, 65535)], kind)
            return parents
        return system(more_keys=more_keys)
    return family


def index_root_that_repeats(size):
    def more_keys(hive, root):
        key = hive.key(b'k', root)
        leaf = hive.leaf(b'li', [hive.key(b'x' * 200, key)] * size)
        hive.give_list(key, size * size, hive.leaf(b'ri', [leaf] * size))
        return [key]
    return system(more_keys=more_keys)


def many_keys(kind):
    def family(size):
        def more_keys(hive, root):
            key = hive.key(b'k', root)
            hive.give_subkeys(key, [hive.key(b'%08d' % i, key) for i in range(size)], kind)
            return [key]
        return system(more_keys=more_keys)
    return family


def deep_tree(size):
    def more_keys(hive, root):
        top = above = hive.key(b'k', root)
        for _ in range(size):
            key = hive.key(b'k', above)
            hive.give_subkeys(above, [key])
            above = key
        return [top]
    return system(more_keys=more_keys)


def big_data_of_one_segment(size):
    """Values whose segments are all the same cell, and a record that many of them share."""
    def more_keys(hive, root):
        key = hive.key(b'k', root)
        segment = hive.cell(bytes(16344))
        record = hive.cell(struct.pack('<2sHI', b'db', size, hive.offsets([segment] * size)))
        length = min(size * 16344, 1 << 24)
        hive.give_values(key, [hive.raw_value(b'v', 3, length, record) for _ in range(size)])
        return [key]
    return system(more_keys=more_keys)


def data_that_values_share(size):
    def more_keys(hive, root):
        key = hive.key(b'k', root)
        data = hive.cell(bytes(16 * size))
        hive.give_values(key, [hive.raw_value(b'v', 3, 16 * size, data) for _ in range(size)])
        return [key]
    return system(more_keys=more_keys)


def class_names_in_one_cell(size):
    def more_keys(hive, root):
        name = hive.cell(bytes(60000))
        keys = [hive.key(b'k', root) for _ in range(size)]
        for key in keys:
            hive.set(key, 48, name)
            struct.pack_into('<H', hive.bins, key + 4 + 74, 60000)
        return keys
    return system(more_keys=more_keys)


def small_bins(size):
    files = system()
    hive = bytearray(files['SYSTEM'])
    at = len(hive) - BINS_AT
    for i in range(size):
        # Cells of 8 bytes, half of them free.
        hive += b'hbin' + struct.pack('<II', at + 4096 * i, 4096) + bytes(20)
        hive += (struct.pack('<iI', -8, 0) + struct.pack('<iI', 8, 0)) * ((4096 - 32) // 16)
    struct.pack_into('<I', hive, 40, len(hive) - BINS_AT)
    return {'SYSTEM': with_checksum(hive)}


def with_checksum(hive):
    total = 0
    for (word,) in struct.iter_unpack('<I', hive[:508]):
        total ^= word
    struct.pack_into('<I', hive, 508, total)
    return bytes(hive)


def entries_in_logs(size):
    """Logs whose every sector claims to be an entry that goes to the end of the file."""
    files = system()
    head = bytearray(files['SYSTEM'][:512])
    struct.pack_into('<I', head, 28, 6)
    log = bytearray(with_checksum(head))
    for i in range(size):
        log += struct.pack('<4sIIIII', b'HvLE', 512 * (size - i), 0, 1 + i, 4096, 0) + bytes(488)
    return {**files, 'SYSTEM.LOG1': bytes(log), 'SYSTEM.LOG2': bytes(log)}


def dirty_vectors_in_logs(size):
    files = system()
    hive = bytearray(files['SYSTEM'])
    struct.pack_into('<I', hive, 4, 2)  # dirty
    head = bytearray(hive[:512])
    struct.pack_into('<II', head, 4, 1, 1)
    struct.pack_into('<I', head, 28, 1)
    log = with_checksum(head) + b'DIRT' + bytes([0x55]) * (512 * size)
    return {'SYSTEM': with_checksum(hive), 'SYSTEM.LOG1': log, 'SYSTEM.LOG2': log}


def partitions_of_a_gpt(size):
    disk = bytearray(512 * (34 + size))
    disk[510:512] = b'\x55\xaa'
    struct.pack_into('<B3sB3sII', disk, 446, 0, b'', 0xee, b'', 1, len(disk) // 512 - 1)
    entries = b''.join(b'\x01' * 16 + b'\x02' * 16 + struct.pack('<QQQ', 2, 3, 0) + bytes(72)
                       for _ in range(4 * size))
    disk[1024:1024 + len(entries)] = entries
    header = bytearray(92)
    struct.pack_into('<8sIIIIQQQQ', header, 0, b'EFI PART', 0x10000, 92, 0, 0, 1, 0, 2, len(disk) // 512 - 1)
    struct.pack_into('<QIII', header, 72, 2, 4 * size, 128, zlib.crc32(entries))
    struct.pack_into('<I', header, 16, zlib.crc32(header))
    disk[512:512 + 92] = header
    return {'disk.img': bytes(disk)}


def logical_partitions(size):
    """A chain of extended partitions."""
    disk = bytearray(512 * 4 * (size + 2))
    for i in range(size + 1):
        at = 512 * 2 * i
        disk[at + 510:at + 512] = b'\x55\xaa'
        first, following = (0x05, 0x05) if i == 0 else (0x07, 0x05)
        struct.pack_into('<B3sB3sII', disk, at + 446, 0, b'', first, b'', 2 if i == 0 else 1, 2 * size if i == 0 else 1)
        if i != 0:
            struct.pack_into('<B3sB3sII', disk, at + 462, 0, b'', following, b'', 2 * i, 2)
    return {'disk.img': bytes(disk)}


def extents_of_a_vmdk(size):
    lines = ['# Disk DescriptorFile', 'version=1', 'createType="twoGbMaxExtentFlat"']
    lines += ['RW 8 FLAT "extent-%d.vmdk" 0' % i for i in range(size)]
    return {'disk.vmdk': '\n'.join(lines).encode() + b'\n'}


def writes_of_a_manifest(size):
    """A manifest of a write that was cut, in many pieces."""
    files = system()
    whole = {'size_bytes': len(files['SYSTEM']), 'xxh3_128': '0' * 32}
    manifest = {'schema': 'nlafix.manifest/2', 'state': 'writing', 'tool': '1.0.0', 'created': '2026-01-01T00:00:00Z',
                'target': 'SYSTEM', 'method': 'in-place', 'edits': [],
                'files': [{'name': 'SYSTEM', 'before': whole, 'after': whole}],
                'epochs': [{'what': 'pages', 'sizes': [],
                            'writes': [{'file': 0, 'offset': i, 'before': '00', 'after': '01'} for i in range(size)]}]}
    text = json.dumps(manifest, separators=(',', ':')).replace('"writing"', '"writing" ')
    # As much of a copy as lets the manifest be as long as it is.
    stem = 'SYSTEM.nlafix-20260101T000000Z'
    return {stem + '.json': text.encode(), stem + '.bak': files['SYSTEM'].ljust(len(text), b'\0'), **files}


# What is measured: how much of it, and the TARGET.
FAMILIES = {
    'names in a list': (300, names_in_a_list),
    'equal names in a list': (600, equal_names_in_a_list),
    'providers in a list': (300, providers_in_a_list),
    'values in descending order': (2000, values_in_descending_order),
    'values that are nowhere': (8000, values_that_are_nowhere),
    'one list of values for many keys': (700, one_list_of_values_for_many_keys),
    'an index leaf that repeats': (6000, leaf_that_repeats(b'li')),
    'a fast leaf that repeats': (6000, leaf_that_repeats(b'lf')),
    'a hash leaf that repeats': (6000, leaf_that_repeats(b'lh')),
    'an index root that repeats': (3000, index_root_that_repeats),
    'many keys in an index leaf': (1500, many_keys(b'li')),
    'many keys in a hash leaf': (1500, many_keys(b'lh')),
    'a deep tree': (1500, deep_tree),
    'big data of one segment': (1500, big_data_of_one_segment),
    'data that values share': (1500, data_that_values_share),
    'class names in one cell': (1000, class_names_in_one_cell),
    'small bins': (30, small_bins),
    'entries in logs': (300, entries_in_logs),
    'dirty vectors in logs': (400, dirty_vectors_in_logs),
    'writes of a manifest': (2000, writes_of_a_manifest),
    'partitions of a GPT': (500, partitions_of_a_gpt),
    'logical partitions': (40, logical_partitions),
    'extents of a VMDK': (300, extents_of_a_vmdk),
}
