# SPDX-License-Identifier: GPL-2.0-or-later
"""The recipes of docs/automation.md run, and do what it says of them."""

import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
import program  # noqa: E402


def run(words, folder, nlafix, **more):
    environment = {**os.environ, 'PATH': '%s:%s' % (nlafix.parent, os.environ['PATH']),
                   'HOME': str(folder), 'ANSIBLE_LOCALHOST_WARNING': 'false', 'LC_ALL': 'C.UTF-8',
                   'ANSIBLE_NOCOLOR': '1', 'ANSIBLE_NOCOWS': '1', **more}
    return subprocess.run([str(word) for word in words], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, env=environment, timeout=120)


def require_tool(name):
    if not shutil.which(name):
        program.skip_unless_ci(name + ' is not here')


def check_hives(examples, folder, nlafix, broken, good):
    ended = run([examples / 'check_hives.sh', good, broken], folder, nlafix)
    assert ended.returncode == 1, ended
    assert ended.stdout == '%s\tchange-needed\t-\n' % broken, ended
    assert run([examples / 'check_hives.sh', good], folder, nlafix).returncode == 0


def many_images(examples, folder, nlafix, broken, good):
    (folder / 'list').write_text('%s\n%s\n%s\n' % (good, broken, good))
    ended = run([examples / 'many_images.sh', 'list'], folder, nlafix)
    assert ended.returncode == 0 and ended.stdout == '0 2\n1 1\n', ended


def play(examples, folder, nlafix, target, *options):
    ended = run(['ansible-playbook', '-i', 'localhost,', '-c', 'local', '-e', 'target=%s' % target,
                 *options, examples / 'nlafix.yml'], folder, nlafix)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return int(re.search(r'^localhost +:.* changed=(\d+)', ended.stdout, re.MULTILINE).group(1))


def ansible(examples, folder, nlafix, broken):
    before = broken.read_bytes()
    assert play(examples, folder, nlafix, broken, '--check') == 0
    assert broken.read_bytes() == before, '--check wrote'
    assert play(examples, folder, nlafix, broken) == 1
    fixed = broken.read_bytes()
    assert fixed != before
    assert play(examples, folder, nlafix, broken) == 0
    assert broken.read_bytes() == fixed


def user_data(examples, folder, nlafix):
    """With an lsblk that calls two images disks: one holds a broken Windows, of the other a part is
    mounted."""
    maker = nlafix.parent.parent / 'tests' / 'make_ntfs_image'
    if not maker.exists():
        program.skip_unless_ci('make_ntfs_image is not built, or nlafix is without disks')
    images = folder / 'sdx', folder / 'sdy'
    for image in images:
        subprocess.run([maker, image, '--hive', examples.parent / 'fixtures' / 'xp-missing-both.hive'],
                       check=True)
    before = [image.read_bytes() for image in images]
    tools = folder / 'tools'
    tools.mkdir()
    (tools / 'lsblk').write_text('#!/bin/sh\ncase "$*" in\n'
                                 '"-dnrpo NAME,TYPE") echo "%s disk"; echo "%s disk"; echo "/dev/sr0 rom";;\n'
                                 '"-nro MOUNTPOINT %s") echo; echo /boot;;\n'
                                 '"-nro MOUNTPOINT %s") echo; echo;;\nesac\n' % (*images, images[0], images[1]))
    (tools / 'lsblk').chmod(0o755)
    place = folder / 'place'
    ended = run([examples / 'rescue_user_data.sh'], folder, nlafix, NLAFIX_PLACE=str(place),
                PATH='%s:%s:%s' % (tools, nlafix.parent, os.environ['PATH']))
    assert ended.returncode == 0, ended
    assert (place / 'log').read_text() == '%s: exit status 0\n' % images[1], ended
    report = json.loads((place / 'sdy' / 'report.json').read_text())
    assert report['status'] == 'fixed' and report['backup']['path'].startswith(str(place / 'sdy'))
    assert images[0].read_bytes() == before[0], 'a disk in use was written'
    assert images[1].read_bytes() != before[1]
    require_real_lsblk_words()


def require_real_lsblk_words():
    """The real one knows the words that the recipe uses."""
    for words in (['-dnrpo', 'NAME,TYPE'], ['-nro', 'MOUNTPOINT']):
        ended = subprocess.run(['lsblk', *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert b'unknown' not in ended.stderr and b'invalid' not in ended.stderr, ended


def main():
    nlafix, source_dir = program.arguments()
    examples = source_dir / 'examples'
    for tool in ('jq', 'parallel', 'ansible-playbook'):
        require_tool(tool)
    document = (source_dir / 'docs' / 'automation.md').read_text(encoding='utf-8')
    for path in examples.iterdir():
        assert 'examples/%s)' % path.name in document, 'docs/automation.md does not name ' + path.name
    with program.Folder() as folder:
        broken, good = folder / 'broken', folder / 'good'
        shutil.copyfile(source_dir / 'fixtures' / 'xp-missing-both.hive', broken)
        shutil.copyfile(source_dir / 'fixtures' / 'xp-healthy.hive', good)
        check_hives(examples, folder, nlafix, broken, good)
        many_images(examples, folder, nlafix, broken, good)
        user_data(examples, folder, nlafix)
        ansible(examples, folder, nlafix, broken)
    print('4 recipes ran')


main()
