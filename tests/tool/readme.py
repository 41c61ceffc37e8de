# SPDX-License-Identifier: GPL-2.0-or-later
"""What README.md shows on a terminal is what the program prints: each ```console block is a
transcript (tests/cli/transcript.py)."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'cli'))
import transcript  # noqa: E402
from transcript import program  # noqa: E402

# The folder that the README's transcripts happen in, and how the hive came there.
SHOWN_FOLDER = '/root/rescue'
SETUP = '$ cp "$FIXTURES"/xp-missing-both.hive SYSTEM\n'


def blocks(text):
    """(line number, content) of each ```console block."""
    for match in re.finditer(r'^```console\n(.*?)^```$', text, re.MULTILINE | re.DOTALL):
        yield text.count('\n', 0, match.start()) + 2, match.group(1)


def main():
    path, source_dir = program.arguments()
    readme = source_dir / 'README.md'
    if not readme.exists():
        program.skip('there is no README.md')
    found = list(blocks(readme.read_text(encoding='utf-8')))
    assert found, 'README.md shows no transcript'
    good = True
    for line, content in found:
        shown = transcript.TIME.sub('<time>', content.replace(SHOWN_FOLDER, '<dir>'))
        good &= transcript.run(SETUP + shown, 'README.md, the block of line %d' % line, path,
                               source_dir)
    sys.exit(0 if good else 1)


main()
