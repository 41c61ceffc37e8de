# SPDX-License-Identifier: GPL-2.0-or-later
"""Hives on volumes that the kernel's ntfs3 and ntfs-3g have mounted: what a fix leaves as it was, and that the undo is
exact, seen from outside by ntfs-3g's own programs."""

import re

import _guest
import _image
from _guest import program

CONFIG = 'Windows/System32/config'
FILES = ('SYSTEM', 'SYSTEM.LOG1', 'SYSTEM.LOG2')
KINDS = ('A clean, new format', 'B dirty, new format', None)
KEPT = ('Dumping Inode', 'Number of Hard Links', 'Security ID', 'File attributes', 'File Creation Time')


def make_disks(nlafix, source_dir, folder):
    """{disk: image}: six to be repaired, six to copy what the fix left to, one that is dirty."""
    maker = _image.Maker(nlafix, source_dir)
    hives = folder / 'hives'
    hives.mkdir()
    _guest.run(nlafix.parent.parent / 'tests' / 'write_log_first_hives', hives)
    images = {}
    for number, kind in enumerate(KINDS * 2):
        image = images['vd' + 'abcdef'[number]] = folder / ('%d.img' % number)
        if kind:
            logs = ['%s/%s=%s' % (CONFIG, path.name, path) for path in sorted((hives / kind).glob('SYSTEM.*'))]
            maker.volume(image, hive=hives / kind / 'SYSTEM', file=logs)
        else:
            maker.volume(image, hive=maker.hive('win10-missing-both'))
    for number in range(6):
        image = images['vd' + 'ghijkl'[number]] = folder / ('copy-%d.img' % number)
        _image.empty_disk(image, _image.VOLUME_BYTES)
    images['vdm'] = folder / 'dirty.img'
    maker.volume(images['vdm'], hive=maker.hive('win10-missing-both'), state='dirty')
    return images


def facts_of(image, name='SYSTEM'):
    """What a write may not change of a file: record number, links, descriptor, attributes."""
    text = _guest.run('ntfsinfo', '-f', '-v', '-F', CONFIG + '/' + name, image)
    found = {line.strip() for line in text.splitlines() if line.strip().startswith(KEPT)}
    descriptor = _guest.run('ntfssecaudit', '-v', image, '/%s/%s' % (CONFIG, name))
    return found, re.findall(r'^\s+[0-9a-f]{6}  [0-9a-f ]+$|^Windows .*$', descriptor, re.M)


def require_same(before, after, what):
    for a, b in zip(before, after):
        assert a == b, '%s changed more than content:\n%s\n%s' % (what, a, b)


def files_of(image):
    names = _guest.run('ntfsls', '-f', '-p', CONFIG, image).split()
    return {name: _image.cat(image, CONFIG + '/' + name) for name in names if name in FILES}


def main():
    nlafix, source_dir = program.arguments()
    _guest.require_tools('ntfsinfo', 'ntfsls', 'ntfssecaudit')
    with program.Folder() as folder:
        guest = _guest.Guest(source_dir, folder)
        images = make_disks(nlafix, source_dir, folder)
        repaired = list(images)[:6]
        before = {disk: (facts_of(images[disk]), files_of(images[disk])) for disk in repaired}
        guest.run('mounted', _guest.drives(*(('virtio', image) for image in images.values())),
                  ['/dev/' + disk for disk in images])
        for disk, copy in zip(repaired, list(images)[6:12]):
            facts, files = before[disk]
            assert len(facts[0]) >= len(KEPT) and len(facts[1]) > 5, facts
            require_same(facts, facts_of(images[copy]), 'the fix of ' + disk)
            assert files_of(images[copy])['SYSTEM'] != files['SYSTEM'], disk
            require_same(facts, facts_of(images[disk]), 'the undo of ' + disk)
            assert files_of(images[disk]) == files, 'the undo of %s is not exact' % disk


main()
