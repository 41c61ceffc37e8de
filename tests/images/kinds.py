# SPDX-License-Identifier: GPL-2.0-or-later
"""Every kind of image in the table of the program: what nlafix does not open or write is refused with a
command; that command is run as it was printed, and nlafix then repairs what it makes."""

import os
import pathlib
import re
import struct
import subprocess
import sys
import time

import _image
import program

PASSPHRASE = 'correct horse'


def converted(*options, suffix):
    def make(folder, raw):
        image = folder / ('server' + suffix)
        _image.run('qemu-img', 'convert', *options, raw, image)
        return image
    return make


def encrypted(method):
    def make(folder, raw):
        image = folder / 'my server, old.qcow2'
        words = [_image.find_tool('qemu-img'), 'convert', '--object', 'secret,id=key,data=' + PASSPHRASE,
                 '-O', 'qcow2', '-o', 'encrypt.format=%s,encrypt.key-secret=key' % method, raw, image]
        # It measures the processor to choose a number of iterations, and gives up on a busy machine.
        for _ in range(50):
            ended = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if b'CPU usage' not in ended.stdout:
                break
        assert ended.returncode == 0, ended.stdout
        return image
    return make


def filtered(*words):
    def make(folder, raw):
        image = folder / 'server.packed'
        with open(image, 'wb') as out:
            subprocess.run([_image.find_tool(words[0]), *words[1:], raw], stdout=out, check=True)
        return image
    return make


def archived(*words, inside='server.img'):
    def make(folder, raw):
        os.rename(raw, folder / inside)
        image = folder / ('server.' + words[0])
        _image.run(*words[1:], image, inside, cwd=folder)
        os.unlink(folder / inside)
        return image
    return make


def ova(folder, raw):
    (folder / 'server.ovf').write_text('<Envelope/>')
    _image.run('qemu-img', 'convert', '-O', 'vmdk', '-o', 'subformat=streamOptimized', raw,
               folder / 'server-disk1.vmdk')
    image = folder / 'server.ova'
    _image.run('tar', '-cf', image, 'server.ovf', 'server-disk1.vmdk', cwd=folder)
    for name in ('server.ovf', 'server-disk1.vmdk'):
        os.unlink(folder / name)
    return image


def bochs(folder, raw):
    """A growing disk, as qemu's block/bochs.c reads it: a bitmap of sectors in front of each extent."""
    extent, bitmap = 65536, 512
    data = raw.read_bytes()
    count = len(data) // extent
    header = struct.pack('<32s16s16sIIIIIIQ', b'Bochs Virtual HD Image', b'Redolog', b'Growing', 0x20000,
                         512, count, bitmap, extent, 0, len(data)).ljust(512, b'\0')
    catalog = b''.join(struct.pack('<I', index) for index in range(count))
    image = folder / 'server.bochs'
    with open(image, 'wb') as out:
        out.write(header + catalog)
        for index in range(count):
            out.write(b'\xff' * bitmap + data[index * extent:(index + 1) * extent])
    return image


def ewf(folder, raw):
    _image.run('ewfacquire', '-u', '-q', '-t', folder / 'server', raw)
    return folder / 'server.E01'


def ntfsclone(folder, raw):
    image = folder / 'server.clone'
    _image.run('ntfsclone', '--save-image', '--overwrite', image, raw)
    return image


def pieces(folder, raw):
    _image.run('split', '-b', '10M', '--numeric-suffixes=1', '-a', '3', raw, folder / 'disk.')
    return folder / 'disk.001'


# With which code a kind is refused; no-image-support unless it stands here.
CODES = {'raw in pieces': 'malformed-disk'}

