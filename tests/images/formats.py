# SPDX-License-Identifier: GPL-2.0-or-later
"""Images of every format, a bare volume among them: check, fix, check, fix again, undo. Other people's
programs read the result."""

import os
import sys

import _image
import program

OFFSET = _image.MIB


def hive_in(image, name, folder, offset):
    """(hive, volume) in an image, by qemu-img and ntfscat."""
    raw, volume = folder / 'raw', folder / 'volume'
    _image.as_raw(image, name, raw)
    _image.copy_out(raw, offset, _image.VOLUME_BYTES, volume)
    return _image.cat(volume), volume


def run_one(nlafix, maker, folder, name, bare):
    disk = folder / 'disk.raw'
    offset = 0 if bare else OFFSET
    _image.empty_disk(disk, offset + _image.VOLUME_BYTES + (0 if bare else _image.MIB))
    hive = maker.hive('xp-missing-both').read_bytes()
    maker.volume(disk, hive=maker.hive('xp-missing-both'), offset=offset)
    if not bare:
        _image.write_mbr(disk, [(offset, _image.VOLUME_BYTES)])
    image = folder / ('server.' + name)
    if name == 'raw':
        os.rename(disk, image)
    else:
        _image.convert(disk, image, name)
        os.unlink(disk)
    before = image.read_bytes()

    checked = nlafix('check', image)
    assert checked.status == 1, checked
    target = checked.report['target']
    assert target['kind'] == 'disk' and target['hive'] == _image.HIVE, target
    assert target['disk']['format'] == name.partition('-')[0], target
    assert target['disk']['partition'] == (0 if bare else 1), target
    assert image.read_bytes() == before and os.listdir(folder) == [image.name]

    fixed = nlafix('fix', image)
    assert fixed.status == 0 and fixed.report['status'] == 'fixed', fixed
    assert fixed.report['method'] == 'runlist-switch', fixed
    after, volume = hive_in(image, name, folder, offset)
    assert _image.strings_of(hive) == {'tspkg': False, 'credssp': False}
    assert _image.strings_of(after) == {'tspkg': True, 'credssp': True}
    _image.require_sound_volume(volume)
    _image.require_sound_image(image, name)

    once = image.read_bytes()
    assert nlafix('check', image).status == 0
    again = nlafix('fix', image)
    assert again.status == 0 and again.report['status'] == 'ok', again
    assert image.read_bytes() == once

    backup = _image.only_backup(folder, image.name)
    assert backup.read_bytes() == hive and os.stat(backup).st_mode & 0o077 == 0
    undone = nlafix('undo', backup)
    assert undone.status == 0 and undone.report['changed'], undone
    if name in ('raw', 'vhd-fixed'):
        assert image.read_bytes() == before, 'undo did not give the image back to the byte'
    restored, volume = hive_in(image, name, folder, offset)
    assert restored == hive
    _image.require_sound_volume(volume)
    _image.require_sound_image(image, name)
    undone = nlafix('undo', backup)
    assert undone.status == 0 and not undone.report['changed'], undone
    assert nlafix('check', image).status == 1


def main():
    path, source_dir = program.arguments()
    maker = _image.Maker(path, source_dir)
    _image.require_tools('qemu-img', 'qemu-nbd', 'ntfscat', 'ntfsfix', 'ntfsinfo')
    nlafix = _image.Nlafix(path, source_dir)
    for name in _image.FORMATS:
        for bare in (False, True) if name in ('raw', 'qcow2') else (False,):
            with program.Folder(fast=True) as folder:
                run_one(nlafix, maker, folder, name, bare)
            print('%s%s: check, fix, fix again, undo' % (name, ', bare volume' if bare else ''))
    sys.exit(0)


main()
