# SPDX-License-Identifier: GPL-2.0-or-later
"""Without the gconv modules of the C library the dynamic program refuses at once, names the package, and
changes nothing; what needs no conversion goes on."""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
import program  # noqa: E402


def root_without_modules(root, path):
    """Fills a root with the program, the libraries that it loads, and nothing else."""
    listed = subprocess.run(['ldd', str(path)], stdout=subprocess.PIPE, check=True, encoding='utf-8')
    libraries = [word for word in listed.stdout.split() if word.startswith('/')]
    assert any('libhivex' in library for library in libraries), listed.stdout
    for library in libraries:
        (root / library[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, root / library[1:])
    shutil.copy(path, root / 'nlafix')


def words_in(root):
    """Words that run the program there; a mount namespace would ask for more than containers give."""
    if os.geteuid() == 0:
        words = [shutil.which('chroot', path='/usr/sbin:/usr/bin:/sbin:/bin'), str(root), '/nlafix']
    else:
        words = ['unshare', '--map-root-user', '--root=' + str(root), '/nlafix']
    tried = subprocess.run([*words, '--version'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if tried.returncode != 0:
        program.skip_unless_ci('the program cannot be run in a root of its own: %s'
                               % tried.stdout.decode().strip())
    return words


class Machine:
    """The program where there are no modules, and a folder of hives."""

    def __init__(self, root):
        self.words = words_in(root)
        self.folder = root / 'hives'

    def run(self, *arguments):
        return subprocess.run([*self.words, *arguments], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8',
                              timeout=60)

    def refuses(self, *arguments):
        before = program.listing(self.folder)
        ended = self.run(*arguments)
        assert ended.returncode == 3, '%s: %s' % (arguments, ended)
        for part in ('cannot convert UTF-8 to UTF-16LE', 'package libc6', 'static file'):
            assert part in ended.stderr, '%s: no %r in %s' % (arguments, part, ended.stderr)
        after = program.listing(self.folder)
        assert before == after, '%s changed %s' % (arguments, program.difference(before, after))

    def succeeds(self, *arguments):
        ended = self.run(*arguments)
        assert ended.returncode == 0, '%s: %s' % (arguments, ended)
        return ended.stdout


def main():
    path, source_dir = program.arguments()
    with program.Folder() as root:
        root_without_modules(root, path)
        hive = root / 'hives' / 'SYSTEM'
        hive.parent.mkdir()
        shutil.copyfile(source_dir / 'fixtures' / 'win10-missing-both.hive', hive)
        original = hive.read_bytes()
        machine = Machine(root)

        assert 'nlafix' in machine.succeeds('--version')
        assert 'TARGET' in machine.succeeds('fix', '--help')
        machine.refuses('check', '/hives/SYSTEM')
        machine.refuses('fix', '/hives/SYSTEM')
        machine.refuses('fix', '-n', '/hives/SYSTEM')
        machine.refuses('recover', '/hives/SYSTEM', '-o', '/hives/OUT')
        # One that is not there is not even looked for.
        machine.refuses('check', '/hives/nothing')

        # The way back stays open.
        subprocess.run([str(path), 'fix', '-q', str(hive)], check=True)
        assert hive.read_bytes() != original
        machine.refuses('check', '/hives/SYSTEM')
        (backup,) = hive.parent.glob('SYSTEM.nlafix-*.bak')
        machine.succeeds('undo', '/hives/' + backup.name)
        assert hive.read_bytes() == original
    print('refused without modules, and undone')


main()
