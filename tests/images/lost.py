# SPDX-License-Identifier: GPL-2.0-or-later
"""A volume that holds a Windows whose SYSTEM is empty, zeros, something else or gone is the system disk all
the same: the error says so, and where a copy lies. Where another Windows is whole, that one is meant."""

import os
import subprocess

import _image
import program

MIB = 1 << 20
SIZE = _image.VOLUME_BYTES
CONFIG = 'Windows/System32/config/'


def contents(folder):
    """What stands in the place of SYSTEM, by what is said of it."""
    for name, content in (('is empty', b''), ('begins with zeros', bytes(65536)),
                          ('.reg file', b'Windows Registry Editor Version 5.00\r\n'),
                          ('no registry hive', b'something else entirely, long enough to be looked at')):
        spoilt = folder / 'spoilt'
        spoilt.write_bytes(content)
        yield name, [CONFIG + 'SYSTEM=%s' % spoilt]
    yield 'is gone', []


def main():
    path, source_dir = program.arguments()
    nlafix, maker = program.Nlafix(path, source_dir), _image.Maker(path, source_dir)
    whole = maker.hive('win10-stock')
    copy = CONFIG + 'RegBack/SYSTEM=%s' % whole
    with program.Folder() as folder:
        disk = folder / 'disk.img'
        for words, files in contents(folder):
            for with_copy in (True, False):
                beside = [CONFIG + 'SOFTWARE=%s' % maker.hive('software-server-2019')]
                maker.volume(disk, file=files + beside + ([copy] if with_copy else []))
                before = disk.read_bytes()
                for command in ('check', 'fix'):
                    seen = nlafix(command, disk)
                    error = seen.report['error']
                    assert seen.status == 4 and words in error['message'], (words, error)
                    assert error['message'].startswith(str(disk)), error
                    assert 'SYSTEM hive is lost' in error['hint'], error
                    assert ('RegBack' in error['hint']) == with_copy, error
                assert disk.read_bytes() == before
        # A cut image reads as zeros behind its end.
        maker.volume(disk, hive=whole)
        for kind in ('qcow2', 'vmdk'):
            image = folder / ('cut.' + kind)
            _image.convert(disk, image, kind)
            os.truncate(image, os.path.getsize(image) // 2)
            error = nlafix('check', image).report['error']
            assert 'qemu-img check %s' % image in error['hint'], error
            assert subprocess.run(['qemu-img', 'check', image], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL).returncode != 0
        # Beside a Windows that boots it is not asked about.
        _image.empty_disk(disk, 4 * MIB + 2 * SIZE)
        maker.volume(disk, offset=MIB, file=CONFIG + 'SOFTWARE=%s' % whole)
        maker.volume(disk, offset=2 * MIB + SIZE, hive=maker.hive('win7-missing-both'))
        _image.write_gpt(disk, [(MIB, SIZE), (2 * MIB + SIZE, SIZE)])
        found = nlafix('check', disk)
        assert found.status == 1 and found.report['target']['disk']['partition'] == 2, found
        found = nlafix('check', '--partition', '1', disk)
        assert found.status == 4 and 'lost' in found.report['error']['hint'], found


main()
