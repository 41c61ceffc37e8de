# SPDX-License-Identifier: GPL-2.0-or-later
"""A volume that the system has mounted is in use (3), whatever its bytes look like at that moment: it is not
called damaged, and nobody is sent to chkdsk."""

import contextlib
import os
import subprocess

import _image
import program


@contextlib.contextmanager
def loop_device(image):
    ended = subprocess.run(['losetup', '--find', '--show', image], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True)
    if ended.returncode != 0:
        program.skip('no loop devices here')
    device = ended.stdout.strip()
    try:
        yield device
    finally:
        subprocess.run(['losetup', '--detach', device], check=True)


@contextlib.contextmanager
def mounted(device, folder):
    folder.mkdir(exist_ok=True)
    ended = subprocess.run(['ntfs-3g', device, folder], stderr=subprocess.PIPE, text=True)
    if ended.returncode != 0:
        program.skip('ntfs-3g does not mount here: ' + ended.stderr.strip())
    try:
        yield
    finally:
        subprocess.run(['umount', folder], check=True)


def with_other_bytes(device, image):
    """The bytes of another moment, past the driver that has the volume mounted."""
    with open(image, 'rb') as source, open(device, 'r+b') as target:
        target.write(source.read())
        target.flush()
        os.fsync(target.fileno())


def without_mft(volume, spoilt):
    """The records that describe the MFT itself and its mirror are zeros."""
    data = bytearray(volume.read_bytes())
    cluster = int.from_bytes(data[11:13], 'little') * data[13]
    for field in (48, 56):
        at = int.from_bytes(data[field:field + 8], 'little') * cluster
        data[at:at + 4096] = bytes(4096)
    spoilt.write_bytes(data)


def second_loop_device(nlafix, volume, folder):
    """A device over the same file as one that is mounted, or that a process writes to, is in use too."""
    before = volume.read_bytes()
    with loop_device(volume) as first, loop_device(volume) as second:
        def refused(user):
            seen = nlafix('check', second)
            assert seen.status == 1 and seen.report['fix_refuses']['code'] == 'in-use', seen
            seen = nlafix('fix', '--backup-dir', folder, second)
            assert seen.status == 3 and seen.report['error']['code'] == 'in-use', seen
            assert user in seen.report['error']['message'], seen

        with mounted(first, folder / 'mnt'):
            refused(first)
        with open(volume, 'r+b'):
            refused('(process %d)' % os.getpid())
        assert volume.read_bytes() == before
        assert nlafix('fix', '-n', '--backup-dir', folder, second).report['fix_refuses'] is None


def main():
    path, source_dir = program.arguments()
    _image.require_tools('losetup', 'ntfs-3g', 'umount')
    nlafix, maker = program.Nlafix(path, source_dir), _image.Maker(path, source_dir)
    with program.Folder() as folder:
        hive = maker.hive('win7-missing-both')
        volume, dirty, spoilt = folder / 'volume', folder / 'dirty', folder / 'spoilt'
        maker.volume(volume, hive=hive)
        maker.volume(dirty, hive=hive, state='dirty')
        without_mft(volume, spoilt)
        assert nlafix('check', dirty).report['fix_refuses']['code'] == 'unclean-volume'
        assert nlafix('check', spoilt).status == 5
        second_loop_device(nlafix, volume, folder)
        with loop_device(volume) as device:
            with mounted(device, folder / 'mnt'):
                seen = nlafix('check', device)
                assert seen.status == 1 and seen.report['fix_refuses']['code'] == 'in-use', seen
                for other in (dirty, spoilt):
                    with_other_bytes(device, other)
                    for command in (['check'], ['fix', '-n'], ['fix']):
                        seen = nlafix(*command, device)
                        error = seen.report['error'] or seen.report['fix_refuses']
                        assert error['code'] == 'in-use', (other.name, seen)
                        assert 'chkdsk' not in error['hint'] and 'unmount' in error['hint'], seen
                    with_other_bytes(device, volume)


main()
