# SPDX-License-Identifier: GPL-2.0-or-later
"""SYSTEM hives of real machines, NT 4 to Windows 10: what is found, and that an edit changes that
much and no more."""

import os
import sys

import _judges
from _judges import program

BOTH = {('Security Packages', 'tspkg'), ('SecurityProviders', 'credssp.dll')}
ONLY_TSPKG = {('Security Packages', 'tspkg')}

# An old, whole second, as in tests/tool/catalogue.py.
OLD = 1_000_000_000


class Bench:
    """One hive in a folder of its own, as SYSTEM."""

    def __init__(self, nlafix, judges, data, folder):
        self.nlafix, self.judges, self.folder = nlafix, judges, folder
        self.original = data
        self.hive = folder / 'SYSTEM'
        self.hive.write_bytes(data)
        os.utime(self.hive, (OLD, OLD))

    def require_nothing_written(self, command, status, code, *options):
        before = program.listing(self.folder)
        result = self.nlafix(command, *options, self.hive)
        assert result.status == status, '%s: %d expected, %s' % (command, status, result)
        error = result.report['error']
        assert (error and error['code']) == code, '%s: %s expected, %s' % (command, code, result)
        after = program.listing(self.folder)
        assert after == before, '%s changed %s' % (command, program.difference(before, after))

    def require_fixed(self, added, *options):
        result = self.nlafix('fix', *options, self.hive)
        assert result.status == 0, result
        report = result.report
        found = {(edit['value'], edit['added']) for edit in report['edits']}
        assert found == added, 'added %s, expected %s' % (found, added)
        fixed = self.hive.read_bytes()
        _judges.require_clean_head(fixed)
        backup = self.folder / os.path.basename(report['backup']['path'])
        assert backup.read_bytes() == self.original, 'the backup is not the original'
        self.judges.require_planned_difference(backup, self.hive, report['edits'])
        self.judges.require_readable(self.hive, self.folder)
        os.utime(self.hive, (OLD, OLD))
        self.require_nothing_written('check', 0, None)
        self.require_nothing_written('fix', 0, None)
        undone = self.nlafix('undo', backup)
        assert undone.status == 0, undone
        assert self.hive.read_bytes() == self.original, 'undo did not give the original back'


def both(bench):
    bench.require_nothing_written('check', 1, None)
    bench.require_fixed(BOTH)


def only_tspkg(bench):
    bench.require_nothing_written('check', 1, None)
    bench.require_fixed(ONLY_TSPKG)


def nothing_to_do(bench):
    bench.require_nothing_written('check', 0, None)
    bench.require_nothing_written('fix', 0, None)


def absent_value(bench):
    bench.require_nothing_written('check', 4, 'no-such-value')
    bench.require_nothing_written('fix', 4, 'no-such-value')
    bench.require_fixed(BOTH, '--create-missing')


def absent_key(bench):
    for options in ([], ['--create-missing']):
        bench.require_nothing_written('check', 4, 'no-such-key')
        bench.require_nothing_written('fix', 4, 'no-such-key', *options)


def dirty(bench):
    bench.require_nothing_written('check', 3, 'dirty-without-logs')
    bench.require_nothing_written('fix', 3, 'dirty-without-logs')


# File, whether to make it a clean one first, and what is to be seen.
CASES = [
    ('nt4-sp3.SYSTEM', False, absent_value),
    ('xp-sp3.SYSTEM', False, both),
    ('win7-sp1-x86.SYSTEM', False, nothing_to_do),
    ('win8.1-x64-dirty-without-logs.SYSTEM', False, dirty),
    ('win8.1-x64-dirty-without-logs.SYSTEM', True, only_tspkg),
    ('win10-1909-x64-dirty-without-logs.SYSTEM', False, dirty),
    ('win10-1909-x64-dirty-without-logs.SYSTEM', True, only_tspkg),
    ('win10-hand-pruned.SYSTEM', False, absent_key),
    ('libguestfs-stub.SYSTEM', False, absent_key),
]


def main():
    path, source_dir = program.arguments()
    hives = _judges.real_hives(source_dir)
    nlafix = program.Nlafix(path, source_dir)
    judges = _judges.Judges(hives)
    unknown = {file.name for file in (hives / 'system').iterdir()} - {case[0] for case in CASES}
    if unknown:
        print('nothing is expected of: %s' % ', '.join(sorted(unknown)))
    failed = 0
    for name, make_clean, examine in CASES:
        label = name + (' as a clean one' if make_clean else '')
        data = (hives / 'system' / name).read_bytes()
        with program.Folder(fast=True) as folder:
            try:
                examine(Bench(nlafix, judges, _judges.as_clean(data) if make_clean else data, folder))
                print('%s: %s' % (label, examine.__name__))
            except AssertionError as error:
                failed += 1
                print('%s: FAILED: %s' % (label, error))
    sys.exit(1 if failed else 0)


main()
