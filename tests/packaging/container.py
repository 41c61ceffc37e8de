# SPDX-License-Identifier: GPL-2.0-or-later
"""The image of the Containerfile: it builds without a network, and what runs in it repairs a hive outside."""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
import program  # noqa: E402
from _static import static_file  # noqa: E402


class Engine:
    """buildah with a store of its own, and without a runtime: it changes the root itself."""

    def __init__(self, folder):
        self.words = ['buildah', '--storage-driver', 'vfs', '--root', str(folder / 'store'),
                      '--runroot', str(folder / 'state')]

    def run(self, *words):
        return subprocess.run([*self.words, *map(str, words)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8',
                              timeout=120)

    def succeed(self, *words):
        ended = self.run(*words)
        assert ended.returncode == 0, (words, ended.stderr)
        return ended.stdout.strip()

    def require_working(self):
        tried = self.run('from', 'scratch')
        mounted = self.run('mount', tried.stdout.strip()) if tried.returncode == 0 else tried
        if mounted.returncode != 0:
            program.skip('buildah does not work here: ' + mounted.stderr.strip())


def main():
    _, source_dir = program.arguments()
    if not shutil.which('buildah'):
        program.skip('there is no engine for containers: buildah')
    if os.geteuid() != 0:
        program.skip('a container is run by root here')
    file = static_file(source_dir)
    with program.Folder() as folder:
        engine = Engine(folder)
        engine.require_working()
        context, hives = folder / 'context', folder / 'hives'
        (context / 'build/static/src').mkdir(parents=True)
        shutil.copy(file, context / 'build/static/src/nlafix')
        for name in ('Containerfile', 'LICENSE'):
            shutil.copy(source_dir / name, context / name)
        hives.mkdir()
        hive = source_dir / 'fixtures' / 'xp-missing-both.hive'
        shutil.copy(hive, hives / 'SYSTEM')
        engine.succeed('bud', '--isolation', 'chroot', '-t', 'nlafix', context)
        name = engine.succeed('from', 'nlafix')
        assert engine.succeed('inspect', '--format', '{{.OCIv1.Config.Entrypoint}}', name) == '[/nlafix]'

        def run_it(*words):
            return engine.run('run', '--isolation', 'chroot', '-v', '%s:/mnt' % hives, name, '--',
                              '/nlafix', *words)

        for command, status in (('check', 1), ('fix', 0), ('check', 0)):
            ended = run_it(command, '/mnt/SYSTEM')
            assert ended.returncode == status, (command, ended.stdout, ended.stderr)
        backup = next(hives.glob('*.bak')).name
        ended = run_it('undo', '/mnt/' + backup)
        assert ended.returncode == 0, ended.stderr
        assert (hives / 'SYSTEM').read_bytes() == hive.read_bytes()
        engine.run('rm', '--all')
    print('the image builds, and repairs a hive')


main()
