# SPDX-License-Identifier: GPL-2.0-or-later
"""clang-tidy 14 finds nothing in src/ by the checks of .clang-tidy. Other versions have other checks, so
they do not judge."""

import concurrent.futures
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402


def sources(build_dir, source_dir):
    """What this build compiles of src/."""
    commands = json.loads((build_dir / 'compile_commands.json').read_text())
    return sorted({entry['file'] for entry in commands
                   if entry['file'].startswith(str(source_dir / 'src') + os.sep)})


def main():
    nlafix, source_dir = program.arguments()
    tool = program.versioned_tool('clang-tidy', '14')
    build_dir = nlafix.parent.parent
    files = sources(build_dir, source_dir)
    assert len(files) > 100, 'only %d sources were found' % len(files)

    def judge(path):
        ended = subprocess.run([tool, '--quiet', '-p', str(build_dir), path],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return ended.returncode, ended.stdout.decode() + ended.stderr.decode()

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(judge, files))
    wrong = [text for status, text in verdicts if status != 0 or re.search(r'\[[a-z-]+.*\]$', text, re.M)]
    assert not wrong, '\n'.join(wrong)
    print('%d sources' % len(files))


if __name__ == '__main__':
    main()
