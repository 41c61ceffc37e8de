# SPDX-License-Identifier: GPL-2.0-or-later
"""CONTRIBUTING.md says where a change goes, and SECURITY.md which test proves a guarantee: each file that they
name exists."""

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
    proofs = set(re.findall(r'`(tests/[^`]+)`', (source_dir / 'SECURITY.md').read_text(encoding='utf-8')))
    assert proofs, 'SECURITY.md names no test'
    missing = [place for place in sorted(proofs) if not (source_dir / place).exists()]
    assert not missing, 'SECURITY.md names what is not there: ' + ', '.join(missing)
    print('%d answers, %d proofs' % (len(rows), len(proofs)))


main()
