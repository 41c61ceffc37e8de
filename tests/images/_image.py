# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks for tests that run the program: partition tables, NTFS volumes, and programs of other people that
look at them."""

import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import time
import uuid
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402

MIB = 1 << 20
SECTOR = 512
VOLUME_BYTES = 16 * MIB
HIVE = 'Windows/System32/config/SYSTEM'
BASIC_DATA = uuid.UUID('ebd0a0a2-b9e5-4433-87c0-68b6b72699c7').bytes_le

# What --format calls it: what qemu calls it, and the options that make it.
FORMATS = {
    'raw': ('raw', []),
    'qcow2': ('qcow2', []),
    'vhd': ('vpc', []),
    'vhd-fixed': ('vpc', ['-o', 'subformat=fixed,force_size=on']),
    'vhdx': ('vhdx', []),
    'vmdk': ('vmdk', []),
}

STATE = re.compile(rb'"state":"[a-z]+" *')


def require_tools(*names):
    for name in names:
        if not find_tool(name):
            program.skip_unless_ci('there is no %s' % name)


def find_tool(name):
    return shutil.which(name, path=os.environ.get('PATH', '') + ':/usr/sbin:/sbin')


def run(*words, **options):
    """A program that has to succeed; its standard output."""
    words = [os.fspath(word) for word in words]
    words[0] = find_tool(words[0]) or words[0]
    ended = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    assert ended.returncode == 0, '%s\n%s' % (words, ended.stdout.decode('utf-8', 'replace'))
    return ended.stdout


def builder_of(nlafix):
    """The project's own builder of NTFS volumes, in the build tree of the program."""
    return nlafix.parent.parent / 'tests' / 'make_ntfs_image'


class Maker:
    """Makes disks with the project's own builder of NTFS volumes, which lies in the build tree."""

    def __init__(self, nlafix, source_dir):
        self.builder = builder_of(nlafix)
        if not self.builder.exists():
            program.skip('this build has no disks')
        require_tools('mkntfs')
        self.fixtures = source_dir / 'fixtures'

    def hive(self, name):
        return self.fixtures / (name + '.hive')

    def large_hive(self, folder):
        """A fixture with what Windows leaves behind the bins: 600 KiB, most of them zeros."""
        hive = folder / 'SYSTEM'
        hive.write_bytes(self.hive('xp-missing-both').read_bytes().ljust(600 * 1024, b'\0'))
        return hive

    def volume(self, disk, hive=None, offset=0, size=VOLUME_BYTES, **options):
        """Puts an NTFS volume into the file `disk`. `options` are those of the builder; `file` may be
        a list."""
        words = [self.builder, disk, '--offset', offset, '--size', size]
        if hive:
            words += ['--hive', hive]
        for name, value in options.items():
            for one in value if isinstance(value, list) else [value]:
                words += ['--' + name.replace('_', '-'), one]
        run(*map(str, words))


def codes_of(result):
    """Why fixes are not made, by what a command says of them; None where one is."""
    said = [report['error'] or report['fix_refuses'] for report in result.reports]
    return [one and one['code'] for one in said]


class Nlafix(program.Nlafix):
    """Runs check and fix -n before every fix of one disk: both have to foresee how it ends."""

    compared = 0

    def __call__(self, command, *arguments, **options):
        run = super().__call__
        if command != 'fix':
            return run(command, *arguments, **options)
        foreseen = {'fix -n': codes_of(run('fix', '-n', *arguments, **options))}
        if '--backup-dir' not in arguments:
            foreseen['check'] = codes_of(run('check', *arguments, **options))
        fixed = run(command, *arguments, **options)
        for way, codes in foreseen.items():
            assert codes == codes_of(fixed), (way, codes, fixed)
        self.compared += 1
        return fixed


def with_state(manifest, state):
    """The manifest as it stands on the disk while the write is in that state."""
    whole = b'"state":"' + state.encode() + b'"'
    found = STATE.search(manifest)
    return manifest[:found.start()] + whole.ljust(found.end() - found.start()) + manifest[found.end():]


def put(disk, offset, data):
    with open(disk, 'r+b') as file:
        file.seek(offset)
        file.write(data)


def empty_disk(disk, size):
    with open(disk, 'wb') as file:
        file.truncate(size)


def mbr_entry(kind, first, count):
    return struct.pack('<B3sB3sII', 0, b'\xfe\xff\xff', kind, b'\xfe\xff\xff', first, count)


def mbr_sector(*entries):
    return b'\0' * 446 + b''.join(entries).ljust(64, b'\0') + b'\x55\xaa'


