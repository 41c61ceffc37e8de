# SPDX-License-Identifier: GPL-2.0-or-later
"""Malformed, dirty and foreign hives of other people's test suites: an answer or a clear error for
each, in time, and nothing is written that was not verified."""

import os
import shutil
import sys

import _judges
from _judges import program

# Of processor time, so that a busy machine makes nothing fail.
MOST_SECONDS = 5.0

FOLDERS = ('malformed', 'other', 'must-not-recover', 'dirty', 'stale-logs')


def is_log(path):
    return path.suffix.upper().startswith('.LOG')


def hives_in(folder):
    return sorted(path for path in folder.rglob('*') if path.is_file() and not is_log(path))


def copy_with_logs(path, folder):
    """Under the name SYSTEM, so that its logs are found; two reads of one file are not enough."""
    hive = folder / 'SYSTEM'
    shutil.copyfile(path, hive)
    for log in path.parent.iterdir():
        stem, dot, suffix = log.name.rpartition('.')
        if is_log(log) and stem.lower() == path.name.lower():
            shutil.copyfile(log, folder / ('SYSTEM' + dot + suffix))
    return hive


def in_time(nlafix, *words):
    started = program.seconds_of_children()
    result = nlafix(*words)
    needed = program.seconds_of_children() - started
    assert needed < MOST_SECONDS, '%s took %.1f s' % (words[0], needed)
    return result


def examine(nlafix, judges, path, folder):
    hive = copy_with_logs(path, folder)
    original = hive.read_bytes()
    before = program.listing(folder)
    checked = in_time(nlafix, 'check', hive)
    assert program.listing(folder) == before, 'check wrote'
    fixed = in_time(nlafix, 'fix', '--create-missing', hive)
    if fixed.status != 0 or fixed.report['status'] == 'ok':
        after = program.listing(folder)
        assert after == before, 'fix changed %s' % program.difference(before, after)
        assert not fixed.report['changed']
        return '%d/%d' % (checked.status, fixed.status)
    backup = folder / os.path.basename(fixed.report['backup']['path'])
    assert backup.read_bytes() == original
    if not fixed.report['hive']['recovered']:
        # A replayed one differs from its backup in more than the edits.
        judges.require_planned_difference(backup, hive, fixed.report['edits'])
    assert in_time(nlafix, 'check', hive).status == 0
    assert in_time(nlafix, 'undo', backup).status == 0
    assert hive.read_bytes() == original
    return '%d/fixed' % checked.status


def main():
    path, source_dir = program.arguments()
    hives = _judges.real_hives(source_dir)
    nlafix = program.Nlafix(path, source_dir)
    judges = _judges.Judges(hives)
    failed, seen = 0, {}
    for name in FOLDERS:
        for hive in hives_in(hives / name):
            with program.Folder(fast=True) as folder:
                try:
                    answer = examine(nlafix, judges, hive, folder)
                    if name == 'must-not-recover':
                        assert answer == '3/3', 'its logs are damaged, but: ' + answer
                    seen.setdefault(answer, []).append(hive.name)
                except AssertionError as error:
                    failed += 1
                    print('%s: FAILED: %s' % (hive.relative_to(hives), error))
    assert seen, 'no hive at all'
    for answer, names in sorted(seen.items()):
        print('%s: %s' % (answer, ' '.join(names)))
    sys.exit(1 if failed else 0)


main()
