#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What never answers is waited for no longer than a signal allows: a server, and a file of FUSE whose
reads sleep in the kernel. Nothing of ours gives up within the limit of this test. A terminal is told
what is waited for, unless it takes no escape sequences."""

import ctypes
import os
import pathlib
import pty
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))
import program  # noqa: E402

# Far above the second that is promised, far below the minute after which a server is given up.
LIMIT_S = 20
HIVE_BYTES = 1 << 20


class SilentServer:
    """Takes a connection and says nothing."""

    def __init__(self, folder):
        self.path = str(folder / 'socket')
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(self.path)
        self.listening.listen(1)

    def wait_until_asked(self):
        self.connection, _ = self.listening.accept()

    def end(self):
        self.connection.close()
        self.listening.close()


class SilentFile:
    """A file system of FUSE with one file, whose reads are never answered."""

    INIT, LOOKUP, GETATTR, OPEN, READ, STATFS = 26, 1, 3, 14, 15, 17
    # As every library of FUSE asks for; without it not even SIGKILL would end a reader.
    ASYNC_READ = 1

    def __init__(self, folder):
        self.folder = str(folder)
        self.path = str(folder / 'SYSTEM')
        self.asked = threading.Event()
        self.device = os.open('/dev/fuse', os.O_RDWR)
        options = f'fd={self.device},rootmode=40000,user_id=0,group_id=0'.encode()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b'silent', self.folder.encode(), b'fuse', 0, options) != 0:
            os.close(self.device)
            raise OSError(ctypes.get_errno(), 'mount')
        self.umount = libc.umount2
        threading.Thread(target=self.serve, daemon=True).start()

    def attributes(self, node):
        mode = 0o40755 if node == 1 else 0o100644
        return struct.pack('<QQQQQQIIIIIIIIII', node, HIVE_BYTES, HIVE_BYTES // 512, 0, 0, 0, 0, 0, 0,
                           mode, 1, 0, 0, 0, 4096, 0)

    def answer_to(self, opcode, node, body):
        valid = struct.pack('<QQQQII', 2, 0, 1, 1, 0, 0)
        if opcode == self.INIT:
            return struct.pack('<IIIIHHIIHHI7I', 7, 31, 1 << 17, self.ASYNC_READ, 8, 8, 4096, 1, 1, 0, 0,
                               *[0] * 7)
        if opcode == self.LOOKUP:
            return valid + self.attributes(2) if body == b'SYSTEM\0' else None
        if opcode == self.GETATTR:
            return struct.pack('<QII', 1, 0, 0) + self.attributes(node)
        if opcode == self.OPEN:
            return struct.pack('<QII', 1, 0, 0)
        if opcode == self.STATFS:
            return bytes(80)
        return None

    def serve(self):
        while True:
            try:
                request = os.read(self.device, 1 << 17)
            except OSError:
                return  # unmounted
            _, opcode, unique, node = struct.unpack_from('<IIQQ', request)
            if opcode == self.READ:
                self.asked.set()
                continue
            body = self.answer_to(opcode, node, request[40:])
            error = 0 if body is not None else -2  # ENOENT
            body = body or b''
            try:
                os.write(self.device, struct.pack('<IiQ', 16 + len(body), error, unique) + body)
            except OSError:
                pass  # a request that nobody waits for any more

    def wait_until_asked(self):
        self.asked.wait(LIMIT_S)

    def end(self):
        self.umount(self.folder.encode(), 2)
        os.close(self.device)


def interrupt(nlafix, target, silent, number, arguments):
    running = subprocess.Popen([nlafix, *arguments, target], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    silent.wait_until_asked()
    running.send_signal(number)
    try:
        _, errors = running.communicate(timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        running.kill()
        raise AssertionError(f'{arguments} {target} goes on after {number!r}')
    assert running.returncode == 130, (running.returncode, errors)
    assert 'interrupted before the first write; nothing was changed' in errors, errors
    return errors


def check(nlafix, make_silent, target_of, folder):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        for arguments in (['check'], ['fix', '--json']):
            with tempfile.TemporaryDirectory(dir=folder) as place:
                silent = make_silent(pathlib.Path(place))
                try:
                    interrupt(nlafix, target_of(silent), silent, number, arguments)
                finally:
                    silent.end()
                left = [name for name in os.listdir(place) if name != 'socket']
                assert left == [], left


def shown_on_terminal(nlafix, uri, server, kind):
    """What three seconds of waiting show on a terminal of this kind."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen([nlafix, 'check', uri], stdout=subprocess.DEVNULL, stderr=theirs,
                               env={**os.environ, 'TERM': kind})
    os.close(theirs)
    server.wait_until_asked()
    shown = b''
    ends = time.monotonic() + 3
    while (left := ends - time.monotonic()) > 0:
        if select.select([ours], [], [], left)[0]:
            shown += os.read(ours, 4096)
    running.send_signal(signal.SIGINT)
    running.wait(timeout=LIMIT_S)
    os.close(ours)
    return shown


def check_terminal(nlafix, uri_of, folder):
    for kind, is_shown in (('xterm', True), ('dumb', False)):
        with tempfile.TemporaryDirectory(dir=folder) as place:
            server = SilentServer(pathlib.Path(place))
            shown = shown_on_terminal(nlafix, uri_of(server), server, kind)
            server.end()
        assert (b'opening, ' in shown) == is_shown, (kind, shown)
        assert (b'\x1b' in shown) == is_shown, (kind, shown)


def main():
    nlafix = str(program.arguments()[0])
    with tempfile.TemporaryDirectory() as folder:
        skipped = []
        uri = 'nbd+unix:///?socket='
        probe = subprocess.run([nlafix, 'check', uri + folder + '/none'], capture_output=True, text=True)
        if 'no-image-support' in probe.stderr or 'libnbd' in probe.stderr:
            skipped.append('no libnbd')
        else:
            check(nlafix, SilentServer, lambda server: uri + server.path, folder)
            check_terminal(nlafix, lambda server: uri + server.path, folder)
        try:
            check(nlafix, SilentFile, lambda file: file.path, folder)
        except OSError as error:
            skipped.append(f'no FUSE ({error})')
    if skipped:
        print('skipped:', ', '.join(skipped))
        sys.exit(program.SKIPPED if len(skipped) == 2 else 0)


main()
