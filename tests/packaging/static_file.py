# SPDX-License-Identifier: GPL-2.0-or-later
"""The static file in an empty root, without /proc, /dev, /tmp or locale, does what the dynamic one does
here: the same reports, and hives that differ in the time of the edit alone. NLAFIX_STATIC_FILE names another
one; that of arm64 runs under qemu-user."""

import os
import re
import shutil
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
sys.path.insert(0, os.path.join(HERE, '..', 'images'))
import edit_time  # noqa: E402
import program  # noqa: E402
from _static import static_file  # noqa: E402
from two_programs import Side, hives_of, lay_out, require_same, require_same_files  # noqa: E402
import _image  # noqa: E402

# It has some 6,100,000 bytes; a library that comes in unseen would add more than this leaves.
LARGEST_FILE_BYTES = 7_000_000
MACHINE_OF_ARM64 = 183  # e_machine of an ELF file


def put_into(root, file):
    """Copies the file to a root; the words that run it there."""
    shutil.copy(file, root / 'nlafix')
    if struct.unpack_from('<H', file.read_bytes(), 18)[0] != MACHINE_OF_ARM64 or \
            os.uname().machine == 'aarch64':
        return ['/nlafix']
    emulator = shutil.which('qemu-aarch64-static')
    if not emulator:
        program.skip_unless_ci('there is no qemu-aarch64-static')
    shutil.copy(emulator, root / 'emulator')
    return ['/emulator', '/nlafix']


def in_root(root, program_words):
    """Words that run a program with `root` as the root of all files."""
    if os.geteuid() == 0:
        return [shutil.which('chroot', path='/usr/sbin:/usr/bin:/sbin:/bin'), str(root),
                *program_words]
    words = [shutil.which('unshare') or 'unshare', '--map-root-user', '--root=' + str(root),
             *program_words]
    if subprocess.run([*words, '--version'], stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL).returncode != 0:
        program.skip_unless_ci('only root can change the root here')
    return words


def empty(side):
    shutil.rmtree(side.folder, ignore_errors=True)
    side.folder.mkdir(parents=True)


def compare(hive, sides):
    """check, then fix, and then check on both sides. True where something was fixed."""
    fixed = False
    for side in sides:
        empty(side)
        lay_out(hive, side.folder)
    began = time.time()
    for command in ('check', 'fix', 'check'):
        what = '%s %s' % (command, hive.name)
        ended = [side.report(command, 'SYSTEM') for side in sides]
        require_same(ended, what)
        require_same_files([side.folder for side in sides], began, what)
        if command == 'fix':
            fixed = ended[0][1]['changed']
    return fixed


def compare_disk(maker, sides):
    """A raw image: check, fix, check, and undo, which gives it back to the byte."""
    name = 'server.raw'
    for side in sides:
        empty(side)
        _image.empty_disk(side.folder / name, _image.VOLUME_BYTES + 2 * _image.MIB)
    disk, other = (side.folder / name for side in sides)
    maker.volume(disk, hive=maker.hive('xp-missing-both'), offset=_image.MIB)
    _image.write_mbr(disk, [(_image.MIB, _image.VOLUME_BYTES)])
    shutil.copyfile(disk, other)
    original = disk.read_bytes()
    began = time.time()
    for command in ('check', 'fix', 'check'):
        require_same([side.report(command, name) for side in sides], command + ' ' + name)
    hives = []
    for side in sides:
        volume = side.folder / 'volume'
        _image.copy_out(side.folder / name, _image.MIB, _image.VOLUME_BYTES, volume)
        hives.append(edit_time.without(_image.cat(volume), *edit_time.window(began)))
        _image.require_sound_volume(volume)
        volume.unlink()
    assert hives[0] == hives[1], 'the hives on the disks differ in more than their time'
    assert _image.strings_of(hives[1]) == {'tspkg': True, 'credssp': True}
    undone = [side.report('undo', _image.only_backup(side.folder, name).name) for side in sides]
    require_same(undone, 'undo ' + name)
    for side in sides:
        assert undone[0][0] == 0 and (side.folder / name).read_bytes() == original


