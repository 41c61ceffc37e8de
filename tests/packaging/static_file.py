# SPDX-License-Identifier: GPL-2.0-or-later
"""The static file in an empty root, without /proc, /dev, /tmp or locale, does what the dynamic one does
here: the same reports, and hives that differ in the time of the edit alone. NLAFIX_STATIC_FILE names another
one; that of arm64 runs under qemu-user."""

import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
sys.path.insert(0, os.path.join(HERE, '..', 'real'))
sys.path.insert(0, os.path.join(HERE, '..', 'images'))
import edit_time  # noqa: E402
import program  # noqa: E402
import _image  # noqa: E402
import _judges  # noqa: E402

BACKUP_TIME = re.compile(r'\.nlafix-\d{8}T\d{6}Z')
LARGEST_FILE_BYTES = 5_000_000
MACHINE_OF_ARM64 = 183  # e_machine of an ELF file


def static_file(source_dir):
    given = os.environ.get('NLAFIX_STATIC_FILE')
    path = pathlib.Path(given) if given else source_dir / 'build' / 'static' / 'src' / 'nlafix'
    how = 'cmake --preset static && cmake --build --preset static'
    if not path.exists():
        program.skip_unless_ci('there is no static file: ' + how)
    newest = max(file.stat().st_mtime for file in (source_dir / 'src').rglob('*.*'))
    if path.stat().st_mtime < newest:
        program.skip_unless_ci('the static file is older than the sources: ' + how)
    return path.resolve()


def put_into(root, file):
    """Copies the file to a root; the words that run it there."""
    shutil.copy(file, root / 'nlafix')
    if struct.unpack_from('<H', file.read_bytes(), 18)[0] != MACHINE_OF_ARM64 or \
            os.uname().machine == 'aarch64':
        return ['/nlafix']
    emulator = shutil.which('qemu-aarch64-static')
    if not emulator:
        program.skip_unless_ci('there is no qemu-aarch64-static')
    shutil.copy(emulator, root / 'emulator')
    return ['/emulator', '/nlafix']


class Side:
    """One of the two programs, in a folder of its own."""

    def __init__(self, words, folder, shown, root=None):
        self.words = words      # in front of the command
        self.folder = folder    # where its hives lie, seen from here
        self.shown = shown      # the same, as the program sees it
        self.root = root        # what has to be the root of its files

    def empty(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def run(self, command, name='SYSTEM'):
        """(exit status, report, standard error), all without what differs by nature."""
        words = [*self.words, command, '--json', self.shown + '/' + name]
        ended = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env={}, timeout=120)
        assert ended.stdout, 'no report of %s: %s' % (words, ended)
        report = json.loads(self._same_anywhere(ended.stdout))
        return ended.returncode, report, self._same_anywhere(ended.stderr)

    def _same_anywhere(self, output):
        text = output.decode('utf-8').replace(self.shown + '/', '<dir>/')
        return BACKUP_TIME.sub('.nlafix-<time>', text)

    def files(self):
        """{name: (mode, bytes)}; the time of a backup's name is taken out. A manifest has hashes of
        hives that differ in their time, so of it the name and the mode alone."""
        found = {}
        for path in sorted(self.folder.iterdir()):
            content = None if path.suffix == '.json' else path.read_bytes()
            found[BACKUP_TIME.sub('.nlafix-<time>', path.name)] = (path.stat().st_mode, content)
        return found


def in_root(root, program_words):
    """Words that run a program with `root` as the root of all files."""
    if os.geteuid() == 0:
        return [shutil.which('chroot', path='/usr/sbin:/usr/bin:/sbin:/bin'), str(root),
                *program_words]
    words = [shutil.which('unshare') or 'unshare', '--map-root-user', '--root=' + str(root),
             *program_words]
    if subprocess.run([*words, '--version'], stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL).returncode != 0:
        program.skip_unless_ci('only root can change the root here')
    return words


def require_same(dynamic, static, what):
    for name, a, b in zip(('exit status', 'report', 'standard error'), dynamic, static):
        assert a == b, '%s: %s:\n  %s\n  %s' % (what, name, a, b)


def require_same_files(dynamic, static, began, what):
    a, b = dynamic.files(), static.files()
    assert a.keys() == b.keys(), '%s left %s and %s' % (what, sorted(a), sorted(b))
    window = edit_time.window(began)
    for name in a:
        assert a[name][0] == b[name][0], '%s: the modes of %s differ' % (what, name)
        if a[name][1] != b[name][1]:
            assert name == 'SYSTEM', '%s: %s differs' % (what, name)
            plain = [edit_time.without(side[name][1], *window) for side in (a, b)]
            assert plain[0] == plain[1], '%s: the hives differ in more than their time' % what


def compare(hive, logs, dynamic, static):
    """check, then fix, and then check on both sides. True where something was fixed."""
    fixed = False
    for side in (dynamic, static):
        side.empty()
        shutil.copyfile(hive, side.folder / 'SYSTEM')
        for log in logs:
            shutil.copyfile(log, side.folder / ('SYSTEM' + log.name[len(hive.name):]))
    began = time.time()
    for command in ('check', 'fix', 'check'):
        what = '%s %s' % (command, hive.name)
        of_dynamic, of_static = dynamic.run(command), static.run(command)
        require_same(of_dynamic, of_static, what)
        require_same_files(dynamic, static, began, what)
        if command == 'fix':
            fixed = of_dynamic[1]['changed']
    return fixed


