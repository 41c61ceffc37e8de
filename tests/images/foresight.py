# SPDX-License-Identifier: GPL-2.0-or-later
"""What keeps a fix from writing is said before: check and fix -n name the error with which fix ends, and
nothing where it does not, in every format of an image."""

import os
import subprocess
import sys

import _image
import program

MIB = _image.MIB

# Whatever it is: that it was foreseen is what counts.
ANY = object()

# Options of the volume, and the code with which fix refuses; None where it writes. The fixture has no
# room behind its bins, so that it has to grow.
VOLUMES = {
    'a hive that grows': ({}, None),
    'a hive that need not grow': ({'slack': True}, None),
    'a full volume, and a hive that grows': ({'free': 0}, 'no-room'),
    'a full volume, and a hive that need not grow': ({'free': 0, 'slack': True}, None),
    'an attribute list, and a hive that grows': ({'store': 'attribute-list'}, 'unsuitable-file'),
    'an attribute list, and a hive that need not grow': (
        {'store': 'attribute-list', 'slack': True}, None),
    'hibernated': ({'state': 'hibernated'}, 'hibernated'),
    'marked dirty': ({'state': 'dirty'}, 'unclean-volume'),
    'open journal': ({'journal': 'open'}, 'unclean-volume'),
    'compressed hive': ({'store': 'compressed', 'slack': True}, 'unsuitable-file'),
    'sparse hive': ({'store': 'sparse', 'slack': True}, 'unsuitable-file'),
}


class Case:
    def __init__(self, nlafix, maker, folder, name):
        self.nlafix, self.maker, self.folder, self.name = nlafix, maker, folder, name
        self.image = folder / ('server.' + name)

    def make(self, slack=False, hive=None, **options):
        hive = hive or self.maker.hive('xp-missing-both')
        if slack:
            hive = self.maker.large_hive(self.folder)
        raw = self.folder / 'raw'
        self.maker.volume(raw, hive=hive, **options)
        _image.convert(raw, self.image, self.name)
        os.unlink(raw)

    def foreseen(self, code, *options):
        """fix is compared with check and fix -n by _image.Nlafix itself."""
        fixed = self.nlafix('fix', *options, self.image)
        found = fixed.report['error'] and fixed.report['error']['code']
        assert found == code or code is ANY, '%s, but %s' % (code, fixed)
        return fixed


def volume(options, code):
    def test(case):
        case.make(**options)
        case.foreseen(code)
    return test


def dirty_hive(case):
    """Its last changes lie in its log."""
    fixture = case.maker.hive('dirty-growth')
    log = case.maker.fixtures / (fixture.name + '.LOG1')
    case.make(hive=fixture, file='%s.LOG1=%s' % (_image.HIVE, log))
    assert case.foreseen(None).report['hive']['recovered']


def dirty_hive_without_logs(case):
    case.make(hive=case.maker.hive('dirty-growth'))
    case.foreseen('dirty-without-logs')


def mounted_marker(case):
    """A fix of the mounted volume was cut: only a mount has the backup that finishes it."""
    marker = case.folder / 'marker'
    marker.write_bytes(b'/somewhere/SYSTEM.nlafix-20261126T000000Z.json\n')
    case.make(file='%s.nlafix-writing=%s' % (_image.HIVE, marker))
    assert 'mount the volume' in case.foreseen('interrupted-write').report['error']['hint']


def two_windows(case):
    hive = case.maker.hive('xp-missing-both')
    raw = case.folder / 'raw'
    size = _image.VOLUME_BYTES
    _image.empty_disk(raw, MIB + 2 * size + MIB)
    for offset in (MIB, MIB + size):
        case.maker.volume(raw, hive=hive, offset=offset)
    _image.write_mbr(raw, [(MIB, size), (MIB + size, size)])
    _image.convert(raw, case.image, case.name)
    case.foreseen('several-windows')
    case.foreseen(None, '--partition', '2')


def in_use(case):
    """Another program has the image open for writing, and no lock."""
    case.make()
    with open(case.image, 'r+b'):
        message = case.foreseen('in-use').report['error']['message']
        assert '(process %d)' % os.getpid() in message, message
    lock = case.image.with_name(case.image.name + '.lck')
    lock.mkdir()  # as VMware does
    assert lock.name in case.foreseen('in-use').report['error']['message']
    lock.rmdir()
    case.foreseen(None)


def corrupt_mark(case):
    """qemu sets it where it finds the tables of an image damaged; then it only reads it."""
    if case.name != 'qcow2':
        return
    case.make()
    _image.put(case.image, 72 + 7, b'\2')
    hint = case.foreseen('malformed-disk').report['error']['hint']
    assert 'qemu-img check -r all' in hint, hint
    _image.run('qemu-img', 'check', '-r', 'all', case.image)
    case.foreseen(None)


def read_only_server(case):
    """A server that offers the image for reading alone."""
    case.make()
    socket = case.folder / 'socket'
    kind = _image.FORMATS[case.name][0]
    with _image.Server(['qemu-nbd', '-f', kind, '-r', '-t', '-k', socket, case.image], socket):
        case.image = 'nbd+unix:///?socket=%s' % socket
        case.foreseen('read-only')


def full_host(case):
    """The file system of the image has no room for it to grow, and the backup goes elsewhere."""
    if os.geteuid() != 0:
        return
    case.make()
    small = case.folder / 'small'
    small.mkdir()
    size = case.image.stat().st_size
    mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=%d' % (size + 256 * 1024), 'tmpfs', small],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if mounted.returncode != 0:
        return
    try:
        _image.run('cp', '--sparse=never', case.image, small)
        case.image = small / case.image.name
        # Beside the image there is no room for a backup; elsewhere there is, but not for the image.
        case.foreseen('no-room')
        grows = case.name in ('qcow2', 'vhd', 'vhdx', 'vmdk')
        case.foreseen('no-room' if grows else None, '--backup-dir', case.folder)
    finally:
        case.image = None
        _image.run('umount', small)


def few_free_clusters(case):
    """From none that is free to enough: where the line is, check and fix have to agree."""
    if case.name != 'raw':
        return
    found = set()
    for free in range(8):
        for where in ({'free': free}, {'free-apart': free}):
            case.image.unlink(missing_ok=True)
            case.make(**where)
            error = case.foreseen(ANY).report['error']
            found.add(error and error['code'])
            for path in case.folder.glob('*.nlafix-*'):
                path.unlink()
    assert found == {None, 'no-room'}, found


OTHERS = {
    'few free clusters': few_free_clusters,
    'a dirty hive': dirty_hive,
    'a dirty hive without its log': dirty_hive_without_logs,
    'a write that was cut on a mount': mounted_marker,
    'two Windows': two_windows,
    'open in another program': in_use,
    'marked corrupt': corrupt_mark,
    'behind a server that only reads': read_only_server,
    'a host without room': full_host,
}


def main():
    path, source_dir = program.arguments()
    maker = _image.Maker(path, source_dir)
    _image.require_tools('qemu-img', 'qemu-nbd')
    nlafix = _image.Nlafix(path, source_dir)
    cases = {name: volume(options, code) for name, (options, code) in VOLUMES.items()}
    cases.update(OTHERS)
    for name, test in cases.items():
        for kind in _image.FORMATS:
            with program.Folder(fast=True) as folder:
                test(Case(nlafix, maker, folder, kind))
        print('%-48s in %d formats' % (name, len(_image.FORMATS)))
    print('%d fixes, each foreseen' % nlafix.compared)
    sys.exit(0)


main()
