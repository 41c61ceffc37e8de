#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs transcripts (transcript.py says what they are):

    run.py --nlafix build/debug/src/nlafix tests/cli/check.test..."""

import argparse
import pathlib
import sys

import transcript


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--nlafix', type=pathlib.Path, required=True)
    parser.add_argument('transcripts', type=pathlib.Path, nargs='+')
    given = parser.parse_args()
    source_dir = pathlib.Path(__file__).resolve().parent.parent.parent
    good = [transcript.run(path.read_text(encoding='utf-8'), path.name, given.nlafix.resolve(),
                           source_dir)
            for path in given.transcripts]
    sys.exit(0 if all(good) else 1)


main()
