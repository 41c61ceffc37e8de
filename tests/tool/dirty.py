# SPDX-License-Identifier: GPL-2.0-or-later
"""A dirty hive that was repaired: what it holds, its logs, its undo, and that its old logs never bring
anything back, in whatever way it becomes dirty again."""

import os
import pathlib
import shutil
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402

FIXTURES = ['dirty-new-two-logs', 'dirty-growth', 'dirty-damaged-second-entry',
            'dirty-checksum-mended', 'dirty-old']
BASE_BLOCK_BYTES = 4096
SECTOR_BYTES = 512
FIRST_BIN_TIME = range(BASE_BLOCK_BYTES + 20, BASE_BLOCK_BYTES + 28)


def copy_with_logs(hive, folder):
    copied = folder / 'SYSTEM'
    shutil.copyfile(hive, copied)
    copy_logs(hive, folder)
    return copied


def copy_logs(hive, folder):
    for log in hive.parent.glob(hive.name + '.LOG*'):
        shutil.copyfile(log, folder / ('SYSTEM' + log.name[len(hive.name):]))


def checksum(head):
    total = 0
    for word in struct.unpack_from('<127I', head):
        total ^= word
    return {0: 1, 0xffffffff: 0xfffffffe}.get(total, total)


def highest_number(hive):
    """In the primary file, its logs and their entries."""
    numbers = []
    if struct.unpack_from('<I', hive.read_bytes(), 508)[0] == checksum(hive.read_bytes()):
        numbers += struct.unpack_from('<2I', hive.read_bytes(), 4)
    for log in hive.parent.glob(hive.name + '.LOG*'):
        data = log.read_bytes()
        numbers += struct.unpack_from('<2I', data, 4)
        for at in range(SECTOR_BYTES, len(data), SECTOR_BYTES):
            if data[at:at + 4] == b'HvLE':
                numbers += struct.unpack_from('<I', data, at + 12)
    return max(numbers)


def is_key_time(data, at):
    """True for a byte of a key node's last-written time."""
    return any(data[at - distance:at - distance + 2] == b'nk' for distance in range(4, 12))


def require_same_but_times(one, other):
    assert len(one) == len(other), '%d bytes and %d bytes' % (len(one), len(other))
    for at in range(BASE_BLOCK_BYTES, len(one)):
        if one[at] != other[at]:
            assert at in FIRST_BIN_TIME or is_key_time(one, at), 'byte %d differs' % at


def require_equals_recover_then_fix(nlafix, hive, fixed):
    with program.Folder(fast=True) as first, program.Folder(fast=True) as second:
        recovered = second / 'SYSTEM'
        result = nlafix('recover', copy_with_logs(hive, first), '-o', recovered)
        assert result.status == 0, result
        result = nlafix('fix', recovered)
        assert result.status == 0 and not result.report['hive']['dirty'], result
        require_same_but_times(fixed, recovered.read_bytes())


def redirtied(fixed, number):
    """(what was done to it, bytes) of the repaired hive, made dirty in each way that a write that was
    cut can leave it; `number` is the highest one from before the repair."""
    def head(primary, secondary, torn):
        data = bytearray(fixed)
        struct.pack_into('<2I', data, 4, primary, secondary)
        struct.pack_into('<I', data, 508, checksum(data) ^ (1 if torn else 0))
        return bytes(data)
    return [('the head of a write under way', head(number + 2, number + 1, False)),
            ('a torn head of a write under way', head(number + 2, number + 1, True)),
            ('a torn final head', head(number + 2, number + 2, True))]


def require_no_return(nlafix, hive, fixed):
    number = highest_number(hive)
    for name, data in redirtied(fixed, number):
        with program.Folder(fast=True) as folder:
            copied = folder / 'SYSTEM'
            copied.write_bytes(data)
            copy_logs(hive, folder)
            before = program.listing(folder)
            for words in (['recover', copied, '-o', folder / 'out'], ['check', copied],
                          ['fix', copied]):
                result = nlafix(*words)
                assert result.status == 3, '%s: %s' % (name, result)
                assert result.report['error']['code'] == 'dirty-logs-unusable', result
            assert program.listing(folder) == before, name + ': something was written'


def examine(nlafix, hive):
    with program.Folder(fast=True) as folder:
        copied = copy_with_logs(hive, folder)
        before = program.listing(folder)
        result = nlafix('fix', copied)
        assert result.status == 0 and result.report['hive']['recovered'], result
        fixed = copied.read_bytes()
        assert struct.unpack_from('<2I', fixed, 4) == (highest_number(hive) + 2,) * 2
        after = program.listing(folder)
        for name in before:
            assert name == 'SYSTEM' or after[name] == before[name], name + ' was touched'
        require_equals_recover_then_fix(nlafix, hive, fixed)
        require_no_return(nlafix, hive, fixed)
        result = nlafix('undo', pathlib.Path(result.report['backup']['path']))
        assert result.status == 0, result
        assert copied.read_bytes() == hive.read_bytes(), 'undo did not give the dirty hive back'


def main():
    path, source_dir = program.arguments()
    nlafix = program.Nlafix(path, source_dir)
    failed = 0
    for name in FIXTURES:
        try:
            examine(nlafix, source_dir / 'fixtures' / (name + '.hive'))
        except AssertionError as error:
            failed += 1
            print('%s: FAILED: %s' % (name, error))
    print('%d dirty hives, %d failed' % (len(FIXTURES), failed))
    sys.exit(1 if failed else 0)


main()
