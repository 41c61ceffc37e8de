# SPDX-License-Identifier: GPL-2.0-or-later
"""Every fixture: check, fix --dry-run, fix, fix again and undo, as fixtures/catalogue.tsv says."""

import csv
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402

# An old, whole second: a write that sets the time back to now is seen on every file system.
OLD = 1_000_000_000


def fresh_copy(fixture, folder):
    hive = folder / 'SYSTEM'
    shutil.copyfile(fixture, hive)
    os.utime(hive, (OLD, OLD))
    for log in logs_of(fixture):
        shutil.copyfile(log, folder / ('SYSTEM' + log.name[len(fixture.name):]))
    return hive


def logs_of(hive):
    return sorted(hive.parent.glob(hive.name + '.LOG*'))


def require_logs(hive, fixture):
    """They are never written, whatever becomes of the hive."""
    found, expected = ([log.read_bytes() for log in logs_of(path)] for path in (hive, fixture))
    assert found == expected, 'the logs were changed'


def require_untouched(folder, before, what):
    after = program.listing(folder)
    assert after == before, '%s changed %s' % (what, program.difference(before, after))


def require_status(result, expected, what):
    assert result.status == expected, '%s: %d expected, %s' % (what, expected, result)


def examine(nlafix, row, fixture, folder):
    hive = fresh_copy(fixture, folder)
    original = hive.read_bytes()
    untouched = program.listing(folder)
    check, fix = int(row['check']), int(row['fix'])

    require_status(nlafix('check', hive), check, 'check')
    require_untouched(folder, untouched, 'check')
    require_status(nlafix('fix', '-n', hive), check, 'fix -n')
    require_untouched(folder, untouched, 'fix -n')

    fixed = nlafix('fix', hive)
    require_status(fixed, fix, 'fix')
    if not (check == 1 and fix == 0):
        # In order, refused, or an error: nothing was written.
        assert not fixed.report['changed'], fixed
        require_untouched(folder, untouched, 'fix')
        return

    report = fixed.report
    assert report['status'] == 'fixed' and report['edits'], fixed
    assert hive.read_bytes() != original
    backup = folder / os.path.basename(report['backup']['path'])
    assert backup.read_bytes() == original, 'the backup is not the original'
    check_after = nlafix('check', hive)
    require_status(check_after, 0, 'check after fix')
    require_logs(hive, fixture)

    os.utime(hive, (OLD, OLD))
    untouched = program.listing(folder)
    again = nlafix('fix', hive)
    require_status(again, 0, 'second fix')
    # Something else may block still, such as a list that now holds tspkg alone.
    assert again.report['status'] == check_after.report['status'] in ('ok', 'blocked'), again
    assert not again.report['changed'], again
    require_untouched(folder, untouched, 'the second fix')

    require_status(nlafix('undo', backup), 0, 'undo')
    assert hive.read_bytes() == original, 'undo did not give the original back'
    require_logs(hive, fixture)


def main():
    path, source_dir = program.arguments()
    nlafix = program.Nlafix(path, source_dir)
    fixtures = source_dir / 'fixtures'
    failed = 0
    with open(fixtures / 'catalogue.tsv', encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file, delimiter='\t'))
    assert rows, 'the catalogue is empty'
    named = {row['name'] + '.hive' for row in rows}
    strays = {file.name for file in fixtures.glob('*.hive')} ^ named
    strays |= {file.name for file in fixtures.glob('*.hive.*') if file.stem not in named}
    assert not strays, 'in the folder or in the catalogue only: %s' % sorted(strays)
    for row in rows:
        with program.Folder(fast=True) as folder:
            try:
                examine(nlafix, row, fixtures / (row['name'] + '.hive'), folder)
            except AssertionError as error:
                failed += 1
                print('%s: %s' % (row['name'], error))
    print('%d fixtures, %d failed' % (len(rows), failed))
    sys.exit(1 if failed else 0)


main()
