# SPDX-License-Identifier: GPL-2.0-or-later
"""Replays transaction logs of the new format (Windows 8.1 and later) as msuhanov's specification of the registry's
files says, in the fewest lines. Shares nothing with nlafix, so that it can judge it."""

import struct

BASE_BYTES = 4096
ENTRY_HEAD_BYTES = 40
SEED = 0x82EF4D887A4E55C5


def marvin32(data):
    low, high = SEED & 0xffffffff, SEED >> 32
    whole = len(data) // 4
    rest = int.from_bytes(data[whole * 4:] + b'\x80', 'little')
    for word in (*struct.unpack_from('<%dI' % whole, data), rest, 0):
        low = (low + word) & 0xffffffff
        high ^= low
        low = ((low << 20 | low >> 12) + high) & 0xffffffff
        high = ((high << 9 | high >> 23) & 0xffffffff) ^ low
        low = ((low << 27 | low >> 5) + high) & 0xffffffff
        high = (high << 19 | high >> 13) & 0xffffffff
    return high << 32 | low


def sum_is_right(block):
    total = 0
    for word in struct.unpack_from('<127I', block):
        total ^= word
    total = {0: 1, 0xffffffff: 0xfffffffe}.get(total, total)
    return block[:4] == b'regf' and struct.unpack_from('<I', block, 508)[0] == total


def sequences(block):
    return struct.unpack_from('<II', block, 4)


def entries_of(log):
    """[(number, bins size, [(offset, page)])] of the entries that count."""
    if len(log) < 512 or not sum_is_right(log) or struct.unpack_from('<I', log, 28)[0] != 6:
        return []
    first, second = sequences(log)
    found, at = [], 512
    while first == second and at + ENTRY_HEAD_BYTES <= len(log) and log[at:at + 4] == b'HvLE':
        size, _, number, bins, count, hash_1, hash_2 = struct.unpack_from('<5IQQ', log, at + 4)
        entry = log[at:at + size]
        if (number != first + len(found) or size < ENTRY_HEAD_BYTES or size % 512 or len(entry) < size or
                marvin32(entry[:32]) != hash_2 or marvin32(entry[ENTRY_HEAD_BYTES:]) != hash_1):
            break
        pages, data = [], ENTRY_HEAD_BYTES + 8 * count
        for i in range(count):
            offset, length = struct.unpack_from('<II', entry, ENTRY_HEAD_BYTES + 8 * i)
            pages.append((offset, entry[data:data + length]))
            data += length
        found.append((number, bins, pages))
        at += size
    return found


def recovered_bins(primary, logs):
    """The bins that Windows would work with; None where it could not recover them. The time in the first bin, which
    no reader uses, is left out."""
    is_valid = sum_is_right(primary)
    first, second = sequences(primary)
    image, bins = bytearray(primary[BASE_BYTES:]), struct.unpack_from('<I', primary, 40)[0]
    if not is_valid or first != second:
        usable = sorted(filter(None, map(entries_of, logs)), key=lambda entries: entries[0][0])
        if is_valid:
            usable = [entries for entries in usable if entries[0][0] >= second]
        else:
            usable = usable[-1:]
        if not usable:
            return None
        last = None
        for entries in usable:
            if last is not None and entries[0][0] != last + 1:
                continue
            for last, bins, pages in entries:
                image.extend(bytes(max(0, bins - len(image))))
                for offset, page in pages:
                    image[offset:offset + len(page)] = page
    image[20:28] = bytes(8)
    return bytes(image[:bins])
