# SPDX-License-Identifier: GPL-2.0-or-later
"""The rescue image boots on BIOS and, with Secure Boot's keys, on UEFI; repairs a disk; the power goes in the middle;
the next boot undoes it from the stick with the backup. And what it does unattended."""

import json
import os
import re
import shutil
import socket
import subprocess
import time

import _guest
import _image
from _guest import program

MIB = _image.MIB
MOST_SECONDS = 600
FIRMWARE = '/usr/share/OVMF/OVMF_%s_4M.ms.fd'


class Machine:
    """qemu with the image, its first serial port, and its monitor."""

    def __init__(self, folder, accelerator, *words):
        self.serial_path, self.monitor_path = folder / 'serial', folder / 'monitor'
        for path in (self.serial_path, self.monitor_path):
            path.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            ['qemu-system-x86_64', '-accel', accelerator, '-cpu', 'max', '-m', '768', '-nodefaults', '-vga', 'std',
             '-display', 'none', '-no-reboot', '-serial', 'unix:%s,server=on' % self.serial_path,
             '-qmp', 'unix:%s,server=on,wait=off' % self.monitor_path, *map(str, words)], stdin=subprocess.DEVNULL)
        self.said = ''
        self.deadline = time.monotonic() + MOST_SECONDS
        self.serial = self._connect(self.serial_path)
        self.monitor = self._connect(self.monitor_path)
        self.command('qmp_capabilities')

    def _connect(self, path):
        end = socket.socket(socket.AF_UNIX)
        while True:
            try:
                end.connect(str(path))
                end.settimeout(1)
                return end
            except OSError:
                assert time.monotonic() < self.deadline and self.process.poll() is None, 'qemu does not start'
                time.sleep(0.1)

    def command(self, name, **arguments):
        self.monitor.sendall(json.dumps({'execute': name, 'arguments': arguments}).encode() + b'\n')
        answer = b''
        while b'"return"' not in answer and b'"error"' not in answer:
            try:
                answer += self.monitor.recv(65536)
            except TimeoutError:
                assert time.monotonic() < self.deadline, answer
        return answer.decode()

    def _read(self):
        """Whether the machine still runs."""
        try:
            data = self.serial.recv(65536)
        except TimeoutError:
            data = b'' if self.process.poll() is not None else None
        self.said += (data or b'').decode('utf-8', 'replace').replace('\r', '')
        assert time.monotonic() < self.deadline, 'the machine hangs:\n' + self.said[-3000:]
        return data != b''

    def wait_for(self, text):
        """Reads until `text` comes; what was said before it is done with."""
        while text not in self.said:
            assert self._read() or text in self.said, 'it ended without %r:\n%s' % (text, self.said[-3000:])
        before, _, self.said = self.said.partition(text)
        return before

    def type(self, text):
        self.serial.sendall(text.encode())

    def wait_for_end(self):
        while self._read():
            pass
        self.process.wait(timeout=60)
        return self.said

    def wait_for_stop(self):
        """Until a disk has refused a write, with which the machine stops; then the power goes."""
        while self._read():
            if '"io-error"' in self.command('query-status'):
                break
        else:
            raise AssertionError('it ended without a stop:\n' + self.said[-3000:])
        self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        self.serial.close()
        self.monitor.close()


def reports_of(said):
    return [json.loads(line) for line in re.findall(r'^\{"schema".*\}$', said, re.M)]


