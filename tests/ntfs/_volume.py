# SPDX-License-Identifier: GPL-2.0-or-later
"""An NTFS volume in an image file, mounted with ntfs-3g as a rescuer would mount a disk."""

import contextlib
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402

IMAGE_BYTES = 20 * 1024 * 1024
MOST_SECONDS = 30

ACL = 'system.ntfs_acl'
ATTRIBUTES = 'system.ntfs_attrib'
TIMES = 'system.ntfs_times'

ARCHIVE = 0x20
NOT_INDEXED = 0x2000


def sid(authority, *parts):
    return struct.pack('<BB', 1, len(parts)) + authority.to_bytes(6, 'big') + struct.pack(
        '<%dI' % len(parts), *parts)


SYSTEM = sid(5, 18)
ADMINISTRATORS = sid(5, 32, 544)
EVERYONE = sid(1, 0)
FULL_CONTROL = 0x001f01ff


def descriptor(*trustees):
    """A self-relative security descriptor: `trustees` may do everything, nobody else anything."""
    entries = b''.join(struct.pack('<BBHI', 0, 0, 8 + len(who), FULL_CONTROL) + who
                       for who in trustees)
    acl = struct.pack('<BBHHH', 2, 0, 8 + len(entries), len(trustees), 0) + entries
    owner = 20
    group = owner + len(ADMINISTRATORS)
    dacl = group + len(SYSTEM)
    control = 0x8000 | 0x1000 | 0x0004  # self-relative, DACL protected, DACL present
    return (struct.pack('<BBHIIII', 1, 0, control, owner, group, 0, dacl) + ADMINISTRATORS +
            SYSTEM + acl)


# As a real SYSTEM hive has it.
RESTRICTIVE = descriptor(SYSTEM, ADMINISTRATORS)


def require_fuse():
    if os.geteuid() != 0:
        program.skip('to mount NTFS needs root')
    if not os.access('/dev/fuse', os.R_OK | os.W_OK):
        program.skip('there is no /dev/fuse here')
    for tool in ('mkntfs', 'ntfs-3g', 'umount'):
        if not shutil.which(tool):
            program.skip_unless_ci('there is no %s' % tool)


class Volume:
    """The image `folder`/ntfs.img, mounted at `folder`/disk while `mounted()` is active."""

    def __init__(self, folder):
        self.image = folder / 'ntfs.img'
        self.root = folder / 'disk'
        self.root.mkdir()
        with open(self.image, 'wb') as file:
            file.truncate(IMAGE_BYTES)
        # The geometry is what mkntfs cannot ask a plain file for.
        subprocess.run(['mkntfs', '-F', '-Q', '-q', '-s', '512', '-p', '0', '-H', '255', '-S', '63',
                        self.image], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    @contextlib.contextmanager
    def mounted(self, *options):
        # no_detach: the end of the process is the end of its writing.
        words = ['ntfs-3g', '-o', ','.join(['no_detach', *options]), self.image, self.root]
        daemon = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            self._wait_for_mount(daemon)
            yield self
        finally:
            subprocess.run(['umount', self.root], stderr=subprocess.DEVNULL)
            try:
                daemon.communicate(timeout=MOST_SECONDS)
            except subprocess.TimeoutExpired:
                daemon.kill()
                raise

    def _wait_for_mount(self, daemon):
        deadline = time.monotonic() + MOST_SECONDS
        while not os.path.ismount(self.root):
            if daemon.poll() is not None:
                said = daemon.stdout.read().decode('utf-8', 'replace')
                program.skip_unless_ci('ntfs-3g cannot mount here: ' + said)
            assert time.monotonic() < deadline, 'the mount does not come'
            time.sleep(0.01)

    @property
    def config(self):
        return self.root / 'Windows' / 'System32' / 'config'

    @property
    def hive(self):
        return self.config / 'SYSTEM'

    def put_hive(self, data):
        """A new hive as Windows would have put it there; the volume is mounted."""
        self.config.mkdir(parents=True, exist_ok=True)
        self.hive.write_bytes(data)
        os.setxattr(self.hive, ACL, RESTRICTIVE)
        os.setxattr(self.hive, ATTRIBUTES, struct.pack('<I', ARCHIVE | NOT_INDEXED))

    def metadata(self, path=None):
        """What a write may not change. The times are not among it."""
        path = path or self.hive
        status = os.stat(path)
        return {'inode': status.st_ino, 'mode': status.st_mode, 'owner': status.st_uid,
                'acl': os.getxattr(path, ACL), 'attributes': os.getxattr(path, ATTRIBUTES)}

    def creation_time(self):
        return os.getxattr(self.hive, TIMES)[:8]

    def names(self):
        return sorted(path.name for path in self.config.iterdir())


def fixture(source_dir, name='win10-missing-both'):
    return (source_dir / 'fixtures' / (name + '.hive')).read_bytes()


def backups(folder):
    return sorted(pathlib.Path(folder).glob('SYSTEM.nlafix-*.bak'))
