# SPDX-License-Identifier: GPL-2.0-or-later
"""Ending nlafix at one of its system calls."""

import os
import re
import subprocess
import tempfile

KILLED = -9

# A fix has some ten writes and ten flushes; so many mean that it does not end.
MOST_CALLS = 200


def strace_works():
    command = ['strace', '-o', '/dev/null', '-e', 'inject=getppid:retval=1', 'true']
    try:
        return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def run_and_kill(nlafix, call, count, *words):
    """The exit status of `nlafix WORDS`, killed at its `count`-th `call`; KILLED if it was."""
    environment = dict(os.environ, ASAN_OPTIONS='detect_leaks=0')  # it cannot work under strace
    command = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=' + call, '-e',
               'inject=%s:signal=KILL:when=%d' % (call, count), nlafix.path, *words]
    ended = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    return ended.returncode


# The first line of a trace from which on anything may have changed.
MAY_CHANGE = re.compile(r'O_(RDWR|WRONLY|CREAT)|^(\d+ +)?(pwrite64|ftruncate|rename|renameat|unlink|unlinkat)\(')


def points_of(nlafix, calls, *words):
    """Runs nlafix, and returns each of its `calls`, from the first that may change anything on, as
    (name, how often it was called by then): strace counts every system call on its own."""
    with tempfile.NamedTemporaryFile() as log:
        environment = dict(os.environ, ASAN_OPTIONS='detect_leaks=0')
        subprocess.run(['strace', '-f', '-qq', '-o', log.name, '-e', 'trace=' + calls, nlafix.path,
                        *words], env=environment, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        lines = log.read().decode('utf-8', 'replace').splitlines()
    count, points, begun = {}, [], False
    for line in lines:
        begun = begun or MAY_CHANGE.search(line) is not None
        name = re.match(r'(?:\d+ +)?(\w+)\(', line)
        if not name or name.group(1) == 'exit_group':
            continue
        count[name.group(1)] = count.get(name.group(1), 0) + 1
        if begun:
            points.append((name.group(1), count[name.group(1)]))
    return points
