# SPDX-License-Identifier: GPL-2.0-or-later
"""Real hives with random damage: cut at some length, or with some bytes changed. Each gets an answer
in time, and nothing is written but what was verified.

NLAFIX_MUTATIONS lowers the number of changed bytes from 10,000; a tenth as many hives are cut."""

import os
import random
import sys

import _judges
from _judges import program

# Two that are small enough to be run thousands of times. Their options, as NT 4 has one value less;
# and their share of the damage: XP's is three times as large.
HIVES = (('nt4-sp3.SYSTEM', ['--create-missing'], 0.8), ('xp-sp3.SYSTEM', [], 0.2))

# The same damage every time, so that a failure can be looked at again.
SEED = 951608

# One process for so many hives: starting one for each would cost more than the small hive does.
BATCH = 8

# Of processor time, so that a busy machine makes nothing fail; one that hangs is stopped later.
MOST_SECONDS = 5.0
HANGS_SECONDS = 120

# Judging takes far longer than fixing, so that only some are judged.
JUDGED_ONE_IN = 50

PAGE = 4096


def cut(data, chance):
    """Anywhere, at the end of a page, or so short that only the base block is left, or not even it."""
    length = chance.choice((chance.randrange(len(data)),
                            chance.randrange(len(data) // PAGE) * PAGE,
                            chance.randrange(2 * PAGE)))
    return data[:length], 1


def change(data, chance):
    """1 to 9 bytes; the number of them. Some in one place, as a bad sector would, or in the head."""
    changed = bytearray(data)
    count = chance.randint(1, 9)
    near = chance.choice((None, None, chance.randrange(len(data) - PAGE), 0))
    for _ in range(count):
        at = chance.randrange(len(data)) if near is None else near + chance.randrange(PAGE)
        changed[at] ^= chance.randint(1, 255)
    return bytes(changed), count


class Bench:
    def __init__(self, nlafix, judges, folder, options):
        self.nlafix, self.judges, self.folder, self.options = nlafix, judges, folder, options
        self.fixed = 0
        self.statuses = {}

    def run(self, damaged):
        """One batch."""
        paths = [self.folder / ('%02d' % number) for number in range(len(damaged))]
        for path, data in zip(paths, damaged):
            path.write_bytes(data)
        started = program.seconds_of_children()
        result = self.nlafix('fix', *self.options, *paths, seconds=HANGS_SECONDS)
        slow = program.seconds_of_children() - started > MOST_SECONDS
        assert len(result.reports) == len(paths), result
        known = set()
        for path, data, report in zip(paths, damaged, result.reports):
            known |= {path, *self.examine(path, data, report)}
        strays = set(self.folder.iterdir()) - known
        assert not strays, 'left behind: %s' % sorted(strays)
        if slow:
            self.require_each_in_time(paths, damaged)
        for path in self.folder.iterdir():
            path.unlink()

    def examine(self, path, data, report):
        """Files that may lie beside the hive."""
        status = report['exit_code']
        self.statuses[status] = self.statuses.get(status, 0) + 1
        assert status in (0, 3, 4, 5), report
        if report['status'] != 'fixed':
            assert not report['changed'] and path.read_bytes() == data, 'written: %s' % report
            return []
        assert report['verified'], report
        _judges.require_clean_head(path.read_bytes())
        backup = self.folder / os.path.basename(report['backup']['path'])
        assert backup.read_bytes() == data, 'the backup is not the original'
        self.fixed += 1
        if self.fixed % JUDGED_ONE_IN == 0:
            self.judges.require_planned_by_hive_py(backup, path, report['edits'])
        return [backup, backup.with_suffix('.json')]

    def require_each_in_time(self, paths, damaged):
        """A whole batch may be slow with sanitizers; no single hive may."""
        for path, data in zip(paths, damaged):
            path.write_bytes(data)
            started = program.seconds_of_children()
            self.nlafix('fix', *self.options, path)
            assert program.seconds_of_children() - started < MOST_SECONDS, 'too slow: %s' % path.name


def run(bench, data, damage, wanted, label):
    chance = random.Random('%d %s' % (SEED, label))
    done = 0
    while done < wanted:
        batch = []
        while len(batch) < BATCH and done < wanted:
            damaged, count = damage(data, chance)
            batch.append(damaged)
            done += count
        first = sum(bench.statuses.values())
        try:
            bench.run(batch)
        except AssertionError as error:
            sys.exit('%s, hives %d to %d: %s' % (label, first, first + len(batch) - 1, error))
    print('%s: exit statuses %s' % (label, dict(sorted(bench.statuses.items()))))


def main():
    path, source_dir = program.arguments()
    hives = _judges.real_hives(source_dir)
    nlafix = program.Nlafix(path, source_dir)
    judges = _judges.Judges(hives)
    changes = int(os.environ.get('NLAFIX_MUTATIONS', '10000'))
    for name, options, share in HIVES:
        data = (hives / 'system' / name).read_bytes()
        for damage, total in ((cut, changes // 10), (change, changes)):
            with program.Folder(fast=True) as folder:
                bench = Bench(nlafix, judges, folder, options)
                run(bench, data, damage, round(total * share), '%s %s' % (damage.__name__, name))
                if damage is change:
                    assert bench.fixed, 'no damage was harmless: the writing was never tried'
    sys.exit(0)


main()