def require_named_package(static, source_dir, file):
    """Of what it cannot open it says which package can, and what else to do."""
    version = re.search(r'VERSION ([0-9.]+)\n', (source_dir / 'CMakeLists.txt').read_text()
                        .partition('project(')[2])[1]
    is_amd64 = struct.unpack_from('<H', file.read_bytes(), 18)[0] != MACHINE_OF_ARM64
    remedy = 'nlafix_%s-1_amd64.deb' % version if is_amd64 else 'build nlafix with libnbd'
    empty(static)
    for kind in ('qcow2', 'vhd', 'vhdx', 'vmdk'):
        image = static.folder / ('server.' + kind)
        _image.run('qemu-img', 'create', '-q', '-f', _image.FORMATS[kind][0], image, '16M')
        status, report, errors = static.report('check', image.name)
        assert status == 3 and report['error']['code'] == 'no-image-support', report
        for part in (kind, 'the static file', remedy, 'qemu-nbd', 'qemu-img convert -O raw'):
            assert part in errors, '%s: no %r in %s' % (kind, part, errors)
    ended = subprocess.run([*static.words, 'check', 'nbd://localhost'], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, encoding='utf-8', env={}, timeout=120)
    assert ended.returncode == 3, ended
    for part in ('the static file', remedy, 'nbd-client'):
        assert part in ended.stderr, 'no %r in %s' % (part, ended.stderr)


def require_private_copy(static, root, source_dir):
    """Without /proc hivex' copy lies beside the backup: for nobody else, and not for long."""
    empty(static)
    shutil.copyfile(source_dir / 'fixtures' / 'xp-missing-both.hive', static.folder / 'SYSTEM')
    (static.folder / 'SYSTEM').chmod(0o644)
    trace = root.parent / 'trace'
    # For root alone: strace does not follow into another user namespace everywhere.
    if os.geteuid() != 0 or not shutil.which('strace'):
        print('where the private copy lies was not looked at')
        return
    # -y: names are looked up in an open folder, whose path strace knows as it is outside.
    subprocess.run(['strace', '-f', '-y', '-o', trace, '-e', 'trace=openat,open,unlink,unlinkat',
                    *static.words, 'fix', '-q', static.path('SYSTEM')], check=True)
    made = re.findall(r'<([^>]*)>, "([^"/]*nlafix-scratch[^"/]*)", '
                      r'[^)]*O_CREAT\|O_EXCL[^)]*, (0\d+)\)', trace.read_text())
    [(folder, name, mode)] = made
    assert (folder + '/').endswith(static.shown) and mode == '0600', made
    assert re.search(r'unlinkat\([^,]*, "%s"' % re.escape(name), trace.read_text()), name
    assert not list(static.folder.glob('*scratch*'))


def main():
    path, source_dir = program.arguments()
    file = static_file(source_dir)
    size = file.stat().st_size
    assert size < LARGEST_FILE_BYTES, 'the static file has %d bytes' % size
    with program.Folder(fast=True) as folder:
        root = folder / 'root'
        root.mkdir()
        program_words = put_into(root, file)
        reports = program.Reports(source_dir)
        sides = (Side([str(path)], folder / 'hives', str(folder / 'hives') + '/', {}, reports),
                 Side(in_root(root, program_words), root / 'hives', '/hives/', {}, reports))
        fixtures, real = hives_of(source_dir)
        fixed = sum(compare(hive, sides) for hive in fixtures + real)
        require_private_copy(sides[1], root, source_dir)
        compare_disk(_image.Maker(path, source_dir), sides)
        require_named_package(sides[1], source_dir, file)
    print('%d fixtures and %d real hives, %d of them fixed, by a file of %d bytes'
          % (len(fixtures), len(real), fixed, size))
    assert fixed > len(fixtures) / 4


main()
