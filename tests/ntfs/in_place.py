# SPDX-License-Identifier: GPL-2.0-or-later
"""A mounted NTFS volume: a new file would lose the hive's security descriptor, so the hive is
written in place, and nobody may read the backup who may not read the hive."""

import os
import sys

import _volume
from _volume import program


def require_restricted(volume, names):
    for name in names:
        acl = volume.metadata(volume.config / name)['acl']
        assert acl == _volume.RESTRICTIVE, '%s has another descriptor: %s' % (name, acl.hex())


def fix_by_folder_keeps_everything(nlafix, volume, source_dir):
    original = _volume.fixture(source_dir)
    with volume.mounted():
        volume.put_hive(original)
        before, created = volume.metadata(), volume.creation_time()
        assert nlafix('check', volume.root).status == 1
        fixed = nlafix('fix', volume.root)
        assert fixed.status == 0 and fixed.report['method'] == 'in-place', fixed
        assert volume.metadata() == before, 'metadata changed: %s' % volume.metadata()
        assert volume.creation_time() == created
        assert volume.hive.read_bytes() != original
        names = volume.names()
        assert len(names) == 3, 'the hive, its backup and the manifest expected: %s' % names
        require_restricted(volume, names)
        assert nlafix('check', volume.config).status == 0
        content = volume.hive.read_bytes()
    with volume.mounted():
        assert volume.names() == names, 'after a new mount: %s' % volume.names()
        require_restricted(volume, names)
        assert volume.hive.read_bytes() == content
        assert volume.metadata() == before
        [backup] = _volume.backups(volume.config)
        assert nlafix('undo', backup).status == 0
        assert volume.hive.read_bytes() == original, 'undo did not give the original back'
        assert volume.metadata() == before
        assert volume.creation_time() == created
    with volume.mounted():
        assert volume.hive.read_bytes() == original
        require_restricted(volume, names)


def hive_without_restrictions_is_fixed_too(nlafix, volume, source_dir):
    with volume.mounted():
        volume.config.mkdir(parents=True)
        volume.hive.write_bytes(_volume.fixture(source_dir))
        before = volume.metadata()
        assert before['acl'] != _volume.RESTRICTIVE
        fixed = nlafix('fix', volume.root)
        assert fixed.status == 0, fixed
        assert volume.metadata() == before
        for name in volume.names():
            assert volume.metadata(volume.config / name)['acl'] == before['acl'], name


def read_only_mount_is_checked_and_not_fixed(nlafix, volume, source_dir):
    with volume.mounted():
        volume.put_hive(_volume.fixture(source_dir))
    image = volume.image.read_bytes()
    with volume.mounted('ro'):
        assert nlafix('check', volume.root).status == 1
        for options in ([], ['--backup-dir', volume.image.parent]):
            refused = nlafix('fix', *options, volume.root)
            assert refused.status == 3, refused
            assert refused.report['error']['code'] == 'read-only', refused
    assert volume.image.read_bytes() == image, 'the image changed'


def hibernated_volume_is_refused(nlafix, volume, source_dir):
    with volume.mounted():
        volume.put_hive(_volume.fixture(source_dir))
        (volume.root / 'hiberfil.sys').write_bytes(b'hibr' + bytes(4092))
        original = volume.hive.read_bytes()
        checked = nlafix('check', volume.root)
        assert checked.status == 1, checked
        assert any('fix will refuse' in warning for warning in checked.report['warnings']), checked
        refused = nlafix('fix', volume.root)
        assert refused.status == 3 and refused.report['error']['code'] == 'hibernated', refused
        assert volume.hive.read_bytes() == original and volume.names() == ['SYSTEM']
    # ntfs-3g itself mounts such a volume read-only, and says nothing by its exit status.
    with volume.mounted():
        assert nlafix('check', volume.root).status == 1
        assert nlafix('fix', volume.root).status == 3
        assert volume.hive.read_bytes() == original


def fill(path):
    """Takes all room of the volume, to the last byte that ntfs-3g gives out."""
    file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    piece = 1 << 20
    while piece:
        try:
            os.write(file, bytes(piece))
        except OSError:
            piece //= 2
    os.close(file)


def full_volume_is_left_alone(nlafix, volume, source_dir):
    original = _volume.fixture(source_dir)
    elsewhere = volume.image.parent / 'backups'
    elsewhere.mkdir()
    with volume.mounted():
        volume.put_hive(original)
        before = volume.metadata()
        fill(volume.root / 'filler')
        for options in ([], ['--backup-dir', elsewhere]):
            failed = nlafix('fix', *options, volume.root)
            assert failed.status == 6 and failed.report['error']['code'] == 'no-room', failed
            assert volume.hive.read_bytes() == original and volume.metadata() == before
            assert volume.names() == ['SYSTEM'], volume.names()
            assert not list(elsewhere.iterdir())


def backup_elsewhere_leaves_no_marker(nlafix, volume, source_dir):
    original = _volume.fixture(source_dir)
    elsewhere = volume.image.parent / 'backups'
    elsewhere.mkdir()
    with volume.mounted():
        volume.put_hive(original)
        before = volume.metadata()
        fixed = nlafix('fix', '--backup-dir', elsewhere, volume.root)
        assert fixed.status == 0 and fixed.report['method'] == 'in-place', fixed
        assert volume.names() == ['SYSTEM'], volume.names()
        assert volume.metadata() == before
        [backup] = _volume.backups(elsewhere)
        for path in elsewhere.iterdir():
            assert path.stat().st_mode & 0o7777 == 0o600, oct(path.stat().st_mode)
        assert nlafix('undo', backup).status == 0
        assert volume.hive.read_bytes() == original and volume.names() == ['SYSTEM']


def main():
    path, source_dir = program.arguments()
    _volume.require_fuse()
    nlafix = program.Nlafix(path, source_dir)
    for test in (fix_by_folder_keeps_everything, hive_without_restrictions_is_fixed_too,
                 read_only_mount_is_checked_and_not_fixed, hibernated_volume_is_refused,
                 full_volume_is_left_alone, backup_elsewhere_leaves_no_marker):
        with program.Folder(fast=True) as folder:
            test(nlafix, _volume.Volume(folder), source_dir)
        print(test.__name__.replace('_', ' '))
    sys.exit(0)


main()
