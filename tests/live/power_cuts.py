# SPDX-License-Identifier: GPL-2.0-or-later
"""Power cuts under a real kernel: every write and flush of a fix is recorded, and each state that a cut may leave is
judged by two replayers, of which one shares no code with nlafix, by `check`, and by `undo`.

Prints the table that stands in docs/crash-safety.md. Its columns: what Windows would find, the old or the new content;
only `undo` leads back; the kernel left the two copies of the first MFT records apart, so chkdsk comes first, and then one
of the former; the power tore one of the pages in which a driver keeps MFT records, so that it would have cost the volume
or the hive whatever had been written: the backup, which lies elsewhere, is what is left."""

import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import tarfile
import threading

import _guest
import _image
import _recording
import _replayer
from _guest import program

# (disk, what it is, hive of write_log_first_hives or fixture)
DISKS = [
    ('vda', 'device, clean', 'A clean, new format'),
    ('vdb', 'device, dirty', 'B dirty, new format'),
    ('vdc', 'device, growing', 'A clean, new format, must grow'),
    ('vdd', 'ntfs3, clean', 'A clean, new format'),
    ('vde', 'ntfs3, dirty', 'B dirty, new format'),
    ('vdf', 'ntfs3, growing', 'A clean, new format, must grow'),
    ('vdg', 'ntfs3, no logs', None),
    ('vdh', 'ntfs-3g, clean', 'A clean, new format'),
    ('vdi', 'ntfs-3g, dirty', 'B dirty, new format'),
    ('vdj', 'ntfs-3g, no logs', None),
]
FEWEST_STATES = 400
SAMPLES = 40  # of the subsets between two flushes
CONFIG = 'Windows/System32/config'
OLD_FILES = ('SYSTEM', 'SYSTEM.LOG1', 'SYSTEM.LOG2')
COLUMNS = ('old', 'new', 'undo', 'chkdsk', 'torn record', 'PROBLEM')


def make_disks(nlafix, source_dir, folder):
    """{disk: image}"""
    maker = _image.Maker(nlafix, source_dir)
    hives = folder / 'hives'
    hives.mkdir()
    _guest.run(nlafix.parent.parent / 'tests' / 'write_log_first_hives', hives)
    images = {}
    for disk, _, hive in DISKS:
        images[disk] = folder / (disk + '.img')
        if hive:
            logs = ['%s/%s=%s' % (CONFIG, path.name, path) for path in sorted((hives / hive).glob('SYSTEM.*'))]
            maker.volume(images[disk], hive=hives / hive / 'SYSTEM', file=logs)
        else:
            maker.volume(images[disk], hive=maker.hive('win10-missing-both'))
    return images


def logs_of(files):
    return [files[name] for name in files if re.fullmatch(r'SYSTEM\.LOG\d', name)]


