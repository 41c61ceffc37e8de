# SPDX-License-Identifier: GPL-2.0-or-later
"""What README.md shows on a terminal is what the program prints: each ```console block is a
transcript (tests/cli/transcript.py)."""

import os
import re
import sys

for place in ('cli', 'images'):
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', place))
import _image  # noqa: E402
import transcript  # noqa: E402
from transcript import program  # noqa: E402

MIB = 1 << 20


def a_hive(*_):
    """win7-missing-both.hive as SYSTEM, and another one whose service is disabled."""
    return ('cp "$FIXTURES"/win7-missing-both.hive SYSTEM; mkdir other; '
            'cp "$FIXTURES"/diagnosis-termservice-disabled.hive other/SYSTEM')


def an_image(maker, folder):
    """The same on the partition of server.qcow2."""
    raw = folder / 'raw'
    _image.empty_disk(raw, 4 * MIB + _image.VOLUME_BYTES + MIB)
    maker.volume(raw, hive=maker.hive('win7-missing-both'), offset=4 * MIB)
    _image.write_gpt(raw, [(4 * MIB, _image.VOLUME_BYTES)])
    _image.convert(raw, folder / 'server.qcow2', 'qcow2')
    return 'cp "%s"/server.qcow2 .' % folder


# The folders that the README's transcripts happen in, and what lies there.
SHOWN_FOLDERS = {'/root/rescue': a_hive, '/srv/images': an_image}


def blocks(text):
    """(line number, content) of each ```console block."""
    for match in re.finditer(r'^```console\n(.*?)^```$', text, re.MULTILINE | re.DOTALL):
        yield text.count('\n', 0, match.start()) + 2, match.group(1)


def with_statuses(text):
    """A document does not show exit statuses; that of a check that finds work to do is 1."""
    return re.sub(r'^(\$ nlafix check .*\n.*: change needed.*\n(?:  .*\n)*)', r'\1? 1\n', text, flags=re.MULTILINE)


def run_block(line, content, path, source_dir):
    """True when the block is what the program prints; None when it could not be tried."""
    shown, setup = next((item for item in SHOWN_FOLDERS.items() if item[0] in content))
    name = 'README.md, the block of line %d' % line
    with program.Folder() as folder:
        maker = None
        if setup is an_image:
            if not _image.builder_of(path).exists():
                print('%s: skipped, this build has no disks' % name)
                return None
            maker = _image.Maker(path, source_dir)
        text = '$ %s\n' % setup(maker, folder)
        text += with_statuses(transcript.TIME.sub('<time>', content.replace(shown, '<dir>')))
        return transcript.run(text, name, path, source_dir)


def main():
    path, source_dir = program.arguments()
    readme = source_dir / 'README.md'
    if not readme.exists():
        program.skip('there is no README.md')
    found = list(blocks(readme.read_text(encoding='utf-8')))
    assert found, 'README.md shows no transcript'
    results = [run_block(line, content, path, source_dir) for line, content in found]
    sys.exit(1 if False in results else 0)


main()
