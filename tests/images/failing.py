# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that fail or are killed, a host without room, and nlafix killed: whatever happened, the hive is
the old one, the new one, or the next run says that a write was interrupted, and undo puts it right."""

import collections
import contextlib
import os
import subprocess
import sys

import _image
import program

# The calls by which a server changes and flushes an image. strace counts them one by one, thread by
# thread.
WRITES = 'pwrite64,pwritev,fsync,fdatasync'
CALLS_OF_SERVER = ('pwrite64', 'pwritev', 'fdatasync')
MOST_CALLS = 200


def require_strace():
    if subprocess.run(['strace', '-o', '/dev/null', '-e', 'inject=getppid:retval=1', 'true'],
                      stderr=subprocess.DEVNULL).returncode != 0:
        program.skip('strace may not trace or inject here')


def wrapped_server(folder, call, injection):
    """A folder with a qemu-nbd that is traced; -D leaves it the process that was started."""
    binaries = folder / 'bin'
    binaries.mkdir(exist_ok=True)
    script = binaries / 'qemu-nbd'
    script.write_text('#!/bin/sh\nexec strace -D -f -qq -o /dev/null -e trace=%s -e inject=%s %s "$@"\n'
                      % (call, injection, _image.find_tool('qemu-nbd')))
    script.chmod(0o755)
    return binaries


class Bench:
    """One image, and what it may hold after a failure."""

    def __init__(self, path, source_dir, folder, name, **options):
        self.nlafix = program.Nlafix(path, source_dir)
        self.path, self.folder, self.name = path, folder, name
        maker = _image.Maker(path, source_dir)
        self.raw = folder / 'pristine'
        maker.volume(self.raw, hive=maker.hive('xp-missing-both'), **options)
        self.place = folder / 'place'
        self.place.mkdir()
        self.image = self.place / 'server.img'
        self.outcomes = collections.Counter()

    def renew(self):
        for path in self.place.iterdir():
            path.unlink()
        if self.name == 'raw':
            self.image.write_bytes(self.raw.read_bytes())
        else:
            _image.convert(self.raw, self.image, self.name)

    def guest(self):
        """What a machine would see of the image: all of it, as a raw disk."""
        if self.name == 'raw':
            return self.image.read_bytes()
        raw = self.folder / 'seen'
        _image.as_raw(self.image, self.name, raw)
        return raw.read_bytes()

    def require_safe(self, where, unchanged=False):
        """The image after a failure. With `unchanged` it has to be as it was."""
        before = self.raw.read_bytes()
        checked = self.nlafix('check', self.image)
        if checked.status == 3:
            assert checked.report['error']['code'] == 'interrupted-write', (where, checked)
            assert not unchanged, (where, 'said that nothing was changed', checked)
            undone = self.nlafix('undo', _image.only_backup(self.place, self.image.name))
            assert undone.status == 0, (where, undone)
            assert self.guest() == before, where
            self.outcomes['put right by undo'] += 1
            return
        assert checked.status in (0, 1), (where, checked)
        if checked.status == 1:
            assert self.guest() == before, (where, 'the hive is old, the rest is not')
            self.outcomes['old'] += 1
            return
        assert not unchanged, (where, 'said that nothing was changed', checked)
        undone = self.nlafix('undo', _image.only_backup(self.place, self.image.name))
        assert undone.status == 0 and self.guest() == before, (where, undone)
        self.outcomes['new'] += 1


def every_call(bench, what, run):
    """`run(number)` fails at the call of that number, and says whether it came to that. Returns how
    many calls there were."""
    for number in range(1, MOST_CALLS):
        bench.renew()
        if not run(number):
            print('%-40s %3d calls: %s' % (what, number - 1, dict(bench.outcomes)))
            bench.outcomes.clear()
            return number - 1
    raise AssertionError('%s: it never ended' % what)


def spoiled_server(bench, call, effect):
    def run(number):
        binaries = wrapped_server(bench.folder, call, '%s:%s:when=%d' % (call, effect, number))
        environment = dict(os.environ, PATH='%s:%s' % (binaries, os.environ['PATH']))
        found = bench.nlafix('fix', bench.image, env=environment, seconds=30)
        assert found.status in (0, 6, 7), found
        bench.require_safe((effect, number), unchanged=found.status == 6)
        return found.status != 0
    return run


def killed(bench, call):
    def run(number):
        ended = subprocess.run(
            ['strace', '-qq', '-o', '/dev/null', '-e', 'trace=' + call, '-e',
             'inject=%s:signal=KILL:when=%d' % (call, number), bench.path, 'fix', bench.image],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30,
            env=dict(os.environ, ASAN_OPTIONS='detect_leaks=0'))  # it cannot work under strace
        assert ended.returncode in (0, -9, 137), ended
        if ended.returncode != 0:
            bench.require_safe(('killed', number))
        return ended.returncode != 0
    return run


def failing_export(path, source_dir, folder):
    """A server of the user's that fails now and then, by its own choice."""
    if not _image.find_tool('nbdkit'):
        program.skip_unless_ci('there is no nbdkit')
    bench = Bench(path, source_dir, folder, 'raw')
    socket = folder / 'socket'
    uri = 'nbd+unix:///?socket=%s' % socket
    backups = folder / 'backups'
    backups.mkdir()
    for name, parameters in {'reads': ['error-pread-rate=20%'], 'writes': ['error-pwrite-rate=100%'],
                             'some writes': ['error-pwrite-rate=30%'],
                             'no room': ['error-pwrite=ENOSPC', 'error-pwrite-rate=50%']}.items():
        bench.renew()
        for path_of_backup in backups.iterdir():
            path_of_backup.unlink()
        words = ['nbdkit', '-f', '-U', socket, '--filter=error', 'file', bench.image, *parameters]
        with _image.Server(words, socket):
            found = bench.nlafix('fix', '--backup-dir', backups, uri, seconds=60)
        socket.unlink(missing_ok=True)
        assert found.status in (0, 5, 6, 7), (name, found)
        put_right(bench, backups, found, name)
        print('export with failing %-25s exit status %d' % (name, found.status))


