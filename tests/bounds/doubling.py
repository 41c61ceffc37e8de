#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Twice the input costs at most twice the work, for every hostile family: instructions are counted under
callgrind, never seconds. Memory and reports stay below what SECURITY.md promises."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))
import program  # noqa: E402
from hostile_hives import FAMILIES  # noqa: E402

# Twice, and what sorting and caches add. Quadratic work makes it four times.
MOST_GROWTH = 2.3
# Below this the family costs nothing that could be told from noise.
LEAST_COUNTED = 300_000
MOST_TEXT = 16 << 10
MOST_JSON = 256 << 10
MOST_MEMORY_TIMES, MOST_MEMORY_MORE = 10, 32 << 20
# How much larger the inputs are whose memory and reports are looked at.
LARGE = 12


def write(folder, files):
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / next(iter(files))


def command_for(target):
    """What reads all of a TARGET; the undo of a manifest that is not true to its copy writes nothing."""
    return 'undo' if target.suffix == '.json' else 'check'


def instructions(nlafix, target):
    running = subprocess.Popen(
        ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', str(nlafix), command_for(target),
         str(target)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = running.communicate()[1]
    found = re.search(r'==%d== Collected : (\d+)' % running.pid, errors)
    assert found, 'callgrind says no number:\n' + errors
    return int(found.group(1))


def check_growth(nlafix, folder, name, size, family):
    """From n to 2n, and from 2n to 4n: what a run costs whatever its input falls out."""
    one, two, four = (instructions(nlafix, write(folder, family(times * size))) for times in (1, 2, 4))
    growth = (four - two) / max(two - one, LEAST_COUNTED)
    print('%-34s %6d: %10d instructions more for twice as much, then %10d more (%.2f)' % (
        name, size, two - one, four - two, growth))
    return growth <= MOST_GROWTH


def check_bounds(nlafix, folder, name, size, family):
    files = family(size * LARGE)
    target = write(folder, files)
    command = command_for(target)
    for arguments, most in (([command, '-v'], MOST_TEXT), ([command, '--json'], MOST_JSON)):
        code = ('import resource, subprocess, sys\n'
                'r = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE)\n'
                'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, len(r.stdout), '
                'len(r.stderr), r.returncode)\n')
        numbers = subprocess.run([sys.executable, '-c', code, str(nlafix), *arguments, str(target)],
                                 stdout=subprocess.PIPE, check=True, text=True).stdout
        memory, printed, errors, status = map(int, numbers.split())
        size_bytes = sum(map(len, files.values()))
        assert status in program.OUTCOMES, (name, arguments, status)
        assert memory <= MOST_MEMORY_TIMES * size_bytes + MOST_MEMORY_MORE, (name, memory, size_bytes)
        total = printed + errors if most == MOST_TEXT else printed
        assert total <= most, (name, arguments, printed, errors)


def main():
    nlafix, _ = program.arguments()
    if not shutil.which('valgrind'):
        program.skip_unless_ci('valgrind is missing')
    failed = []
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        for name, (size, family) in FAMILIES.items():
            check_bounds(nlafix, folder, name, size, family)
            if not check_growth(nlafix, folder, name, size, family):
                failed.append(name)
    assert not failed, 'more than twice the work for twice the input: ' + ', '.join(failed)


main()
