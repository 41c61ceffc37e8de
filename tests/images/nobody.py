# SPDX-License-Identifier: GPL-2.0-or-later
"""Image files need no root: check, fix and undo by the user nobody."""

import os
import shutil
import subprocess
import sys

import _image
import program

HERE = os.path.dirname(os.path.realpath(__file__))

def main():
    path, source_dir = program.arguments()
    maker = _image.Maker(path, source_dir)
    _image.require_tools('qemu-img', 'qemu-nbd')
    if os.geteuid() != 0:
        print('this user is not root: all tests of images run without')
        sys.exit(0)
    with program.Folder() as folder:
        folder.chmod(0o755)
        # The build tree may lie where nobody cannot look.
        nlafix = shutil.copy(path, folder / 'nlafix')
        place = folder / 'place'
        place.mkdir()
        raw = place / 'server.raw'
        maker.volume(raw, hive=maker.hive('xp-missing-both'))
        for name in ('qcow2', 'vhd', 'vhdx', 'vmdk'):
            _image.convert(raw, place / ('server.' + name), name)
        for entry in (place, *place.iterdir()):
            shutil.chown(entry, 'nobody')
        for image in sorted(place.iterdir()):
            before = image.read_bytes()
            for words, status in ((['check', image], 1), (['fix', image], 0), (['check', image], 0)):
                run(nlafix, words, status)
            backup = _image.only_backup(place, image.name)
            assert backup.stat().st_uid == image.stat().st_uid != 0
            run(nlafix, ['undo', backup], 0)
            run(nlafix, ['check', image], 1)
            if image.suffix == '.raw':
                assert image.read_bytes() == before
            print('%s: check, fix, undo by nobody' % image.name)
        closed_folder(nlafix, folder, place / 'server.raw')
    sys.exit(0)

def closed_folder(nlafix, folder, raw):
    """An image that nobody may write, in a folder that takes no new file: no marker, so that the manifest alone
    says that a write was cut."""
    place, backups = folder / 'closed', folder / 'backups'
    place.mkdir()
    backups.mkdir()
    image = shutil.copy(raw, place / 'server.raw')
    for entry in (backups, image):
        shutil.chown(entry, 'nobody')
    before = image.read_bytes()
    run(nlafix, ['fix', '--backup-dir', backups, image], 0)
    after = image.read_bytes()
    manifest = next(backups.glob('*.json'))
    for state in ('writing', 'undoing'):
        image.write_bytes(after)
        manifest.write_bytes(_image.with_state(manifest.read_bytes(), state))
        for words, cwd in ((['fix', '-n', '--backup-dir', backups, image], '/'),
                           (['fix', '--backup-dir', backups, image], '/'),
                           (['check', image], backups)):
            said = run(nlafix, words, 3, cwd)
            assert b'interrupted' in said and bytes(manifest) in said, (state, words, said)
        run(nlafix, ['check', image], 0)
        run(nlafix, ['undo', '--backup-dir', backups, image], 0)
        assert image.read_bytes() == before
    assert list(place.iterdir()) == [image]
    print('a folder that takes no marker: the manifest is one')


def run(nlafix, words, status, cwd='/'):
    ended = subprocess.run([nlafix, *words], user='nobody', group='nogroup', extra_groups=[],
                           cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert ended.returncode == status, (words, ended.returncode, ended.stdout)
    return ended.stdout


main()
