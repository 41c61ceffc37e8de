# SPDX-License-Identifier: GPL-2.0-or-later
"""nlafix list: what each volume of a disk is and what to type next, in every format, by nobody, without /sys
and /proc, and with a disk that never answers. Each next command that is one of nlafix is run."""

import os
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import uuid

import _image
import program

MIB = _image.MIB
SIZE = _image.VOLUME_BYTES
BASIC_DATA = uuid.UUID(bytes_le=_image.BASIC_DATA)
MD_MAGIC = struct.pack('<I', 0xa92b4efc)


def md_1_2():
    """A superblock of version 1.2 as far as it is looked at."""
    block = MD_MAGIC + struct.pack('<I', 1)
    return b'\0' * 4096 + block.ljust(144, b'\0') + struct.pack('<Q', 8)


# What is on it: type of the partition, (offset, bytes) to put there, the role, how its next command begins.
VOLUMES = [
    ('c12a7328-f81f-11d2-ba4b-00a0c93ec93b', [], 'esp', None),
    ('e3c9e316-0b5c-4db8-817d-f92df00215ae', [], 'reserved', None),
    ('de94bba4-06d1-4d40-a16a-bfd50179d6ac', [(3, b'NTFS    ')], 'unreadable', None),
    (None, [(3, b'-FVE-FS-')], 'bitlocker', 'dislocker -O '),
    (None, [(0, b'LUKS\xba\xbe')], 'luks', 'losetup '),
    (None, [(512, b'LABELONE'), (536, b'LVM2 001')], 'lvm-member', 'losetup '),
    (None, [(0, md_1_2())], 'raid-member', 'losetup '),
    ('af9b60a0-1431-4f62-bc68-3311714a69ad', [], 'ldm-member', 'losetup '),
    ('e75caf8f-f680-4cee-afa3-b001e56efc2d', [], 'storage-spaces-member', None),
    (None, [(4086, b'SWAPSPACE2')], 'swap', None),
    (None, [(1080, b'\x53\xef')], 'data', None),
    (None, [(0, b'something else')], 'unknown', None),
    (None, [], 'empty', None),
]


def every_kind(maker, disk):
    """One partition of 1 MiB for each of them, and two with Windows."""
    first = [(MIB + index * MIB, MIB) for index in range(len(VOLUMES))]
    windows = [(16 * MIB, SIZE), (34 * MIB, SIZE)]
    _image.empty_disk(disk, 52 * MIB)
    types = []
    for (kind, content, _, _), (offset, _) in zip(VOLUMES, first):
        types.append(uuid.UUID(kind) if kind else BASIC_DATA)
        for at, data in content:
            _image.put(disk, offset + at, data)
    maker.volume(disk, hive=maker.hive('xp-missing-both'), offset=windows[0][0], label='Daten')
    maker.volume(disk, offset=windows[1][0], state='hibernated',
                 file=['Windows/System32/config/SYSTEM=%s' % maker.hive('win10-healthy'),
                       'WINNT/System32/config/SYSTEM=%s' % maker.hive('xp-missing-both'),
                       'Windows.old/System32/config/SYSTEM=%s' % maker.hive('xp-missing-both')])
    _image.write_gpt(disk, first + windows, types=types + [BASIC_DATA] * 2)


def listed(path, reports, *targets, expected=0, **options):
    ended = subprocess.run([path, 'list', '--json', *targets], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=300, **options)
    assert ended.returncode == expected, (ended.returncode, ended.stdout, ended.stderr)
    return [reports.require_valid(line) for line in ended.stdout.decode('utf-8').splitlines()]


