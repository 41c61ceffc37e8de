# SPDX-License-Identifier: GPL-2.0-or-later
"""packaging/windows makes the archive for Windows from hivex's release archive alone: its tests pass under wine,
beside the program of this machine; it holds what it should; another folder gives the same bytes.

NLAFIX_HIVEX_SOURCE names the release archive of hivex. Nothing downloads it, so without it this is skipped."""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import zipfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
import program  # noqa: E402
from _documents import require_links  # noqa: E402

SUM_OF_1_3_23 = '40cf5484f15c94672259fb3b99a90bef6f390e63f37a52a1c06808a2016a6bbd'
EPOCH = 1700000000


def run(tree, *words):
    return subprocess.run([tree / 'packaging' / 'windows', *words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          # Nothing of the first build may come out of a cache.
                          env={**os.environ, 'SOURCE_DATE_EPOCH': str(EPOCH), 'CCACHE_DISABLE': '1'})


def make(tree, archive, folder, *options):
    """The path of the .zip."""
    ended = run(tree, *options, archive, folder)
    assert ended.returncode == 0, ended.stdout[-8000:]
    is_known = hashlib.sha256(archive.read_bytes()).hexdigest() == SUM_OF_1_3_23
    assert ('warning: ' in ended.stdout) == (not is_known), ended.stdout[:2000]
    if not options:
        assert re.search(r'100% tests passed', ended.stdout) and 'windows.program' in ended.stdout, ended.stdout
        assert 'Skipped' not in ended.stdout, ended.stdout
    made, = folder.iterdir()
    return made


def require_refused(tree, folder):
    """What is no hivex is named, and no archive is made of it."""
    (folder / 'not-hivex').mkdir()
    ended = run(tree, '--without-tests', folder / 'not-hivex', folder / 'refused')
    assert ended.returncode == 1 and 'is no unpacked release of hivex' in ' '.join(ended.stdout.split()), ended
    assert not list((folder / 'refused').iterdir())
    assert run(tree, folder / 'not-hivex').returncode == 2


def require_archive(made, source_dir, folder):
    name = made.name.removesuffix('.zip')
    assert re.fullmatch(r'nlafix-\d+\.\d+\.\d+-windows-x64', name), name
    with zipfile.ZipFile(made) as archive:
        entries = archive.infolist()
        archive.extractall(folder)
    names = [entry.filename for entry in entries]
    assert names == sorted(names) and all(entry.startswith(name + '/') for entry in names), names
    expected = time.gmtime(EPOCH)
    for entry in entries:
        assert entry.date_time[:5] == expected[:5] and not entry.extra, entry
    tree = folder / name
    program_file = (tree / 'nlafix.exe').read_bytes()
    for place in (source_dir, pathlib.Path.home()):
        assert str(place).encode() + b'/' not in program_file, 'nlafix.exe names ' + str(place)
    for file in ('README.md', 'CHANGELOG.md', 'LICENSE', 'nlafix.ps1'):
        original = source_dir / ('completions' if file.endswith('.ps1') else '.') / file
        assert (tree / file).read_bytes() == original.read_bytes(), file
    require_links(tree)
    require_licences(tree / 'licences')


def require_licences(licences):
    listed = re.findall(r'^(\S+): source (\S+) (\S+)$', (licences / 'VERSIONS').read_text(), re.M)
    assert {'hivex', 'mingw-w64-x86-64-dev', 'gcc-mingw-w64-x86-64-posix-runtime'} <= {
        package for package, _, _ in listed}, listed
    for package in [package for package, _, _ in listed] + ['LGPL-2.1', 'GPL-3', 'LINKING.md']:
        assert (licences / package).exists(), package + ' is not there'
    assert 'GNU LESSER GENERAL PUBLIC LICENSE' in (licences / 'hivex').read_text()
    assert 'packaging/windows' in (licences / 'LINKING.md').read_text()


def main():
    path, source_dir = program.arguments()
    given = os.environ.get('NLAFIX_HIVEX_SOURCE')
    if not given:
        program.skip('NLAFIX_HIVEX_SOURCE names no release archive of hivex')
    if path != source_dir / 'build' / 'release' / 'src' / 'nlafix':
        program.skip('it is run once, with the preset release')
    archive = pathlib.Path(given).resolve()
    with program.Folder() as folder:
        first = make(source_dir, archive, folder / 'first')
        require_archive(first, source_dir, folder / 'unpacked')
        other_tree = folder / 'another folder' / 'tree'
        shutil.copytree(source_dir, other_tree, symlinks=True,
                        ignore=lambda place, _: {'build'} if place == str(source_dir) else set())
        second = make(other_tree, archive, folder / 'second', '--without-tests')
        assert first.name == second.name and first.read_bytes() == second.read_bytes(), 'the two differ'
        require_refused(other_tree, folder)
        print('%8d %s' % (first.stat().st_size, first.name))


main()
