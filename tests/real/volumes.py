# SPDX-License-Identifier: GPL-2.0-or-later
"""Volumes that Windows itself made, with a Windows tree put in by ntfs-3g: check, fix, check, undo, and what
other people's programs say of them. They are not part of the project: NLAFIX_REAL_VOLUMES names
their folder; without it they are looked for beside the real hives."""

import os
import pathlib
import shutil
import subprocess
import sys
import time

import _judges

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'images'))
import _image  # noqa: E402
from _judges import program  # noqa: E402


def real_volumes(source_dir):
    given = os.environ.get('NLAFIX_REAL_VOLUMES')
    folder = pathlib.Path(given) if given else _judges.real_hives(source_dir).parent / 'volumes'
    if not folder.is_dir():
        program.skip('no volumes of Windows: set NLAFIX_REAL_VOLUMES to their folder')
    return folder


def unzipped(source, folder):
    _image.run('unzip', '-q', source, '-d', folder)
    found = [path for path in folder.iterdir() if path.suffix == '.vhdx']
    assert len(found) == 1, found
    return found[0]


def decompressed(source, folder):
    image = folder / source.stem
    image.write_bytes(_image.run('xz', '-dc', source))
    return image


def copied(source, folder):
    return pathlib.Path(shutil.copyfile(source, folder / source.name))


# File, how it becomes an image, what --format calls it, and where its volume lies: offset, size.
VOLUMES = {
    'a VHDX by Server 2022': ('velociraptor-server2022.vhdx.zip', unzipped, 'vhdx', (128 * 512, 6144 * 512)),
    'a raw volume with $TxfLog': ('velociraptor-partition.raw.xz', decompressed, 'raw', None),
    'two shadow copies': ('plaso-two-shadow-copies.qcow2', copied, 'qcow2', None),
}


def spelled_as_there(folder, path):
    """ntfs-3g tells upper from lower case, Windows does not: "Config" that exists is "config"."""
    for part in path.split('/'):
        found = [name for name in (os.listdir(folder) if folder.is_dir() else []) if
                 name.lower() == part.lower()]
        folder = folder / (found[0] if found else part)
    return folder


def put_windows_in(volume, mount_point, hive):
    words = [_image.find_tool('ntfs-3g'), '-o', 'no_detach', volume, mount_point]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as server:
        for _ in range(600):
            if os.path.ismount(mount_point) or server.poll() is not None:
                break
            time.sleep(0.05)
        assert os.path.ismount(mount_point), 'ntfs-3g does not mount it'
        target = spelled_as_there(mount_point, _image.HIVE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(hive, target)
        _image.run('fusermount', '-u', mount_point)
    # All is written only when the server has ended.
    assert server.returncode == 0, server.returncode
    return os.fspath(target.relative_to(mount_point))


def with_windows(image, kind, place, hive, folder):
    """Puts a Windows tree into the volume of the image; where the hive lies in it."""
    raw, volume, mount_point = folder / 'raw', folder / 'volume', folder / 'mount'
    mount_point.mkdir()
    _image.as_raw(image, kind, raw)
    offset, size = place or (0, raw.stat().st_size)
    if place:
        _image.copy_out(raw, offset, size, volume)
    else:
        os.rename(raw, volume)
    path = put_windows_in(volume, mount_point, hive)
    if place:
        _image.put(raw, offset, volume.read_bytes())
    else:
        os.rename(volume, raw)
    image.unlink()
    _image.convert(raw, image, kind)
    raw.unlink()
    return path


def volume_of(image, kind, place, folder):
    raw, volume = folder / 'raw', folder / 'volume'
    _image.as_raw(image, kind, raw)
    if not place:
        return raw
    _image.copy_out(raw, *place, volume)
    return volume


def run_one(nlafix, source, make, kind, place, hive):
    with program.Folder(fast=True) as folder:
        image = make(source, folder)
        path = with_windows(image, kind, place, hive, folder)
        before = image.read_bytes() if kind == 'raw' else None
        checked = nlafix('check', image)
        assert checked.status == 1, checked
        backups = folder / 'backups'
        backups.mkdir()
        fixed = nlafix('fix', '--backup-dir', backups, image)
        assert fixed.status == 0 and fixed.report['status'] == 'fixed', fixed
        assert nlafix('check', image).status == 0
        volume = volume_of(image, kind, place, folder)
        assert _image.strings_of(_image.cat(volume, path)) == {'tspkg': True, 'credssp': True}
        _image.run('ntfsfix', '-n', volume)
        undone = nlafix('undo', _image.only_backup(backups, image.name))
        assert undone.status == 0, undone
        assert before is None or image.read_bytes() == before, 'undo did not give the bytes back'
        assert _image.cat(volume_of(image, kind, place, folder), path) == hive.read_bytes()
        assert nlafix('check', image).status == 1
        return fixed.report


def main():
    path, source_dir = program.arguments()
    folder = real_volumes(source_dir)
    _image.require_tools('qemu-img', 'qemu-nbd', 'ntfscat', 'ntfsfix', 'ntfs-3g', 'fusermount', 'unzip', 'xz')
    if os.geteuid() != 0 or not os.path.exists('/dev/fuse'):
        program.skip('to mount a volume takes root and FUSE')
    nlafix = _image.Nlafix(path, source_dir)
    hive = source_dir / 'fixtures' / 'xp-missing-both.hive'
    for name, (file, make, kind, place) in VOLUMES.items():
        if not (folder / file).exists():
            print('%-28s is not there' % name)
            continue
        report = run_one(nlafix, folder / file, make, kind, place, hive)
        print('%-28s %s, undone' % (name, report['method']))
    sys.exit(0)


main()