def require_every_kind(volumes, image, is_raw):
    assert [volume['partition'] for volume in volumes] == list(range(1, len(VOLUMES) + 3)), volumes
    for volume, (_, _, role, command) in zip(volumes, VOLUMES):
        assert volume['what'] == role, volume
        assert volume['disk'] == str(image) and volume['size_bytes'] == MIB, volume
        if command is None:
            assert volume['next'] is None, volume
        else:
            assert volume['next'].startswith(command if is_raw else 'qemu-nbd --connect='), volume
    first, second = volumes[-2:]
    assert first['what'] == second['what'] == 'windows'
    assert first['label'] == 'Daten' and first['state'] == [], first
    assert second['state'] == ['hibernated'], second
    assert [one['verdict'] for one in first['windows']] == ['change-needed'], first
    by_hive = {one['hive'].split('/')[0]: one for one in second['windows']}
    assert set(by_hive) == {'Windows', 'WINNT', 'Windows.old'}, second
    assert by_hive['Windows.old']['set_aside'] and by_hive['Windows.old']['verdict'] is None
    assert by_hive['Windows']['verdict'] == 'ok', second
    assert by_hive['WINNT']['verdict'] == 'change-needed', second


def run_next(path, line, folder):
    """A command line as it was printed, with our nlafix in front."""
    words = shlex.split(line)
    assert words[0] == 'nlafix', line
    return subprocess.run([path, *words[1:]], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)


def formats(path, maker, reports, folder):
    raw = folder / 'it is a disk.raw'
    every_kind(maker, raw)
    before = raw.read_bytes()
    for name in _image.FORMATS:
        image = raw if name == 'raw' else folder / ('disk.' + name)
        if name != 'raw':
            _image.convert(raw, image, name)
        # A disk of such a VHD is stored as it is, and served by nobody.
        volumes = listed(path, reports, image)
        require_every_kind(volumes, image, volumes[0]['format'] == 'raw')
        print('%s: %d volumes' % (name, len(volumes)))
    assert raw.read_bytes() == before
    # What it says to type repairs the one that it stands at, and the list says so.
    volumes = listed(path, reports, raw)
    ended = run_next(path, volumes[-2]['windows'][0]['next'], folder)
    assert ended.returncode == 0, ended.stdout
    assert listed(path, reports, raw)[-2]['windows'][0]['verdict'] == 'ok'
    # So does a name without a folder.
    [second] = listed(path, reports, raw.name, cwd=folder)[-1:]
    assert any('--partition 15' in (one['next'] or '') for one in second['windows']), second
    # The other one is hibernated: fix would refuse it, so that check is suggested, and says why.
    by_hive = {one['hive']: one['next'] for one in volumes[-1]['windows']}
    ended = run_next(path, by_hive['WINNT/System32/config/SYSTEM'], folder)
    assert ended.args[1] == 'check' and ended.returncode == 1, ended
    assert b'hibernated' in ended.stdout, ended.stdout


def two_in_one_volume(nlafix, maker, folder):
    disk = folder / 'two.img'
    maker.volume(disk, file=['Windows/System32/config/SYSTEM=%s' % maker.hive('xp-missing-both'),
                             'WINNT/System32/config/SYSTEM=%s' % maker.hive('2003-missing-tspkg')])
    found = nlafix('check', disk)
    assert found.status == 4 and '--windows' in found.report['error']['hint'], found
    assert len(nlafix('check', '--windows', 'Windows', disk).report['edits']) == 2
    assert len(nlafix('check', '--windows', 'winnt', disk).report['edits']) == 1
    assert nlafix('fix', '--windows', 'WINNT', disk).status == 0
    assert nlafix('check', '--windows', 'WINNT', disk).status == 0
    assert nlafix('check', '--windows', 'Windows', disk).status == 1


def by_nobody(path, reports, folder):
    if os.geteuid() != 0:
        return
    folder.chmod(0o755)
    nlafix = shutil.copy(path, folder / 'nlafix')
    raw = folder / 'it is a disk.raw'
    options = {'user': 'nobody', 'group': 'nogroup', 'extra_groups': [], 'cwd': '/'}
    raw.chmod(0o644)
    assert len(listed(nlafix, reports, raw, **options)) == len(VOLUMES) + 2
    raw.chmod(0o600)
    [volume] = listed(nlafix, reports, raw, expected=4, **options)
    assert volume['what'] == 'unreadable' and volume['error']['code'] == 'no-permission', volume


