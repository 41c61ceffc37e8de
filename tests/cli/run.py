#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs transcripts (transcript.py says what they are):

    run.py --nlafix build/debug/src/nlafix tests/cli/*.test

With --accept, what differs is written into the transcript, to be looked at before it is committed."""

import argparse
import pathlib
import sys

import transcript
from transcript import program


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--nlafix', type=pathlib.Path, required=True)
    parser.add_argument('--accept', action='store_true')
    parser.add_argument('transcripts', type=pathlib.Path, nargs='+')
    given = parser.parse_args()
    source_dir = pathlib.Path(__file__).resolve().parent.parent.parent
    statuses = set()
    for path in given.transcripts:
        try:
            good = transcript.run(path.read_text(encoding='utf-8'), path.name,
                                  given.nlafix.resolve(), source_dir,
                                  path.write_text if given.accept else None)
            statuses.add(0 if good else 1)
        except SystemExit as ended:
            if ended.code != program.SKIPPED:
                print(ended.code)
            statuses.add(ended.code)
    # Skipped is only what was skipped as a whole.
    sys.exit(1 if statuses - {0, program.SKIPPED} else min(statuses))


main()
