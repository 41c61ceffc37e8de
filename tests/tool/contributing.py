# SPDX-License-Identifier: GPL-2.0-or-later
"""CONTRIBUTING.md says where a change goes, and each file that it names exists."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402

QUESTIONS = 10


def main():
    _, source_dir = program.arguments()
    text = (source_dir / 'CONTRIBUTING.md').read_text(encoding='utf-8')
    rows = re.findall(r'^\| (?!You want|---)([^|]+) \| ([^|]+) \|$', text, re.MULTILINE)
    assert len(rows) >= QUESTIONS, 'only %d answers' % len(rows)
    for question, answer in rows:
        places = re.findall(r'`([^`]+)`', answer)
        assert places, 'no place for "%s"' % question
        for place in places:
            assert any(source_dir.glob(place.rstrip('/'))), '%s: there is no %s' % (question, place)
    print('%d answers' % len(rows))


main()
