# SPDX-License-Identifier: GPL-2.0-or-later
"""packaging/build makes packages that hold what they should, that lintian has no error for, and that are
the same to the byte when they are made again. tests/live/deliveries.py boots with those for live systems."""

import gzip
import os
import re
import shutil
import subprocess
import sys
import tarfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
import program  # noqa: E402
from _documents import require_links  # noqa: E402

COMPLETIONS = {'bash': 'share/bash-completion/completions/nlafix',
               'fish': 'share/fish/vendor_completions.d/nlafix.fish'}


def make(source_dir, folder):
    """{kind: path}; those of arm64 where its cross compiler is."""
    ended = subprocess.run([source_dir / 'packaging' / 'build', folder], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, env={**os.environ, 'HOME': str(folder)})
    assert ended.returncode == 0, ended.stdout
    check = subprocess.run(['sha256sum', '--check', '--strict', 'SHA256SUMS'], cwd=folder,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    patterns = {'deb': 'nlafix_*.deb', 'static': '*-linux-%s.tar.gz' % os.uname().machine,
                'source': '*-source.tar.gz', 'static-deb': 'nlafix-static_*_amd64.deb', 'srm': 'nlafix.srm',
                'cpio': 'nlafix.cpio'}
    if shutil.which('aarch64-linux-gnu-g++'):
        patterns['arm64'] = '*-linux-aarch64.tar.gz'
        patterns['static-deb-arm64'] = 'nlafix-static_*_arm64.deb'
    assert check.returncode == 0 and check.stdout.count(': OK') == len(patterns), check.stdout
    found = {kind: list(folder.glob(pattern)) for kind, pattern in patterns.items()}
    assert all(len(paths) == 1 for paths in found.values()), found
    return {kind: paths[0] for kind, paths in found.items()}


def first_line(text):
    """Behind it stands what was built in, in which the builds differ."""
    return text.splitlines()[0] + '\n'


def require_program(file, source_dir, expected_version, emulator=()):
    ended = subprocess.run([*emulator, file, '--version'], stdout=subprocess.PIPE, check=True, text=True)
    assert first_line(ended.stdout) == expected_version, ended.stdout
    content = file.read_bytes()
    assert str(source_dir).encode() not in content, '%s names the folder of its sources' % file.name
    assert b'.debug_info' not in content, '%s is not stripped' % file.name


def require_tree(tree, manual, source_dir, version, emulator=()):
    require_program(tree / 'bin' / 'nlafix', source_dir, version, emulator)
    page = (tree / 'share' / 'man' / 'man1' / manual).read_bytes()
    page = gzip.decompress(page) if manual.endswith('.gz') else page
    assert page == (source_dir / 'docs' / 'nlafix.1').read_bytes()
    for shell, path in COMPLETIONS.items():
        assert (tree / path).exists(), 'no completion for ' + shell
    assert list(tree.glob('share/zsh/*/_nlafix')), 'no completion for zsh'
    assert list(tree.glob('share/doc/nlafix*/nlafix.ps1')), 'no completion for PowerShell'
    for folder in tree.glob('share/doc/nlafix*'):
        require_links(folder)


def require_deb(deb, source_dir, version, folder):
    subprocess.run(['dpkg-deb', '-x', deb, folder], check=True)
    require_tree(folder / 'usr', 'nlafix.1.gz', source_dir, version)
    depends = subprocess.run(['dpkg-deb', '-f', deb, 'Depends'], stdout=subprocess.PIPE, check=True,
                             text=True).stdout
    for library in ('libc6', 'libhivex0', 'libstdc++6', 'libxxhash0'):
        assert library in depends, depends
    if not shutil.which('lintian'):
        program.skip_unless_ci('lintian is not here')
    ended = subprocess.run(['lintian', '--fail-on', 'error', '--allow-root', deb],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert ended.returncode == 0, ended.stdout


def require_static_deb(deb, source_dir, version, folder):
    """It installs without a network where there is nothing else, works, and goes again."""
    depends = subprocess.run(['dpkg-deb', '-f', deb, 'Depends', 'Pre-Depends', 'Recommends'],
                             stdout=subprocess.PIPE, check=True, text=True).stdout
    assert not depends, depends
    ended = subprocess.run(['lintian', '--fail-on', 'error', '--allow-root', deb],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert ended.returncode == 0, ended.stdout
    # Unpacked, for a machine may be told not to install documents.
    unpacked = folder.with_name(folder.name + '-unpacked')
    subprocess.run(['dpkg-deb', '-x', deb, unpacked], check=True)
    require_tree(unpacked / 'usr', 'nlafix.1.gz', source_dir, version)
    for part in ('info', 'updates'):
        (folder / 'var/lib/dpkg' / part).mkdir(parents=True)
    (folder / 'var/lib/dpkg/status').touch()
    dpkg = ['dpkg', '--root=%s' % folder, '--force-not-root', '--log=/dev/null']
    subprocess.run([*dpkg, '--install', deb], check=True, stdout=subprocess.DEVNULL)
    require_program(folder / 'usr' / 'bin' / 'nlafix', source_dir, version)
    subprocess.run([*dpkg, '--purge', 'nlafix-static'], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    left = [path for path in folder.rglob('*') if 'nlafix' in path.name]
    assert not left, left


def require_static(archive, source_dir, version, folder, emulator=()):
    with tarfile.open(archive) as tar:
        names = [member.name for member in tar]
        assert names == sorted(names), 'not in order'
        assert all(member.uid == member.gid == 0 for member in tar)
        tar.extractall(folder)
    tree, = folder.iterdir()
    require_tree(tree, 'nlafix.1', source_dir, version, emulator)
    licences = tree / 'share/doc/nlafix/licences'
    listed = re.findall(r'^(\S+): source (\S+) (\S+)$', (licences / 'VERSIONS').read_text(), re.M)
    assert {'libhivex-dev', 'libc6-dev', 'ntfs-3g-dev'} <= {package for package, _, _ in listed}, listed
    for package, _, _ in listed:
        assert (licences / package).exists(), 'the licence of %s is not there' % package
    for text in ('LGPL-2.1', 'GPL-3', 'LINKING.md'):
        assert (licences / text).exists(), text


def require_source(archive, source_dir):
    with tarfile.open(archive) as tar:
        names = {name.partition('/')[2] for name in tar.getnames()} - {''}
    for name in ('CMakeLists.txt', 'src/main.cpp', 'fixtures/win10-stock.hive', 'run', 'test',
                 '.ci/install-packages', 'tests/packaging/packages.py'):
        assert name in names, 'the source archive lacks ' + name
    strays = [name for name in names if re.match(r'(build|\.git|\.cache)(/|$)|.*\.pyc$', name)]
    assert not strays, strays


def main():
    path, source_dir = program.arguments()
    release = source_dir / 'build' / 'release' / 'src' / 'nlafix'
    if path != release or not (source_dir / 'build' / 'static' / 'src' / 'nlafix').exists():
        program.skip_unless_ci('packages are made of the presets release and static, both built')
    for tool in ('dpkg-deb', 'dpkg-shlibdeps', 'cpack', 'mksquashfs', 'cpio'):
        if not shutil.which(tool):
            program.skip_unless_ci(tool + ' is not here')
    version = first_line(
        subprocess.run([path, '--version'], stdout=subprocess.PIPE, check=True, text=True).stdout)
    with program.Folder() as folder:
        first, second = make(source_dir, folder / 'first'), make(source_dir, folder / 'second')
        for kind in first:
            assert first[kind].name == second[kind].name
            assert first[kind].read_bytes() == second[kind].read_bytes(), '%s differs' % kind
        require_deb(first['deb'], source_dir, version, folder / 'deb')
        require_static(first['static'], source_dir, version, folder / 'static')
        require_static_deb(first['static-deb'], source_dir, version, folder / 'static-deb')
        if 'arm64' in first and shutil.which('qemu-aarch64-static'):
            require_static(first['arm64'], source_dir, version, folder / 'arm64',
                           ['qemu-aarch64-static'])
        require_source(first['source'], source_dir)
        print('\n'.join('%8d %s' % (file.stat().st_size, file.name) for file in first.values()))


main()
