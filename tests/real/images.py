# SPDX-License-Identifier: GPL-2.0-or-later
"""A real hive in an image of every format and on a bare volume: after a fix, what ntfscat reads back
differs in the planned values alone, as programs that share no code with nlafix see it."""

import os
import sys

import _judges

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'images'))
import _image  # noqa: E402
from _judges import program  # noqa: E402

VOLUME_BYTES = 24 * _image.MIB


def hive_in(image, name, folder, offset):
    raw, volume, hive = folder / 'raw', folder / 'volume', folder / 'hive'
    _image.as_raw(image, name, raw)
    _image.copy_out(raw, offset, VOLUME_BYTES, volume)
    hive.write_bytes(_image.cat(volume))
    _image.require_sound_volume(volume)
    return hive


def run_one(nlafix, judges, maker, folder, name, offset, original):
    disk = folder / 'disk'
    _image.empty_disk(disk, offset + VOLUME_BYTES + _image.MIB)
    maker.volume(disk, hive=original, offset=offset, size=VOLUME_BYTES)
    if offset:
        _image.write_gpt(disk, [(offset, VOLUME_BYTES)])
    image = folder / ('server.' + name)
    _image.convert(disk, image, name)
    fixed = nlafix('fix', image)
    assert fixed.status == 0 and len(fixed.report['edits']) == 2, fixed
    hive = hive_in(image, name, folder, offset)
    _judges.require_clean_head(hive.read_bytes())
    judges.require_planned_difference(original, hive, fixed.report['edits'])
    judges.require_readable(hive, folder)
    assert nlafix('undo', _image.only_backup(folder, image.name)).status == 0
    assert hive_in(image, name, folder, offset).read_bytes() == original.read_bytes()


def main():
    path, source_dir = program.arguments()
    hives = _judges.real_hives(source_dir)
    judges = _judges.Judges(hives)
    maker = _image.Maker(path, source_dir)
    _image.require_tools('qemu-img', 'qemu-nbd', 'ntfscat', 'ntfsfix', 'ntfsinfo')
    nlafix = _image.Nlafix(path, source_dir)
    original = hives / 'system' / 'xp-sp3.SYSTEM'
    for name in _image.FORMATS:
        for offset in (0, _image.MIB) if name == 'raw' else (_image.MIB,):
            with program.Folder(fast=True) as folder:
                run_one(nlafix, judges, maker, folder, name, offset, original)
            print('%s%s: the planned values alone' % (name, '' if offset else ', bare volume'))
    sys.exit(0)


main()