# How an image of each kind is made from a raw one, and what that takes besides qemu-img.
MAKERS = {
    'qcow2': (converted('-O', 'qcow2', suffix='.qcow2'), ()),
    'qcow2 with LUKS encryption': (encrypted('luks'), ()),
    'qcow2 with AES encryption': (encrypted('aes'), ()),
    'VHD': (converted('-O', 'vpc', suffix='.vhd'), ()),
    'VHDX': (converted('-O', 'vhdx', suffix='.vhdx'), ()),
    'streamOptimized VMDK': (converted('-O', 'vmdk', '-o', 'subformat=streamOptimized',
                                       suffix='.vmdk'), ()),
    'VMDK': (converted('-O', 'vmdk', suffix='.vmdk'), ()),
    'VDI': (converted('-O', 'vdi', suffix='.vdi'), ()),
    'QED': (converted('-O', 'qed', suffix='.qed'), ()),
    'qcow': (converted('-O', 'qcow', suffix='.qcow'), ()),
    'Parallels': (converted('-O', 'parallels', suffix='.hdd'), ()),
    'Bochs': (bochs, ()),
    'EWF (EnCase)': (ewf, ('ewfacquire', 'ewfexport')),
    'ntfsclone': (ntfsclone, ('ntfsclone',)),
    'gzip': (filtered('gzip', '-c'), ('gzip',)),
    'xz': (filtered('xz', '-0', '-c'), ('xz',)),
    'zstd': (filtered('zstd', '-q', '-c'), ('zstd',)),
    'bzip2': (filtered('bzip2', '-c'), ('bzip2',)),
    'zip': (archived('zip', 'zip', '-q'), ('zip', 'unzip')),
    '7z': (archived('7z', '7z', 'a'), ('7z',)),
    'OVA': (ova, ('tar',)),
    'tar': (archived('tar', 'tar', '-cf'), ('tar',)),
    'raw in pieces': (pieces, ('split',)),
}


def kinds_of(nlafix):
    """[(name, who opens it, whether it is written), ...] without the plain raw image."""
    printer = nlafix.parent.parent / 'tests' / 'print_image_kinds'
    lines = _image.run(printer).decode('utf-8').splitlines()
    fields = [line.split('\t') for line in lines]
    return [(name, opener, access == 'written') for name, _, opener, access, _, _ in fields[1:]]