def put_right(bench, backups, found, name):
    """By the raw file itself, as the server is gone."""
    before = bench.raw.read_bytes()
    if found.status not in (0, 7):
        assert bench.image.read_bytes() == before, name
        assert not list(backups.iterdir()), name
        return
    backup = next(backups.glob('*.bak'))
    undone = bench.nlafix('undo', '--target', bench.image, backup)
    assert undone.status == 0 and bench.image.read_bytes() == before, (name, undone)


@contextlib.contextmanager
def small_file_system(folder, size):
    place = folder / 'small'
    place.mkdir(exist_ok=True)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=%d' % size, 'none', place], check=True)
    try:
        yield place
    finally:
        subprocess.run(['umount', place], check=True)


def full_host(path, source_dir, folder):
    """A qcow2 image grows when it is written, and the host has no room for that."""
    if os.geteuid() != 0 or subprocess.run(['unshare', '-m', 'true']).returncode != 0:
        print('skipped: a full host needs root and mounts')
        return
    # A cluster of the volume is one of the image, so that a new one has to be found room for.
    bench = Bench(path, source_dir, folder, 'qcow2', cluster=65536)
    bench.renew()
    size = bench.image.stat().st_size
    for spare in (0, 65536, 3 * 65536):
        with small_file_system(folder, (size // 4096 + 2) * 4096 + spare) as place:
            image = place / 'server.img'
            image.write_bytes(bench.image.read_bytes())
            backups = folder / ('backups-%d' % spare)
            backups.mkdir()
            found = bench.nlafix('fix', '--backup-dir', backups, image)
            assert found.status in (0, 6, 7), found
            bench.place, bench.image, kept = backups, image, (bench.place, bench.image)
            try:
                bench.require_safe(('no room', spare), unchanged=found.status == 6)
            finally:
                bench.place, bench.image = kept
        print('host with %6d bytes of room: exit status %d' % (spare, found.status))


def main():
    path, source_dir = program.arguments()
    _image.require_tools('qemu-nbd', 'qemu-img', 'strace')
    require_strace()
    with program.Folder(fast=True) as folder:
        bench = Bench(path, source_dir, folder, 'raw')
        for call in ('pwrite64', 'fsync'):
            what = 'nlafix killed at %s, raw' % call
            assert every_call(bench, what, killed(bench, call)) > 5
    for effect, text in (('error=EIO', 'fails'), ('error=ENOSPC', 'has no room'),
                         ('signal=KILL', 'killed')):
        spoiled = 0
        for call in CALLS_OF_SERVER:
            with program.Folder(fast=True) as folder:
                bench = Bench(path, source_dir, folder, 'qcow2', cluster=65536)
                spoiled += every_call(bench, 'server %s at %s, qcow2' % (text, call),
                                      spoiled_server(bench, call, effect))
        assert spoiled > 3, 'hardly any call was spoiled'
    with program.Folder(fast=True) as folder:
        failing_export(path, source_dir, folder)
    with program.Folder(fast=True) as folder:
        full_host(path, source_dir, folder)
    sys.exit(0)


main()
