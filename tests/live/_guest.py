# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine under qemu with the kernel of Debian 13, busybox, the tools of its packages and the static file. It runs
one transcript (tests/cli/transcript.py says what those are) in the folder /here, and powers off.

Nothing is installed: packaging/debian_packages unpacks what is needed into the build folder."""

import json
import lzma
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
for beside in ('support', 'packaging', 'images', 'cli'):
    sys.path.insert(0, str(HERE.parent / beside))
import program  # noqa: E402
import transcript  # noqa: E402
from _static import static_file  # noqa: E402

PACKAGES = ['linux-image-amd64', 'busybox-static', 'libc6', 'ntfs-3g', 'libntfs-3g89t64', 'mdadm', 'libudev1',
            'libcap2', 'dmsetup', 'libdevmapper1.02.1', 'libselinux1', 'libpcre2-8-0']
TOOLS = ['ntfs-3g', 'ntfsfix', 'mdadm', 'dmsetup']
FIRST_MODULES = ['virtio_pci', 'virtio_blk', 'virtio_scsi', 'nvme', 'sd_mod', 'ntfs3', 'fuse', 'loop', 'overlay',
                 'squashfs', 'raid1', 'dm_mod', 'dm_flakey']
# A test asks for them itself: the disks of ahci come last.
LATER_MODULES = ['ahci', 'crc32c_generic', 'ext4']

# An emulated machine on a busy one: what takes longer than this hangs.
MOST_SECONDS = 600

INIT = r'''#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/usr/sbin:/usr/bin:/bin NO_COLOR=1 LC_ALL=C.UTF-8 HOME=/root DM_DISABLE_UDEV=1
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
exec </dev/null >/dev/ttyS1 2>&1
stty raw -echo </dev/ttyS1
for module in $(cat /modules); do modprobe $module; done
for name in $(cat /devices); do
    case $name in
    /*)
        n=0
        until [ -b $name ] || [ $n -gt 600 ]; do n=$((n + 1)); sleep 0.1; done
        ;;
    *) modprobe $name ;;
    esac
done
cd /here
for step in /steps/*; do
    sh $step >/out 2>&1
    status=$?
    echo "@@ $(basename $step) $status"
    cat /out
    echo
done
echo "@@ end 0"
sync
poweroff -f
'''


def require_tools(*names):
    for name in names:
        if not shutil.which(name):
            program.skip_unless_ci('there is no %s here' % name)


def debian(source_dir, packages):
    """The folder into which these packages of Debian 13 are unpacked; skips where they cannot be had."""
    if os.uname().machine != 'x86_64':
        program.skip('the kernel is that of x86-64')
    folder = source_dir / 'build' / 'debian'
    ended = subprocess.run([source_dir / 'packaging' / 'debian_packages', folder, *packages],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if ended.returncode != 0:
        program.skip(ended.stdout.strip())
    return folder


def accelerator(kernel):
    """KVM where a guest runs with it, which a device that can be opened does not show: a kernel without a root
    panics within seconds, and ends the machine."""
    words = ['qemu-system-x86_64', '-accel', 'kvm', '-M', 'q35', '-cpu', 'max', '-m', '256', '-nodefaults',
             '-display', 'none', '-no-reboot', '-kernel', kernel, '-append', 'panic=-1']
    try:
        works = os.access('/dev/kvm', os.R_OK | os.W_OK) and subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=30).returncode == 0
    except subprocess.TimeoutExpired:
        works = False
    return 'kvm' if works else 'tcg,thread=multi'


class Guest:
    """Boots transcripts. One object may boot several times."""

    def __init__(self, source_dir, folder, delivered=None):
        """`delivered`: an archive that brings nlafix, in place of the static file of the build tree."""
        require_tools('qemu-system-x86_64', 'cpio', 'depmod', 'modprobe')
        self.nlafix, self.delivered = static_file(source_dir), delivered
        self.reports = program.Reports(source_dir)
        self.folder = folder
        self.debian = debian(source_dir, PACKAGES)
        self.version, = os.listdir(self.debian / 'usr' / 'lib' / 'modules')
        self.kernel = self.debian / 'boot' / ('vmlinuz-' + self.version)
        self.accelerator = accelerator(self.kernel)
        self._make_base()

    def _make_base(self):
        root = self.folder / 'root'
        for name in ('bin', 'dev', 'proc', 'sys', 'tmp', 'root', 'here', 'mnt', 'etc', 'steps', 'usr/bin', 'usr/sbin',
                     'usr/lib/x86_64-linux-gnu', 'usr/lib64'):
            (root / name).mkdir(parents=True)
        (root / 'lib64').symlink_to('usr/lib64')
        (root / 'lib').symlink_to('usr/lib')
        (root / 'etc' / 'mtab').symlink_to('/proc/mounts')
        shutil.copy(self.debian / 'usr/bin/busybox', root / 'bin/busybox')
        if not self.delivered:
            shutil.copy(self.nlafix, root / 'usr/bin/nlafix')
        for tool in TOOLS:
            found = next(path for path in (self.debian / 'usr/bin' / tool, self.debian / 'usr/sbin' / tool)
                         if path.exists())
            shutil.copy(found, root / 'usr/bin' / tool)
        shutil.copy(self.debian / 'usr/lib64/ld-linux-x86-64.so.2', root / 'usr/lib64')
        for library in (self.debian / 'usr/lib/x86_64-linux-gnu').glob('*.so.*'):
            shutil.copy(library, root / 'usr/lib/x86_64-linux-gnu')
        self._copy_modules(root)
        (root / 'modules').write_text('\n'.join(FIRST_MODULES) + '\n')
        (root / 'init').write_text(INIT)
        (root / 'init').chmod(0o755)
        self.base = self.folder / 'base.cpio'
        pack(root, self.base)
        shutil.rmtree(root)

    def _copy_modules(self, root):
        listed = run('modprobe', '-d', self.debian, '-S', self.version, '--show-depends', '-a', *FIRST_MODULES,
                     *LATER_MODULES)
        source = self.debian / 'usr/lib/modules' / self.version
        target = root / 'usr/lib/modules' / self.version
        for path in sorted(set(re.findall(r'^insmod \S*?/%s/(\S+)' % re.escape(self.version), listed, re.M))):
            # Here, for the emulated machine takes long to unpack them.
            file = target / path.removesuffix('.xz')
            file.parent.mkdir(parents=True, exist_ok=True)
            data = (source / path).read_bytes()
            file.write_bytes(lzma.decompress(data) if path.endswith('.xz') else data)
        for name in ('modules.order', 'modules.builtin'):
            shutil.copy(source / name, target)
        run('depmod', '-b', root, self.version)

    def run(self, name, drives, devices=(), files=(), memory=512):
        """Boots with `drives` (words for qemu), waits for `devices` (/dev/...; other words are modules to load), and
        runs tests/live/`name`.test beside `files` (paths, copied to /here). With NLAFIX_ACCEPT=1 what differs is
        written into the transcript, to be looked at before it is committed."""
        path = HERE / (name + '.test')
        text = path.read_text(encoding='utf-8')
        _, steps = transcript.parse(text)
        found = self._boot([step.command for step in steps], drives, devices, files, memory)
        wrong = []
        for step, (status, output) in zip(steps, found):
            problem = self._judge(step, status, output)
            if problem:
                wrong.append('%s:%d: $ %s\n%s' % (path.name, step.line, step.command, problem))
        if os.environ.get('NLAFIX_ACCEPT') == '1' and wrong:
            path.write_text(transcript.accepted(text, steps))
            wrong = ['%d commands were accepted' % len(wrong)]
        assert not wrong, '\n\n'.join(wrong)
        print('%s: %d commands in one boot' % (path.name, len(steps)))

    def _judge(self, step, status, output):
        problems = []
        for line in output:
            if line.startswith(program.JSON_START):
                problems += self.reports.problems(json.loads(line))
        found = [transcript.TIME.sub('<time>', line) for line in output]
        while found and not found[-1]:
            found.pop()
        if not transcript.lines_match(step.output, found):
            problems.append('expected:\n%s\nfound:\n%s' % ('\n'.join(step.output), '\n'.join(found)))
        if status != step.status:
            problems.append('exit status %d, expected %d' % (status, step.status))
        if problems:
            step.found = found + (['? %d' % status] if status else [])
        return '\n'.join(problems)

    def _boot(self, commands, drives, devices, files, memory):
        """[(exit status, lines of output)] of the commands."""
        extra = self.folder / 'extra'
        shutil.rmtree(extra, ignore_errors=True)
        for name in ('steps', 'here'):
            (extra / name).mkdir(parents=True)
        for number, command in enumerate(commands):
            (extra / 'steps' / ('%03d' % number)).write_text(command + '\n')
        (extra / 'devices').write_text('\n'.join(devices) + '\n')
        for file in files:
            shutil.copy(file, extra / 'here')
        added, initrd = self.folder / 'extra.cpio', self.folder / 'initrd'
        pack(extra, added)
        with open(initrd, 'wb') as out:
            for part in filter(None, (self.base, added, self.delivered)):
                with open(part, 'rb') as file:
                    shutil.copyfileobj(file, out)
        console, serial = self.folder / 'console', self.folder / 'serial'
        words = ['qemu-system-x86_64', '-accel', self.accelerator, '-M', 'q35', '-cpu', 'max', '-m', memory, '-nodefaults',
                 '-display', 'none', '-no-reboot', '-serial', 'file:%s' % console, '-serial', 'file:%s' % serial,
                 '-kernel', self.kernel, '-initrd', initrd, '-append',
                 'console=ttyS0 loglevel=4 panic=-1 mitigations=off no_timer_check', *drives]
        ended = subprocess.run([os.fspath(word) if isinstance(word, os.PathLike) else str(word) for word in words],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               timeout=MOST_SECONDS)
        text = serial.read_text(encoding='utf-8', errors='backslashreplace') if serial.exists() else ''
        parts = re.split(r'^@@ (\d+|end) (\d+)\n', text.replace('\r', ''), flags=re.M)
        assert len(parts) > 1 and parts[-3] == 'end', 'the guest did not come to its end: %s\n%s\n%s' % (
            ended.stdout.decode('utf-8', 'replace'), text, console.read_text(errors='replace')[-4000:])
        return [(int(parts[at + 1]), parts[at + 2].split('\n')) for at in range(1, len(parts) - 3, 3)]


def pack(folder, archive):
    """A cpio archive of all that is in `folder`, as kernels take it."""
    with open(archive, 'wb') as out:
        names = sorted(str(path.relative_to(folder)) for path in folder.rglob('*'))
        subprocess.run(['cpio', '-o', '-H', 'newc', '--quiet', '-R', '0:0'], cwd=folder, check=True, stdout=out,
                       input='\n'.join(names).encode() + b'\n')


def run(*words):
    ended = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           text=True)
    assert ended.returncode == 0, '%s\n%s' % (words, ended.stdout)
    return ended.stdout


DEVICES_OF_BUS = {
    'virtio': 'virtio-blk-pci,drive={0},serial={0}',
    'nvme': 'nvme,drive={0},serial={0}',
    'scsi': 'scsi-hd,drive={0},bus=scsi.0,serial={0}',
    'sata': 'ide-hd,drive={0},bus=ide.{1},serial={0}',
}


def drives(*disks):
    """Words for qemu: `disks` are (bus, image, option of qemu...)."""
    words = ['-device', 'virtio-scsi-pci,id=scsi'] if any(disk[0] == 'scsi' for disk in disks) else []
    for number, (bus, image, *options) in enumerate(disks):
        name = 'd%d' % number
        words += ['-drive', ','.join(['file=%s,format=raw,if=none,id=%s' % (image, name), *options]),
                  '-device', DEVICES_OF_BUS[bus].format(name, number)]
    return words
