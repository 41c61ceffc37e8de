#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sums up what ctest wrote of several runs: what was skipped and why, and how many tests passed.
Usage: verdict.py FOLDER, which holds a JUnit file for each run."""

import pathlib
import sys
import xml.etree.ElementTree as tree


def reason_of(case):
    """The last line that a test prints says why it was skipped."""
    lines = (case.findtext('system-out') or '').strip().splitlines()
    return lines[-1].strip().removeprefix('skipped: ') if lines else 'no reason given'


def main():
    passed, failed, seconds, skipped = 0, 0, 0.0, {}
    for file in sorted(pathlib.Path(sys.argv[1]).glob('*.xml')):
        run = file.stem.split('-', 1)[1]
        for case in tree.parse(file).getroot().iter('testcase'):
            seconds += float(case.get('time', 0))
            if case.find('skipped') is not None or case.get('status') in ('notrun', 'disabled'):
                skipped.setdefault((case.get('name'), reason_of(case)), []).append(run)
            elif case.find('failure') is not None:
                failed += 1
            else:
                passed += 1
    print()
    for (name, reason), runs in sorted(skipped.items()):
        print('skipped: %s (%s): %s' % (name, ', '.join(runs), reason))
    total = passed + failed
    print('All steps: %d%% tests passed, %d tests failed out of %d, %d skipped, %.0f seconds of tests'
          % (100 * passed // max(1, total), failed, total, len(skipped), seconds))
    sys.exit(failed != 0 or total == 0)


main()