class Judge:
    """Judges the states of one recording."""

    def __init__(self, nlafix, folder, before, after, backup):
        self.nlafix, self.folder, self.before, self.backup = nlafix, folder, before, backup
        self.threads = threading.local()
        self.old, self.new = (_replayer.recovered_bins(*self._hive_of(self._image(content)))
                              for content in (before, after))
        assert self.old and self.new and self.old != self.new

    def _image(self, content):
        if not hasattr(self.threads, 'folder'):
            self.threads.folder = self.folder / ('thread-%d' % threading.get_ident())
            self.threads.folder.mkdir()
        path = self.threads.folder / 'state.img'
        path.write_bytes(content)
        return path

    def _files(self, image):
        """{name: content} of the hive's folder; None where the volume does not open."""
        listed = subprocess.run([_image.find_tool('ntfsls'), '-f', '-p', CONFIG, image], stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True)
        if listed.returncode != 0:
            return None
        names = [name for name in listed.stdout.split() if name.startswith('SYSTEM')]
        # A new file whose name has reached the disk before its record has: only a backup may be one.
        return {name: content for name, content in ((name, self._content(image, name)) for name in names)
                if content is not None or name in OLD_FILES}

    def _content(self, image, name):
        ended = subprocess.run([_image.find_tool('ntfscat'), '-f', image, CONFIG + '/' + name],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return ended.stdout if ended.returncode == 0 else None

    def _hive_of(self, image):
        files = self._files(image)
        return files['SYSTEM'], logs_of(files)

    def __call__(self, kind_and_state):
        """One of COLUMNS, and a reason where it is the last one."""
        kind, state = kind_and_state
        image = self._image(b'')
        _recording.write_state(image, self.before, state)
        said = self._run('check', image)
        files, column = self._files(image), None
        if files is None:
            # What Windows does before it opens such a volume.
            subprocess.run([_image.find_tool('ntfsfix'), image], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            files, column = self._files(image), 'chkdsk'
        if not files or files.get('SYSTEM') is None or None in files.values():
            problem = self._lie(None, said) or (kind != 'torn' and 'the hive cannot be opened, and no write was torn')
            return ('PROBLEM', problem) if problem else ('torn record', None)
        bins = _replayer.recovered_bins(files['SYSTEM'], logs_of(files))
        truth = 'old' if bins == self.old else 'new' if bins == self.new else 'undo'
        problem = (self._lie(truth, said) or self._other_replayer(files, truth) or
                   self._way_back(image, files))
        return ('PROBLEM', '%s, %s: %s' % (kind, truth, problem)) if problem else (column or truth, None)

    def _run(self, *words):
        ended = subprocess.run([self.nlafix, words[0], '--json', *words[1:]], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        return json.loads(ended.stdout.splitlines()[0])

    def _lie(self, truth, said):
        """What check says about the hive must be so, and it may refuse to say."""
        expected = {0: 'new', 1: 'old'}.get(said['exit_code'])
        if expected and expected != truth:
            return 'check says %s' % said['status']
        if not expected and said['exit_code'] not in (3, 5, 6):
            return 'check ends with %d: %s' % (said['exit_code'], said['error'])
        return None

    def _lay_out(self, files):
        folder = self.threads.folder / 'config'
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return folder

    def _other_replayer(self, files, truth):
        """nlafix recover must come to the same."""
        hive = {name: content for name, content in files.items() if re.fullmatch(r'SYSTEM(\.LOG\d)?', name)}
        folder = self._lay_out(hive)
        said = self._run('recover', folder / 'SYSTEM', '-o', folder / 'OUT')
        if said['exit_code'] != 0:
            return None if truth == 'undo' else 'recover ends with %d: %s' % (said['exit_code'], said['error'])
        bins = _replayer.recovered_bins((folder / 'OUT').read_bytes(), [])
        return None if bins == {'old': self.old, 'new': self.new}.get(truth) else 'the two replayers differ'

    def _way_back(self, image, files):
        """undo gives the old hive back: on the disk, or, of a hive that was mounted, where its volume is mounted."""
        target = self._lay_out(files) / 'SYSTEM' if self.backup.name.startswith('SYSTEM') else image
        for state in ('logging', 'writing', 'written'):
            said = self._run('undo', '--target', target, self._backup_as_it_was(state))
            if said['exit_code'] == 0:
                break
        else:
            return 'undo ends with %d: %s' % (said['exit_code'], said['error'])
        if target is image:
            hive = self._hive_of(image)
        else:
            hive = target.read_bytes(), [path.read_bytes() for path in target.parent.glob('SYSTEM.LOG?')]
        return None if _replayer.recovered_bins(*hive) == self.old else 'undo does not give the old hive back'

    def _backup_as_it_was(self, state):
        """When the power was cut the manifest said what was under way."""
        folder = self.threads.folder / 'backup'
        folder.mkdir(exist_ok=True)
        copy = folder / self.backup.name
        shutil.copyfile(self.backup, copy)
        manifest, count = re.subn(rb'"state":"written"', b'"state":"%s"' % state.encode(),
                                  self.backup.with_suffix('.json').read_bytes(), count=1)
        assert count == 1
        copy.with_suffix('.json').write_bytes(manifest)
        return copy


def judge_recording(nlafix, folder, disk, before, image, log, backup):
    """{column: count} and the problems."""
    place = folder / disk
    place.mkdir()
    judge = Judge(nlafix, place, before, image.read_bytes(), backup)
    counts, problems = dict.fromkeys(COLUMNS, 0), []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for column, problem in pool.map(judge, _recording.states(before, log, SAMPLES)):
            counts[column] += 1
            if problem:
                problems.append('%s: %s' % (disk, problem))
    shutil.rmtree(place)
    return counts, problems


def main():
    nlafix, source_dir = program.arguments()
    with program.Folder(fast=True) as folder:
        guest = _guest.Guest(source_dir, folder)
        images = make_disks(nlafix, source_dir, folder)
        before = {disk: image.read_bytes() for disk, image in images.items()}
        backups = folder / 'backups.img'
        _image.empty_disk(backups, 4 * _image.MIB)
        logs = {disk: folder / (disk + '.log') for disk in images}
        words = [word for number, disk in enumerate(images)
                 for word in _recording.recorded(number, images[disk], logs[disk])]
        guest.run('power_cuts', [*words, *_guest.drives(('virtio', backups))],
                  ['/dev/%s' % disk for disk in images] + ['/dev/vdk'])
        with tarfile.open(backups) as tar:
            tar.extractall(folder / 'backups')
        problems, total = [], 0
        print('| Disk | Writes | Flushes | States | %s |' % ' | '.join(COLUMNS))
        for disk, what, _ in DISKS:
            backup, = [*(folder / 'backups').glob(disk + '.*.bak'), *(folder / 'backups' / disk).glob('*.bak')]
            counts, found = judge_recording(guest.nlafix, folder, disk, before[disk], images[disk], logs[disk],
                                            backup)
            epochs = _recording.epochs_of(logs[disk])
            print('| %s | %d | %d | %s |' % (what, sum(map(len, epochs)), len(epochs), ' | '.join(
                str(count) for count in [sum(counts.values()), *counts.values()])), flush=True)
            problems += found
            total += sum(counts.values())
        assert not problems, '%d problems\n%s' % (len(problems), '\n'.join(problems[:20]))
        assert total >= FEWEST_STATES, 'only %d states' % total
        print('%d states' % total)


main()
