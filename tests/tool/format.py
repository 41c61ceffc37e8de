# SPDX-License-Identifier: GPL-2.0-or-later
"""Every C++ source is laid out as clang-format 14 lays it out. Other versions lay out a few lines
differently, so they do not judge."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402

FOLDERS = ('src', 'tests', 'fixtures', 'bench', 'tools', 'packaging')


def main():
    _, source_dir = program.arguments()
    tool = program.versioned_tool('clang-format', '14')
    files = sorted(path for folder in FOLDERS for ending in ('*.cpp', '*.h')
                   for path in (source_dir / folder).rglob(ending))
    assert len(files) > 400, 'only %d sources were found' % len(files)
    judged = subprocess.run([tool, '--dry-run', '--Werror', '--ferror-limit=1', *map(str, files)],
                            stderr=subprocess.PIPE)
    wrong = sorted(set(re.findall(r'^(\S+?):\d+:\d+: error', judged.stderr.decode(), re.M)))
    assert not wrong and judged.returncode == 0, 'run %s -i on:\n%s' % (
        tool, '\n'.join(wrong) or judged.stderr.decode())
    print('%d sources' % len(files))


if __name__ == '__main__':
    main()