class Rescue:
    def __init__(self, nlafix, source_dir, folder):
        self.nlafix, self.source_dir, self.folder = nlafix, source_dir, folder
        self.guest = _guest.Guest(source_dir, folder)
        self.maker = _image.Maker(nlafix, source_dir)

    def image(self, name, *arguments):
        path = self.folder / name
        # The check of a timer that an emulated machine has no patience for.
        _guest.run(self.source_dir / 'packaging' / 'rescue_image', path, 'no_timer_check', *arguments)
        return path

    def disk(self, name):
        """A disk with a GPT whose second partition holds a Windows."""
        path = self.folder / name
        _image.empty_disk(path, _image.VOLUME_BYTES + 3 * MIB)
        self.maker.volume(path, hive=self.maker.hive('win10-missing-both'), offset=2 * MIB)
        _image.write_gpt(path, [(MIB, MIB), (2 * MIB, _image.VOLUME_BYTES)])
        return path

    def stick(self):
        """A stick with a FAT, and how mtools call that."""
        path = self.folder / 'stick.img'
        _image.empty_disk(path, 16 * MIB)
        volume = '%s@@%d' % (path, MIB)
        _guest.run('mformat', '-i', volume, '-T', 15 * MIB // 512, '-h', 16, '-s', 63, '-v', 'NLAFIX_BACK', '::')
        _image.write_mbr(path, [(MIB, 15 * MIB)])
        return path, volume

    def start(self, *words):
        return Machine(self.folder, self.guest.accelerator, *words)

    def start_kernel(self, arguments, *disks):
        """Without a boot loader, as PXE does it."""
        return self.start('-M', 'q35', '-kernel', self.folder / 'vmlinuz', '-initrd', self.folder / 'initrd', '-append',
                          'quiet console=ttyS0 mitigations=off no_timer_check ' + arguments, *_guest.drives(*disks))


def disk_that_stops(disk):
    """Its fourth write stops the machine: what is written by then is the new hive, and the old clusters are not free."""
    rules = {'driver': 'blkdebug', 'node-name': 'cut', 'image': 'file',
             'set-state': [{'event': 'pwritev', 'state': state, 'new_state': state + 1} for state in (1, 2, 3)],
             'inject-error': [{'event': 'pwritev', 'state': 4, 'errno': 28, 'once': False}]}
    return ['-blockdev', 'driver=file,node-name=file,filename=%s' % disk, '-blockdev', json.dumps(rules),
            '-device', 'virtio-blk-pci,drive=cut,werror=stop']


def cut_and_undo(rescue):
    """BIOS, from a CD, unattended, until the power goes; then UEFI with Secure Boot, from a disk, by hand."""
    disk, (stick, volume) = rescue.disk('disk.img'), rescue.stick()
    before = disk.read_bytes()
    image = rescue.image('fix.iso', 'nlafix=fix:auto')
    with rescue.start('-M', 'q35', '-boot', 'd', '-cdrom', image, *disk_that_stops(disk),
                      *_guest.drives(('virtio', stick))) as machine:
        machine.wait_for_stop()
    assert disk.read_bytes() != before, 'the power went before the first write'
    listed = _guest.run('mdir', '-b', '-i', volume, '::')
    assert len(re.findall(r'\.bak$', listed, re.M)) == 1, listed

    variables = rescue.folder / 'variables'
    shutil.copyfile(FIRMWARE % 'VARS', variables)
    image = rescue.image('screen.iso')
    with rescue.start('-M', 'q35,smm=on', '-global', 'driver=cfi.pflash01,property=secure,value=on',
                      '-drive', 'if=pflash,unit=0,format=raw,readonly=on,file=' + FIRMWARE % 'CODE',
                      '-drive', 'if=pflash,unit=1,format=raw,file=%s' % variables,
                      '-drive', 'file=%s,if=none,format=raw,id=image,readonly=on' % image,
                      '-device', 'virtio-blk-pci,drive=image,bootindex=0',
                      *_guest.drives(('nvme', disk), ('virtio', stick))) as machine:
        work_at_the_screen(rescue, machine)
        machine.wait_for_end()
    assert disk.read_bytes() == before, 'the undo is not exact'


def work_at_the_screen(rescue, machine):
    screen = machine.wait_for('p power off')
    assert re.search(r'> 1  /dev/nvme0n1p2 .*nothing to do', screen), screen
    assert 'Backups go to the stick /dev/vdb1' in screen, screen
    if os.environ.get('NLAFIX_SCREENSHOT'):
        time.sleep(5)  # the monitor has a screen of its own
        machine.command('screendump', filename=os.environ['NLAFIX_SCREENSHOT'])
    machine.type('s')
    machine.wait_for('~ # ')
    machine.type('dmesg | grep -c "Secure boot enabled"; echo secure: $?; exit\n')
    machine.wait_for('secure: 0')
    machine.wait_for('p power off')
    machine.type('u')
    machine.wait_for('or Enter alone: ')
    machine.type('1\n')
    machine.wait_for('put back and verified')
    machine.wait_for('Press a key.')
    machine.type(' ')
    screen = machine.wait_for('p power off')
    assert re.search(r'/dev/nvme0n1p2 .*change needed', screen), screen
    machine.type('r')
    machine.wait_for('Type yes and press Enter: ')
    machine.type('yes\n')
    machine.wait_for('fixed and verified')
    machine.wait_for('Press a key.')
    machine.type(' ')
    machine.wait_for('p power off')
    machine.type('u')
    machine.wait_for('or Enter alone: ')
    machine.type('1\n')
    machine.wait_for('put back and verified')
    machine.wait_for('Press a key.')
    machine.type(' ')
    machine.wait_for('p power off')
    machine.type('p')


def unattended(rescue):
    """Reports on the serial line, and then the power goes off. There is no stick."""
    _guest.run('xorriso', '-osirrox', 'on', '-indev', rescue.folder / 'screen.iso', '-extract', '/live/vmlinuz',
               rescue.folder / 'vmlinuz', '-extract', '/live/initrd', rescue.folder / 'initrd')
    first, second = rescue.disk('first.img'), rescue.disk('second.img')
    before, before_second = first.read_bytes(), second.read_bytes()
    with rescue.start_kernel('nlafix=fix:auto', ('virtio', first), ('sata', second)) as machine:
        error, = reports_of(machine.wait_for_end())
        assert error['error']['code'] == 'several-windows', error
    assert first.read_bytes() == before and second.read_bytes() == before_second
    with rescue.start_kernel('nlafix=fix:sda:2', ('virtio', first), ('sata', second)) as machine:
        report, = reports_of(machine.wait_for_end())
        assert report['status'] == 'fixed', report
        assert not rescue.guest.reports.problems(report)
    assert first.read_bytes() == before
    with rescue.start_kernel('nlafix=check', ('virtio', first), ('sata', second)) as machine:
        reports = reports_of(machine.wait_for_end())
        assert sorted(report['status'] for report in reports) == ['change-needed', 'ok'], reports


def main():
    nlafix, source_dir = program.arguments()
    _guest.require_tools('qemu-system-x86_64', 'xorriso', 'mformat', 'mdir', 'zstd', 'cpio')
    for part in ('CODE', 'VARS'):
        if not os.path.exists(FIRMWARE % part):
            program.skip_unless_ci('there is no %s (package ovmf)' % (FIRMWARE % part))
    with program.Folder() as folder:
        rescue = Rescue(nlafix, source_dir, folder)
        cut_and_undo(rescue)
        unattended(rescue)


main()
