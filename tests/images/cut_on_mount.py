# SPDX-License-Identifier: GPL-2.0-or-later
"""A write that was cut while the volume was mounted: its manifest, or its marker, lies in the volume, and who
looks at the disk without a mount sees it there."""

import _image
import program


class Case:
    def __init__(self, path, source_dir, folder):
        self.nlafix = program.Nlafix(path, source_dir)
        self.maker = _image.Maker(path, source_dir)
        self.folder = folder
        self.disk = folder / 'disk.img'
        self.fixture = self.maker.hive('xp-missing-both')
        mounted = folder / 'mounted'
        mounted.mkdir()
        (mounted / 'SYSTEM').write_bytes(self.fixture.read_bytes())
        assert self.nlafix('fix', mounted / 'SYSTEM').status == 0
        self.manifest = next(mounted.glob('*.json'))

    def make(self, name, content):
        beside = self.folder / 'beside'
        beside.write_bytes(content)
        self.maker.volume(self.disk, hive=self.fixture,
                          file='%s=%s' % (_image.HIVE.replace('SYSTEM', name), beside))

    def is_refused(self):
        before = self.disk.read_bytes()
        checked, fixed = self.nlafix('check', self.disk), self.nlafix('fix', self.disk)
        code = checked.report['error'] and checked.report['error']['code']
        if code is None:
            assert fixed.status == 0, fixed
            return False
        assert code == 'interrupted-write' == fixed.report['error']['code'], (checked, fixed)
        assert 'mount the volume' in fixed.report['error']['hint'], fixed
        assert self.disk.read_bytes() == before, 'something was changed'
        return True


def main():
    path, source_dir = program.arguments()
    with program.Folder() as folder:
        case = Case(path, source_dir, folder)
        content = case.manifest.read_bytes()
        for state, wanted in (('writing', True), ('undoing', True), ('written', False), ('undone', False),
                              ('logging', False), ('prepared', False)):
            case.make(case.manifest.name, _image.with_state(content, state))
            assert case.is_refused() == wanted, state
        marker = b'/somewhere/SYSTEM.nlafix-20261126T000000Z.json\n'
        for name, text, wanted in (('SYSTEM.nlafix-writing', marker, True),
                                   # Cut itself: the write had not begun.
                                   ('SYSTEM.nlafix-writing', marker[:20], False),
                                   ('SOFTWARE.nlafix-writing', marker, False),
                                   ('SYSTEM.nlafix-notes', b'anything', False)):
            case.make(name, text)
            assert case.is_refused() == wanted, (name, text)


main()