def compare_disk(maker, dynamic, static):
    """A raw image: check, fix, check, and undo, which gives it back to the byte."""
    name = 'server.raw'
    for side in (dynamic, static):
        side.empty()
        _image.empty_disk(side.folder / name, _image.VOLUME_BYTES + 2 * _image.MIB)
    disk = dynamic.folder / name
    maker.volume(disk, hive=maker.hive('xp-missing-both'), offset=_image.MIB)
    _image.write_mbr(disk, [(_image.MIB, _image.VOLUME_BYTES)])
    shutil.copyfile(disk, static.folder / name)
    original = disk.read_bytes()
    began = time.time()
    for command in ('check', 'fix', 'check'):
        require_same(dynamic.run(command, name), static.run(command, name), command + ' ' + name)
    hives = []
    for side in (dynamic, static):
        volume = side.folder / 'volume'
        _image.copy_out(side.folder / name, _image.MIB, _image.VOLUME_BYTES, volume)
        hives.append(edit_time.without(_image.cat(volume), *edit_time.window(began)))
        _image.require_sound_volume(volume)
        volume.unlink()
    assert hives[0] == hives[1], 'the hives on the disks differ in more than their time'
    assert _image.strings_of(hives[1]) == {'tspkg': True, 'credssp': True}
    undone = [side.run('undo', _image.only_backup(side.folder, name).name)
              for side in (dynamic, static)]
    require_same(*undone, 'undo ' + name)
    for side in (dynamic, static):
        assert undone[0][0] == 0 and (side.folder / name).read_bytes() == original


def require_named_package(static, source_dir, file):
    """Of what it cannot open it says which package can, and what else to do."""
    version = re.search(r'VERSION ([0-9.]+)\n', (source_dir / 'CMakeLists.txt').read_text()
                        .partition('project(')[2])[1]
    is_amd64 = struct.unpack_from('<H', file.read_bytes(), 18)[0] != MACHINE_OF_ARM64
    remedy = 'nlafix_%s-1_amd64.deb' % version if is_amd64 else 'build nlafix with libnbd'
    static.empty()
    for kind in ('qcow2', 'vhd', 'vhdx', 'vmdk'):
        image = static.folder / ('server.' + kind)
        _image.run('qemu-img', 'create', '-q', '-f', _image.FORMATS[kind][0], image, '16M')
        status, report, errors = static.run('check', image.name)
        assert status == 3 and report['error']['code'] == 'no-image-support', report
        for part in (kind, 'the static file', remedy, 'qemu-nbd', 'qemu-img convert -O raw'):
            assert part in errors, '%s: no %r in %s' % (kind, part, errors)
    ended = subprocess.run([*static.words, 'check', 'nbd://localhost'], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, encoding='utf-8', env={}, timeout=120)
    assert ended.returncode == 3, ended
    for part in ('the static file', remedy, 'nbd-client'):
        assert part in ended.stderr, 'no %r in %s' % (part, ended.stderr)


def real_hives(source_dir):
    """Those of Windows itself, dirty ones with their logs; none where there are none."""
    try:
        folder = _judges.real_hives(source_dir)
    except SystemExit:
        return []
    return sorted(path for part in ('system', 'dirty', 'malformed') for path in
                  (folder / part).rglob('*') if path.is_file() and '.LOG' not in path.name)


def require_private_copies(static, source_dir):
    """Without /proc hivex' copies lie beside the backup: for nobody else, and not for long."""
    static.empty()
    shutil.copyfile(source_dir / 'fixtures' / 'xp-missing-both.hive', static.folder / 'SYSTEM')
    (static.folder / 'SYSTEM').chmod(0o644)
    trace = static.root.parent / 'trace'
    # For root alone: strace does not follow into another user namespace everywhere.
    if os.geteuid() != 0 or not shutil.which('strace'):
        print('where the private copies lie was not looked at')
        return
    subprocess.run(['strace', '-f', '-o', trace, '-e', 'trace=openat,open,unlink,unlinkat', *static.words,
                    'fix', '-q', static.shown + '/SYSTEM'], check=True)
    made = re.findall(r'"([^"]*nlafix-scratch[^"]*)", [^)]*O_CREAT\|O_EXCL[^)]*, (0\d+)\)',
                      trace.read_text())
    assert len(made) == 2, made
    for name, mode in made:
        assert os.path.dirname(name) == static.shown and mode == '0600', (name, mode)
        removed = r'unlink(at\(AT_FDCWD, |\()"%s"' % re.escape(name)
        assert re.search(removed, trace.read_text()), name
    assert not [name for name in static.files() if 'scratch' in name]


def main():
    path, source_dir = program.arguments()
    file = static_file(source_dir)
    size = file.stat().st_size
    assert size < LARGEST_FILE_BYTES, 'the static file has %d bytes' % size
    memory_runs_programs = not os.statvfs('/dev/shm').f_flag & os.ST_NOEXEC
    with program.Folder(fast=memory_runs_programs) as folder:
        root = folder / 'root'
        root.mkdir()
        program_words = put_into(root, file)
        dynamic = Side([str(path)], folder / 'hives', str(folder / 'hives'))
        static = Side(in_root(root, program_words), root / 'hives', '/hives', root)
        hives = sorted((source_dir / 'fixtures').glob('*.hive'))
        assert hives, 'there are no fixtures'
        real = real_hives(source_dir)
        fixed = sum(compare(hive, sorted(hive.parent.glob(hive.name + '.LOG*')), dynamic, static)
                    for hive in hives + real)
        require_private_copies(static, source_dir)
        compare_disk(_image.Maker(path, source_dir), dynamic, static)
        require_named_package(static, source_dir, file)
    print('%d fixtures and %d real hives, %d of them fixed, by a file of %d bytes'
          % (len(hives), len(real), fixed, size))
    assert fixed > len(hives) / 4


main()