def write_mbr(disk, ranges):
    """`ranges`: (offset, size) in bytes of up to four primary partitions."""
    put(disk, 0, mbr_sector(*(mbr_entry(7, offset // SECTOR, size // SECTOR)
                              for offset, size in ranges)))


def write_logical(disk, ranges):
    """All of them logical, each behind a table of its own, which lies 1 MiB in front of it."""
    first = (ranges[0][0] - MIB) // SECTOR
    end = (ranges[-1][0] + ranges[-1][1]) // SECTOR
    put(disk, 0, mbr_sector(mbr_entry(5, first, end - first)))
    for index, (offset, size) in enumerate(ranges):
        entries = [mbr_entry(7, MIB // SECTOR, size // SECTOR)]
        if index + 1 < len(ranges):
            following = (ranges[index + 1][0] - MIB) // SECTOR
            entries.append(mbr_entry(5, following - first, (MIB + ranges[index + 1][1]) // SECTOR))
        put(disk, offset - MIB, mbr_sector(*entries))


def write_gpt(disk, ranges, sector=SECTOR, primary=True, types=None):
    """Both tables, with partitions of `types`, or of basic data; without `primary` the first one is damaged, as after a write by mistake."""
    sectors = os.path.getsize(disk) // sector
    entries = b''.join(
        (types[index].bytes_le if types else BASIC_DATA) + uuid.uuid5(uuid.NAMESPACE_OID, str(index)).bytes_le +
        struct.pack('<QQQ', offset // sector, (offset + size) // sector - 1, 0) +
        'Basic data'.encode('utf-16-le').ljust(72, b'\0')
        for index, (offset, size) in enumerate(ranges)).ljust(128 * 128, b'\0')
    table_sectors = len(entries) // sector

    def header(at, other, table):
        text = struct.pack('<8sIIIIQQQQ16sQIII', b'EFI PART', 0x10000, 92, 0, 0, at, other,
                           2 + table_sectors, sectors - 2 - table_sectors, b'nlafix-test-disk', table,
                           128, 128, zlib.crc32(entries))
        return text[:16] + struct.pack('<I', zlib.crc32(text)) + text[20:]

    put(disk, 0, mbr_sector(mbr_entry(0xee, 1, min(sectors - 1, 0xffffffff))))
    put(disk, sector, header(1, sectors - 1, 2) if primary else b'\xff' * 92)
    put(disk, 2 * sector, entries)
    put(disk, (sectors - 1 - table_sectors) * sector, entries)
    put(disk, (sectors - 1) * sector, header(sectors - 1, 1, sectors - 1 - table_sectors))


def convert(raw, image, name):
    kind, options = FORMATS[name]
    run('qemu-img', 'convert', '-f', 'raw', '-O', kind, *options, raw, image)


def as_raw(image, name, raw):
    run('qemu-img', 'convert', '-f', FORMATS[name][0], '-O', 'raw', image, raw)


def copy_out(raw, offset, size, volume):
    """A partition as a file of its own, for programs that know no partitions."""
    with open(raw, 'rb') as source, open(volume, 'wb') as target:
        source.seek(offset)
        shutil.copyfileobj(FileRange(source, size), target)


class FileRange:
    def __init__(self, file, size):
        self.file, self.left = file, size

    def read(self, count):
        data = self.file.read(min(count, self.left))
        self.left -= len(data)
        return data


def cat(volume, path=HIVE):
    """A file on an NTFS volume, as ntfs-3g's own program reads it."""
    words = [find_tool('ntfscat'), '-f', os.fspath(volume), path]
    ended = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def require_sound_volume(volume):
    run('ntfsfix', '-n', volume)
    info = run('ntfsinfo', '-f', '-m', volume).decode('utf-8', 'replace')
    assert 'Volume Flags: 0x0000' in info, info


def require_sound_image(image, name):
    if name in ('qcow2', 'vhdx', 'vmdk'):
        run('qemu-img', 'check', '-f', FORMATS[name][0], image)


def strings_of(hive):
    """Which of the two entries a hive holds, without any knowledge of its format."""
    return {'tspkg': 'tspkg'.encode('utf-16-le') in hive,
            'credssp': 'credssp.dll'.encode('utf-16-le') in hive}


def only_backup(folder, stem):
    backups = sorted(folder.glob(stem + '.nlafix-*'))
    assert [path.suffix for path in backups] == ['.bak', '.json'], backups
    return backups[0]


def files_of(folder):
    return {path.name: path.read_bytes() for path in pathlib.Path(folder).iterdir()}


class Server:
    """A program that serves on a Unix socket, while the block runs."""

    def __init__(self, words, socket):
        self.words = [os.fspath(word) for word in words]
        self.words[0] = find_tool(self.words[0]) or self.words[0]
        self.socket = socket

    def __enter__(self):
        self.process = subprocess.Popen(self.words, stdin=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE)
        for _ in range(1000):
            if os.path.exists(self.socket):
                return self
            assert self.process.poll() is None, self.process.stderr.read()
            time.sleep(0.01)
        raise AssertionError('%s does not serve' % self.words)

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
