# SPDX-License-Identifier: GPL-2.0-or-later
"""Ending nlafix at one of its system calls."""

import os
import subprocess

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
