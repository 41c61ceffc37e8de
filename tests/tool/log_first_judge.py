# SPDX-License-Identifier: GPL-2.0-or-later
"""Every state that tests/fault/log_first_test.cpp and tests/disk/undo_of_a_cut_test.cpp make of a cut write is
judged once more, by a replayer that shares no code with nlafix: with the logs it must give the old or the new
content, or nothing where pages are written without a log.

The replayer is the one beside the real hives (see tests/real); skipped where that is not."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402
from second_replayer import content, recovered, replayer  # noqa: E402

class Reader:
    def __init__(self, path):
        self.data, self.at = path.read_bytes(), 0

    def line(self):
        end = self.data.find(b'\n', self.at)
        if end < 0:
            return None
        text, self.at = self.data[self.at:end].decode(), end + 1
        return text

    def bytes(self, size):
        self.at += size
        return self.data[self.at - size:self.at]


def judge(regf, path):
    reader = Reader(path)
    name = reader.line()
    may_be_unfinished = reader.line() == 'may be unfinished'
    names, start = [], []
    for _ in range(int(reader.line())):
        file, size = reader.line().split()
        names.append(file)
        start.append(reader.bytes(int(size)))
    wanted = [content(reader.bytes(int(reader.line()))) for _ in range(2)]
    count = {'old': 0, 'new': 0, 'unfinished': 0, 'BAD': 0}
    files = {}
    while True:
        words = (reader.line() or 'end').split()
        if words[0] == 'file':
            index, size, writes = map(int, words[1:])
            file = bytearray(start[index][:size].ljust(size, b'\0'))
            for _ in range(writes):
                _, at, length = reader.line().split()
                file[int(at):int(at) + int(length)] = reader.bytes(int(length))
            files[index] = bytes(file)
        elif words[0] == 'judge':
            logs = {names[i]: files[i] for i in range(1, len(names)) if files[i]}
            image = recovered(regf, files[0], logs)
            found = content(image) if len(image) > 4096 else b''
            count['old' if found == wanted[0] else 'new' if found == wanted[1] else
                  'unfinished' if may_be_unfinished and not image else 'BAD'] += 1
        else:
            break
    print('%-56s %6d %6d %6d %6d %5d' % (name, sum(count.values()), *count.values()))
    sys.stdout.flush()
    return count


def judged(regf, tests, source, folder):
    """The counts for all that the test file `source` dumps."""
    states = folder / source
    states.mkdir()
    subprocess.run([tests, '--source-file=*%s*' % source, '--test-case=Every cut*'],
                   check=True, stdout=subprocess.DEVNULL,
                   env=dict(os.environ, NLAFIX_DUMP_STATES=str(states)))
    return [judge(regf, path) for path in
            sorted(states.glob('*.states'), key=lambda path: int(path.stem))]


def main():
    nlafix, source_dir = program.arguments()
    regf = replayer(source_dir)
    if not regf:
        program.skip('there is no second replayer beside the sources')
    tests = pathlib.Path(nlafix).parent.parent / 'tests' / 'fault_tests'
    if not tests.is_file():
        program.skip('the fault tests are not built here')
    with program.Folder(fast=True) as folder:
        counts = judged(regf, tests, 'log_first_test', folder)
        assert len(counts) >= 20, 'not all lists of epochs were dumped'
        tests_on_disks = tests.parent / 'disk_tests'
        if tests_on_disks.is_file():
            undone = judged(regf, tests_on_disks, 'undo_of_a_cut_test', folder)
            assert len(undone) >= 40, 'not all undos were dumped'
            counts += undone
    total = sum(sum(count.values()) for count in counts)
    bad = sum(count['BAD'] for count in counts)
    print('%d different states, %d BAD' % (total, bad))
    assert all(count['old'] and count['new'] for count in counts)
    sys.exit(1 if bad else 0)


main()
