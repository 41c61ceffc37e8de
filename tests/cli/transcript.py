# SPDX-License-Identifier: GPL-2.0-or-later
"""Transcripts: what a person would see on a terminal, run again and compared.

    # A comment.
    # needs: root strace
    $ nlafix check SYSTEM
    <dir>/SYSTEM: nothing to do
      ...
    $ nlafix check "$FIXTURES"/nothing-signature.hive \\
    >     --json
    {"schema":"nlafix.report/1",...,"exit_code":4,...}
    nlafix: error: ...
    nlafix: hint: ...
    ? 4

`$ ` begins a command for /bin/sh, `> ` continues it. What follows is its output, stdout and stderr
as they come. `? N` is its exit status; without it, 0. The commands share one new, empty folder, their
working directory; `nlafix` is on PATH, and $FIXTURES names the fixtures.

In the output, and in a command where it makes sense:

    <dir>   the folder
    <time>  the time in a backup's name, 20261122T105207Z, with its counter if it has one; in a
            command, the last one that was seen
    ...     any text within its line (output only)

`# needs:` names what the test cannot do without: `root`, `mount` (a mount of one's own), `strace`
(one that may trace and inject), or any program. Where it is missing the test is skipped.

Every line of output that is JSON of nlafix is held to its schema in docs/ as well."""

import json
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402

TIME = re.compile(r'[0-9]{8}T[0-9]{6}Z(-[0-9]+)?')

# A test that hangs has failed. The slowest step takes seconds, and minutes with sanitizers on a busy machine.
MOST_SECONDS = 300

CAPABILITIES = {'root', 'mount', 'strace'}


class Step:
    def __init__(self, line, command):
        self.line = line  # number, for messages
        self.command = command
        self.output = []
        self.status = 0
        self.found = None  # output and status, when it ran and was not as expected


class Malformed(Exception):
    pass


def parse(text):
    """(what is needed, steps) of a transcript."""
    needs, steps, in_command = [], [], False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith('# needs:'):
            needs += line[len('# needs:'):].split()
        elif line.startswith('#'):
            continue
        elif line.startswith('$ '):
            steps.append(Step(number, line[2:]))
            in_command = True
            continue
        elif in_command and line.startswith('> '):
            steps[-1].command += '\n' + line[2:]
            continue
        elif re.fullmatch(r'\? [0-9]+', line):
            steps[-1].status = int(line[2:])
        elif steps:
            steps[-1].output.append(line)
        elif line:
            raise Malformed('line %d stands before the first command' % number)
        in_command = False
    for step in steps:
        # An empty line before the next command or at the end is there for the reader.
        while step.output and not step.output[-1]:
            step.output.pop()
    if not steps:
        raise Malformed('there is no command')
    return needs, steps


def matches(expected, found):
    pattern = '.*'.join(re.escape(part) for part in expected.split('...'))
    return re.fullmatch(pattern, found) is not None


def lines_match(expected, found):
    return len(expected) == len(found) and all(map(matches, expected, found))


def succeeds(*command):
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def is_there(need):
    if need == 'root':
        return os.geteuid() == 0
    if need == 'mount':
        return succeeds('unshare', '-m', 'mount', '-t', 'tmpfs', 'none', '/mnt')
    if need == 'strace':
        # Not every sandbox lets one process trace another.
        return succeeds('strace', '-o', '/dev/null', '-e', 'inject=getppid:retval=1', 'true')
    return shutil.which(need, path=search_path()) is not None


def search_path():
    return os.environ.get('PATH', '') + ':/usr/sbin:/sbin'