def without_lists(path, reports, folder):
    """In a mount namespace where /sys and /proc are empty, an image is listed as before, and the machine's
    own disks come from /dev."""
    if 'ASAN_OPTIONS' in os.environ:
        print('the sanitizers need /proc: not tried without it')
        return
    hide = 'mount -t tmpfs none /sys && mount -t tmpfs none /proc && exec "$@"'
    words = ['unshare', '-m', 'sh', '-c', hide, 'sh']
    if subprocess.run([*words, 'true'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        print('no mount namespace here: not tried without /sys and /proc')
        return
    raw = folder / 'it is a disk.raw'
    ended = subprocess.run([*words, path, 'list', '--json', raw], stdout=subprocess.PIPE)
    assert ended.returncode == 0
    assert len(ended.stdout.splitlines()) == len(VOLUMES) + 2
    ended = subprocess.run([*words, path, 'list', '--json'], stdout=subprocess.PIPE)
    assert ended.returncode in (0, 4)
    for line in ended.stdout.decode('utf-8').splitlines():
        assert reports.require_valid(line)['disk'].startswith('/dev/')


def loop_device(path, reports, folder):
    """The list of the machine holds it, with a name for each partition where the kernel made one."""
    raw = folder / 'it is a disk.raw'
    ended = subprocess.run(['losetup', '--find', '--show', '--read-only', '--partscan', raw],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if ended.returncode != 0:
        print('no loop devices here: not tried on one')
        return
    device = ended.stdout.strip()
    try:
        volumes = [one for one in listed(path, reports) if one['disk'] == device]
        assert len(volumes) == len(VOLUMES) + 2, volumes
        assert volumes[3]['next'].startswith('cryptsetup open --type bitlk ' + device), volumes[3]
    finally:
        subprocess.run(['losetup', '--detach', device], check=True)


def silent_server(path, reports, folder):
    """A disk that takes the connection and never answers is left alone; the others are not held up."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        uri = 'nbd://127.0.0.1:%d' % server.getsockname()[1]
        volumes = listed(path, reports, uri, folder / 'it is a disk.raw')
    assert volumes[0]['what'] == 'unreadable' and volumes[0]['disk'] == uri, volumes[0]
    assert len(volumes) == len(VOLUMES) + 3


def calls_of_list(path, disk, folder):
    """System calls of a list, its children included."""
    trace = folder / 'trace'
    ended = subprocess.run(['strace', '-f', '-c', '-U', 'name,calls', '-o', trace, path, 'list', '--json', disk],
                           stdout=subprocess.PIPE)
    assert ended.returncode == 0, ended
    return len(ended.stdout.splitlines()), int(trace.read_text().splitlines()[-1].split()[-1])


def many_volumes(path, maker, folder):
    """The work grows with their number, and no faster: each is looked at twice, whatever is beside it."""
    if 'ASAN_OPTIONS' in os.environ or not shutil.which('strace'):
        print('no strace, or sanitizers that it does not go with: many volumes were not counted')
        return
    size = 2 * _image.MIB
    volume = folder / 'one.img'
    maker.volume(volume, hive=maker.hive('xp-missing-both'), size=size)
    calls = {}
    for count in (30, 120):
        disk = folder / 'many.img'
        disk.unlink(missing_ok=True)
        ranges = [((1 + index) * size, size) for index in range(count)]
        _image.empty_disk(disk, (2 + count) * size)
        for offset, _ in ranges:
            _image.put(disk, offset, volume.read_bytes())
        _image.write_gpt(disk, ranges)
        volumes, calls[count] = calls_of_list(path, disk, folder)
        assert volumes == count, volumes
    print('system calls of a list of 30 volumes: %(30)d, of 120: %(120)d' % {str(n): c for n, c in calls.items()})
    assert calls[120] <= 4 * calls[30], calls


def main():
    path, source_dir = program.arguments()
    maker = _image.Maker(path, source_dir)
    _image.require_tools('qemu-img', 'qemu-nbd')
    reports = program.Reports(source_dir)
    with program.Folder() as folder:
        formats(path, maker, reports, folder)
        two_in_one_volume(program.Nlafix(path, source_dir), maker, folder)
        by_nobody(path, reports, folder)
        without_lists(path, reports, folder)
        loop_device(path, reports, folder)
        silent_server(path, reports, folder)
        many_volumes(path, maker, folder)
    sys.exit(0)


main()
