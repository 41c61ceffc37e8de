# SPDX-License-Identifier: GPL-2.0-or-later
"""Dirty hives of real machines: recovered to the byte as two independent replayers and Windows did,
or refused; and a repaired one differs from the recovered one in what was planned only."""

import os
import shutil
import struct
import subprocess
import sys

import _judges
from _judges import program

BASE_BLOCK_BYTES = 4096

# No dirty SYSTEM hive with its logs is at hand, so these stand in for one.
DIRTY_FIXTURES = ['dirty-new-two-logs', 'dirty-growth', 'dirty-old']


def logs_of(hive):
    return sorted(path for path in hive.parent.iterdir()
                  if path.name.lower().startswith(hive.name.lower() + '.log'))


def hives_in(folder):
    """Each hive that lies in a folder below `folder`, without logs and expected results."""
    return [path for path in sorted(folder.glob('*/*'))
            if '.log' not in path.name.lower() and not path.name.startswith('recovered')]


def copy_with_logs(hive, folder, swapped=False):
    """`hive` and its logs in `folder`; with `swapped` .LOG1 and .LOG2 have changed their names."""
    copied = folder / hive.name
    shutil.copyfile(hive, copied)
    for log in logs_of(hive):
        suffix = log.name[len(hive.name):]
        if swapped:
            suffix = {'.LOG1': '.LOG2', '.LOG2': '.LOG1'}.get(suffix.upper(), suffix)
        shutil.copyfile(log, folder / (hive.name + suffix))
    return copied


def require_untouched(folder, before, what):
    after = program.listing(folder)
    after.pop('out', None)
    assert after == before, '%s changed %s' % (what, program.difference(before, after))


def require_recovered(nlafix, hive, swapped):
    with program.Folder(fast=True) as folder:
        copied = copy_with_logs(hive, folder, swapped)
        before = program.listing(folder)
        result = nlafix('recover', copied, '-o', folder / 'out')
        assert result.status == 0, result
        assert result.report['hive']['recovered'], result
        assert not result.report['changed'], result
        require_untouched(folder, before, 'recover')
        found = (folder / 'out').read_bytes()
        _judges.require_clean_head(found)
        expected = ['recovered']
        # In OldDirtyHive Windows changed a length in one key once it had recovered it.
        if hive.parent.name == 'NewDirtyHive1':
            expected.append('recovered-by-windows')
        for path in (hive.parent / name for name in expected):
            assert found[BASE_BLOCK_BYTES:] == path.read_bytes()[BASE_BLOCK_BYTES:], \
                'not what %s has' % path.name
        highest = max(struct.unpack_from('<I', log.read_bytes(), 4)[0] for log in logs_of(hive))
        number = struct.unpack_from('<I', found, 4)[0]
        assert number >= highest, 'sequence number %d, a log begins with %d' % (number, highest)


def both_orders(nlafix, hive):
    require_recovered(nlafix, hive, swapped=False)
    # With one log the other name is tried all the same.
    require_recovered(nlafix, hive, swapped=True)


def left_alone(nlafix, hive):
    """A clean hive: what lies beside it does not matter."""
    with program.Folder(fast=True) as folder:
        copied = copy_with_logs(hive, folder)
        before = program.listing(folder)
        result = nlafix('recover', copied, '-o', folder / 'out')
        assert result.status == 0, result
        assert not result.report['hive']['dirty'] and not result.report['hive']['recovered'], result
        assert any('clean' in note for note in result.report['notes']), result
        assert (folder / 'out').read_bytes() == hive.read_bytes(), 'not the hive as it was'
        require_untouched(folder, before, 'recover')


def refused(nlafix, hive):
    with program.Folder(fast=True) as folder:
        copied = copy_with_logs(hive, folder)
        before = program.listing(folder)
        for words in (['recover', copied, '-o', folder / 'out'], ['check', copied],
                      ['fix', copied], ['fix', '-n', copied]):
            result = nlafix(*words)
            assert result.status == 3, result
            error = result.report['error']
            assert error['code'] == 'dirty-logs-unusable', result
            for log in logs_of(hive):
                assert log.name in error['message'], 'no reason for %s: %s' % (log.name, result)
            assert program.listing(folder) == before, '%s wrote something' % words[0]


def repaired_as_judged(nlafix, judges, hive):
    """A dirty hive that is repaired is the one that the other replayer gives, but for the plan."""
    with program.Folder(fast=True) as folder:
        copied = copy_with_logs(hive, folder)
        theirs = folder / 'theirs'
        subprocess.run([sys.executable, judges.hive_py, 'replay', copied, *logs_of(copied),
                        '-o', theirs], check=True, stdout=subprocess.DEVNULL)
        result = nlafix('fix', copied)
        assert result.status == 0 and result.report['hive']['recovered'], result
        judges.require_planned_difference(theirs, copied, result.report['edits'])
        judges.require_readable(copied, folder)


def repaired_without_logs(nlafix, judges, hive):
    """A real dirty SYSTEM whose logs nobody kept: --ignore-logs repairs what there is."""
    with program.Folder(fast=True) as folder:
        copied = copy_with_logs(hive, folder)
        result = nlafix('fix', '--ignore-logs', copied)
        assert result.status == 0, result
        # No log was seen, so nobody knows what is lost.
        assert result.report['hive']['ignored_logs']['entries'] is None, result
        judges.require_planned_difference(hive, copied, result.report['edits'])


def judged_by_hive_py(hive_py, hive):
    """The other replayer says the same as the committed result: the judge is in order."""
    with program.Folder(fast=True) as folder:
        ended = subprocess.run([sys.executable, hive_py, 'replay', hive, *logs_of(hive),
                                '-o', folder / 'theirs'], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
        assert ended.returncode == 0, 'hive.py replay: ' + ended.stderr
        expected = (hive.parent / 'recovered').read_bytes()
        assert (folder / 'theirs').read_bytes()[BASE_BLOCK_BYTES:] == expected[BASE_BLOCK_BYTES:], \
            'hive.py and the committed result differ'


def main():
    path, source_dir = program.arguments()
    hives = _judges.real_hives(source_dir)
    nlafix = program.Nlafix(path, source_dir)
    judges = _judges.Judges(hives)
    cases = [(hive, lambda hive: both_orders(nlafix, hive)) for hive in hives_in(hives / 'dirty')]
    cases += [(hive, lambda hive: judged_by_hive_py(judges.hive_py, hive))
              for hive in hives_in(hives / 'dirty')]
    cases += [(hive, lambda hive: left_alone(nlafix, hive))
              for hive in hives_in(hives / 'stale-logs')]
    cases += [(hive, lambda hive: refused(nlafix, hive))
              for hive in hives_in(hives / 'must-not-recover')]
    cases += [(source_dir / 'fixtures' / (name + '.hive'),
               lambda hive: repaired_as_judged(nlafix, judges, hive)) for name in DIRTY_FIXTURES]
    cases += [(hive, lambda hive: repaired_without_logs(nlafix, judges, hive))
              for hive in sorted((hives / 'system').glob('*dirty-without-logs*'))]
    assert any('dirty' in str(hive) for hive, _ in cases), 'no dirty hive'
    failed = 0
    for hive, examine in cases:
        try:
            examine(hive)
        except AssertionError as error:
            failed += 1
            print('%s: FAILED: %s' % (os.path.join(*hive.parts[-3:]), error))
    print('%d cases, %d failed' % (len(cases), failed))
    sys.exit(1 if failed else 0)


main()