def follow(hint, folder):
    """Runs the command of a hint, and gives the new TARGET."""
    found = re.search(r'\(([^()]*)\), then give (.*?) as TARGET', hint)
    assert found, hint
    command, target = found.groups()
    if 'PASSPHRASE-FILE' in command:
        (folder / 'passphrase').write_text(PASSPHRASE)
        command = command.replace('PASSPHRASE-FILE', 'passphrase')
    before = set(folder.iterdir())
    ended = subprocess.run(['sh', '-c', command], cwd=folder, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert ended.returncode == 0, '%s\n%s' % (command, ended.stdout.decode('utf-8', 'replace'))
    if 'that was in it' in target:
        found = [path for path in folder.iterdir() if path not in before]
        if '.vmdk' in target:
            found = [path for path in found if path.suffix == '.vmdk']
        assert len(found) == 1, found
        return found[0]
    if 'nbd+unix' in target:
        for _ in range(200):
            if (folder / 'disk.sock').exists():
                break
            time.sleep(0.01)
        return target.strip('"').replace('$PWD', str(folder))
    return folder / target


def stop_server(folder):
    pid = folder / 'disk.pid'
    if pid.exists():
        subprocess.run(['sh', '-c', 'kill "$(cat disk.pid)"'], cwd=folder, check=True)


def repaired(nlafix, target, folder):
    backups = folder / 'backups'
    backups.mkdir(exist_ok=True)
    fixed = nlafix('fix', '--backup-dir', backups, target)
    if fixed.report['error'] and fixed.report['error']['code'] == 'no-image-support':
        # What was in an OVA has to be converted in turn.
        target = follow(fixed.report['error']['hint'], folder)
        fixed = nlafix('fix', '--backup-dir', backups, target)
    assert fixed.status == 0 and fixed.report['status'] == 'fixed', fixed
    assert nlafix('check', target).status == 0


def run_one(nlafix, maker, folder, kind, make):
    name, opener, is_written = kind
    raw = folder / 'made'
    maker.volume(raw, hive=maker.hive('xp-missing-both'))
    image = make(folder, raw)
    if raw.exists():
        os.unlink(raw)
    before = image.read_bytes()
    checked = nlafix('check', image)
    if opener != 'nobody' and is_written:
        assert checked.status == 1, checked
        return
    code = CODES.get(name, 'no-image-support')
    if opener == 'nobody':
        assert checked.report['error']['code'] == code, checked
    else:
        assert checked.status == 1, checked
    refused = nlafix('fix', image)
    assert refused.report['error']['code'] == code, refused
    assert name in CODES or name in refused.report['error']['message'], refused
    assert image.read_bytes() == before, 'something was changed'
    try:
        repaired(nlafix, follow(refused.report['error']['hint'], folder), folder)
    finally:
        stop_server(folder)


def run_without_qemu_nbd(nlafix, maker, folder, kind, make):
    """Of what a qemu-nbd opens for nlafix, the hint where there is none: a copy is converted."""
    raw = folder / 'made'
    maker.volume(raw, hive=maker.hive('xp-missing-both'))
    image = make(folder, raw)
    empty = folder / 'no programs'
    empty.mkdir()
    refused = nlafix('check', image, env={'PATH': str(empty)})
    assert refused.status == 3 and refused.report['error']['code'] == 'no-image-support', refused
    repaired(nlafix, follow(refused.report['error']['hint'], folder), folder)


def run_served_pieces(nlafix, maker, folder, source_dir):
    """The command of docs/images.md serves the pieces of a raw image to be read: its split does not flush."""
    raw = folder / 'made'
    maker.volume(raw, hive=maker.hive('xp-missing-both'))
    pieces(folder, raw)
    os.unlink(raw)
    found = re.search(r'^nbdkit .* split disk.001 disk.002$', (source_dir / 'docs/images.md').read_text(), re.M)
    _image.run('sh', '-c', found.group(), cwd=folder)
    try:
        target = 'nbd+unix:///?socket=%s' % (folder / 'disk.sock')
        assert nlafix('check', target).status == 1
        refused = nlafix('fix', target)
        assert refused.report['error']['code'] == 'read-only', refused
        assert 'offers flushes' in refused.report['error']['hint'], refused
    finally:
        stop_server(folder)


def main():
    path, source_dir = program.arguments()
    maker = _image.Maker(path, source_dir)
    _image.require_tools('qemu-img', 'qemu-nbd')
    nlafix = _image.Nlafix(path, source_dir)
    kinds = kinds_of(path)
    assert {name for name, _, _ in kinds} == set(MAKERS), 'a kind without an image to test it'
    for kind in kinds:
        make, tools = MAKERS[kind[0]]
        missing = [tool for tool in tools if not _image.find_tool(tool)]
        if missing:
            print('%-28s not run: no %s' % (kind[0], ', '.join(missing)))
            assert os.environ.get('NLAFIX_CI') != '1'
            continue
        with program.Folder(fast=True) as folder:
            run_one(nlafix, maker, pathlib.Path(folder), kind, make)
        if kind[1] == 'qemu-nbd' and kind[2]:
            with program.Folder(fast=True) as folder:
                run_without_qemu_nbd(nlafix, maker, pathlib.Path(folder), kind, make)
        opened = kind[1] != 'nobody' and kind[2]
        print('%-28s %s' % (kind[0], 'opened' if opened else 'by its command'))
    if not _image.find_tool('nbdkit'):
        print('pieces that are served: not run: no nbdkit')
        assert os.environ.get('NLAFIX_CI') != '1'
        sys.exit(0)
    with program.Folder(fast=True) as folder:
        run_served_pieces(nlafix, maker, pathlib.Path(folder), source_dir)
    print('%-28s served, and read' % 'raw in pieces')
    sys.exit(0)


main()
