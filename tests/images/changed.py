# SPDX-License-Identifier: GPL-2.0-or-later
"""An image that somebody else changes between the look at it and the lock for writing: fix refuses, and
leaves the image as it then is."""

import os
import sys

import _image
import program

LOG = _image.HIVE + '.LOG1'


def changing_server(folder, image, other):
    """A folder with a qemu-nbd that puts `other` over `image` before it serves it for writing."""
    binaries = folder / 'bin'
    binaries.mkdir(exist_ok=True)
    script = binaries / 'qemu-nbd'
    script.write_text('#!/bin/sh\n'
                      'case " $* " in *" --read-only "*) ;; *) cp -- \'%s\' \'%s\' || exit ;; esac\n'
                      'exec %s "$@"\n' % (other, image, _image.find_tool('qemu-nbd')))
    script.chmod(0o755)
    return binaries


class Case:
    def __init__(self, path, source_dir, folder):
        self.nlafix = program.Nlafix(path, source_dir)
        self.maker = _image.Maker(path, source_dir)
        self.folder = folder

    def image(self, name, **options):
        """A qcow2 image in a folder of its own; `options` are those of Maker.volume."""
        raw = self.folder / 'raw'
        self.maker.volume(raw, **options)
        (self.folder / name).mkdir()
        image = self.folder / name / 'server.qcow2'
        _image.convert(raw, image, 'qcow2')
        return image

    def fix(self, looked_at, found_then):
        """fix of an image that has become another one when it is opened for writing."""
        image = self.image('place', **looked_at)
        other = self.image('other', **found_then)
        binaries = changing_server(self.folder, image, other)
        environment = dict(os.environ, PATH='%s:%s' % (binaries, os.environ['PATH']))
        found = self.nlafix('fix', image, env=environment)
        return image, other, found


def log_in(maker, fixture):
    return '%s=%s' % (LOG, maker.hive(fixture).with_suffix('.hive.LOG1'))


def main():
    path, source_dir = program.arguments()
    maker = _image.Maker(path, source_dir)
    _image.require_tools('qemu-nbd', 'qemu-img')
    clean = {'hive': maker.hive('xp-missing-both')}
    dirty = {'hive': maker.hive('dirty-growth')}
    with_log = dict(dirty, file=log_in(maker, 'dirty-growth'))
    cases = {
        'hive': (clean, {'hive': maker.hive('xp-missing-tspkg')}, 'hive-changed'),
        'hive gone': (clean, {}, 'no-such-file'),
        'log': (with_log, dict(dirty, file=log_in(maker, 'dirty-new-brings-both')), 'hive-changed'),
        'log gone': (with_log, dirty, 'hive-changed'),
        'log come': (clean, dict(clean, file=log_in(maker, 'dirty-growth')), 'hive-changed'),
        'marked dirty': (clean, dict(clean, state='dirty'), 'unclean-volume'),
        'hibernated': (clean, dict(clean, state='hibernated'), 'hibernated'),
    }
    for name, (looked_at, found_then, code) in cases.items():
        with program.Folder(fast=True) as folder:
            image, other, found = Case(path, source_dir, folder).fix(looked_at, found_then)
            assert found.report['error'] and found.report['error']['code'] == code, (name, str(found))
            assert image.read_bytes() == other.read_bytes(), (name, 'something was written')
            assert program.listing(image.parent).keys() == {image.name}, (name, 'something is left')
        print('%s: %s' % (name, code))
    with program.Folder(fast=True) as folder:
        # The same way with nothing changed: that it is fixed shows what the refusals above are due to.
        _, _, found = Case(path, source_dir, folder).fix(with_log, with_log)
        assert found.status == 0 and found.report['changed'], found
    sys.exit(0)


main()
