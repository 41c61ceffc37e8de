# SPDX-License-Identifier: GPL-2.0-or-later
"""A person at a terminal sees what takes longer than a second; nobody else does."""

import os
import subprocess
import sys

import _image
import program


def run(nlafix, *words):
    """(exit status, standard output, what a terminal as standard error shows)."""
    ours, theirs = os.openpty()
    process = subprocess.Popen([nlafix, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=theirs)
    os.close(theirs)
    shown = b''
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    output, _ = process.communicate()
    return process.returncode, output.decode(), shown.decode()


def main():
    path, source_dir = program.arguments()
    maker = _image.Maker(path, source_dir)
    if not _image.find_tool('nbdkit'):
        program.skip_unless_ci('there is no nbdkit')
    with program.Folder(fast=True) as folder:
        disk, socket = folder / 'disk.img', folder / 'socket'
        maker.volume(disk, hive=maker.hive('xp-missing-both'))
        status, output, shown = run(path, 'check', disk)
        assert status == 1 and shown == '', 'a quick run shows something: ' + repr(shown)
        uri = 'nbd+unix:///?socket=%s' % socket
        words = ['nbdkit', '-f', '-U', socket, '--filter=delay', 'file', disk, 'rdelay=30ms']
        with _image.Server(words, socket):
            status, output, shown = run(path, 'check', uri)
            assert status == 1 and 'change needed' in output, output
            assert 'looking for Windows, 1 s' in shown, repr(shown)
            assert shown.endswith('\r\x1b[K'), 'the line stays: ' + repr(shown)
            status, _, shown = run(path, 'check', '--quiet', uri)
            assert status == 1 and shown == '', repr(shown)
            ended = subprocess.run([path, 'check', uri], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
            assert ended.returncode == 1 and ended.stderr == b'', ended.stderr
    print('shown on a terminal after a second, and taken away')
    sys.exit(0)


main()