class Terminal:
    """One temporary folder, and the commands that run in it one after another."""

    def __init__(self, nlafix, source_dir, folder):
        self.reports = program.Reports(source_dir)
        self.folder = os.path.join(folder, 'here')
        binaries = os.path.join(folder, 'bin')
        os.mkdir(self.folder)
        os.mkdir(binaries)
        os.symlink(nlafix, os.path.join(binaries, 'nlafix'))
        # It writes the hive of a case; the head of tests/tool/make_case.cpp says how.
        maker = nlafix.parent.parent / 'tests' / 'make_case'
        if maker.exists():
            os.symlink(maker, os.path.join(binaries, 'make_case'))
        self.environment = {
            'PATH': binaries + ':' + search_path(),
            'FIXTURES': os.path.join(source_dir, 'fixtures'),
            'HOME': self.folder,
            'LC_ALL': 'C.UTF-8',
            'TZ': 'UTC',
        }
        # What a build with sanitizers or a coverage tool needs.
        for name in os.environ:
            if re.fullmatch(r'[A-Z]+SAN_OPTIONS|LLVM_PROFILE_FILE', name):
                self.environment[name] = os.environ[name]
        self.last_time = None

    def run(self, step):
        """None, or what is wrong with it."""
        command = step.command.replace('<dir>', self.folder)
        if '<time>' in command:
            if self.last_time is None:
                return 'the command wants a <time>, and none was seen yet'
            command = command.replace('<time>', self.last_time)
        ended = subprocess.run(['/bin/sh', '-c', command], cwd=self.folder, env=self.environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, timeout=MOST_SECONDS,
                               umask=0o022)
        text = ended.stdout.decode('utf-8', 'backslashreplace')
        problems = []
        for line in text.split('\n'):
            if line.startswith(program.JSON_START):
                problems += self.reports.problems(json.loads(line))
        for found in TIME.finditer(text):
            self.last_time = found.group()
        text = TIME.sub('<time>', text.replace(self.folder, '<dir>'))
        found = text.split('\n')
        while found and not found[-1]:
            found.pop()
        if not lines_match(step.output, found):
            problems.append('expected:\n%s\nfound:\n%s' % ('\n'.join(step.output), '\n'.join(found)))
        if ended.returncode != step.status:
            problems.append('exit status %d, expected %d' % (ended.returncode, step.status))
        if problems:
            step.found = kept_where_right(step.output, found)
            step.found += ['? %d' % ended.returncode] if ended.returncode else []
            return '\n'.join(problems)
        return None


def kept_where_right(expected, found):
    """`found`, but with the lines of `expected` where they match, for they say what may differ."""
    longest = [[0] * (len(found) + 1) for _ in range(len(expected) + 1)]
    for i in reversed(range(len(expected))):
        for j in reversed(range(len(found))):
            longest[i][j] = (1 + longest[i + 1][j + 1] if matches(expected[i], found[j])
                             else max(longest[i + 1][j], longest[i][j + 1]))
    lines, i = [], 0
    for j, line in enumerate(found):
        while i < len(expected) and longest[i + 1][j] == longest[i][j]:
            i += 1
        if i < len(expected) and matches(expected[i], line) and longest[i][j] > longest[i][j + 1]:
            lines.append(expected[i])
            i += 1
        else:
            lines.append(line)
    return lines


def accepted(text, steps):
    """The transcript with what was found in place of what was expected, step by step."""
    lines, out = text.splitlines(), []
    starts = {step.line: step for step in steps}
    at = 0
    while at < len(lines):
        step = starts.get(at + 1)
        out.append(lines[at])
        at += 1
        if not step or step.found is None:
            continue
        while at < len(lines) and lines[at].startswith('> '):
            out.append(lines[at])
            at += 1
        end = at
        while end < len(lines) and not lines[end].startswith(('$ ', '#')):
            end += 1
        blank = [line for line in lines[at:end] if not line][-1:] if not lines[end - 1] else []
        out += step.found + blank
        at = end
    return '\n'.join(out) + '\n'


def run(text, name, nlafix, source_dir, accept=None):
    """Runs a transcript. True when all was as it says; ends the test where a need is missing.
    `accept` is called with the transcript as it would have been right."""
    needs, steps = parse(text)
    missing = [need for need in needs if not is_there(need)]
    if missing:
        # What a machine does not allow cannot be had; a program can be installed.
        give_up = program.skip if set(missing) & CAPABILITIES else program.skip_unless_ci
        give_up('%s needs %s' % (name, ', '.join(missing)))
    with program.Folder() as folder:
        terminal = Terminal(nlafix, source_dir, folder)
        started = time.monotonic()
        for step in steps:
            wrong = terminal.run(step)
            if wrong and not accept:
                # What follows depends on it.
                print('%s:%d: $ %s\n%s' % (name, step.line, step.command, wrong))
                return False
        print('%s: %d commands, %.1f s' % (name, len(steps), time.monotonic() - started))
    if accept and any(step.found is not None for step in steps):
        accept(accepted(text, steps))
    return True
