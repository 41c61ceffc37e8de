# SPDX-License-Identifier: GPL-2.0-or-later
"""The complete nlafix.exe under wine does what the program of this machine does: the same reports, and
hives that differ in the time of the edit alone; on drives, odd names, long paths and files in use."""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
sys.path.insert(0, os.path.join(HERE, '..', 'real'))
import edit_time  # noqa: E402
import program  # noqa: E402
import _judges  # noqa: E402

ODD_NAME = 'tä漢 ключ'
BACKUP_TIME = re.compile(r'\.nlafix-\d{8}T\d{6}Z')
# What every Windows has; anything else would have to be brought along.
SYSTEM_LIBRARIES = {'advapi32.dll', 'kernel32.dll', 'msvcrt.dll', 'shell32.dll'}


class Side:
    """One of the two programs, with its hives in a folder."""

    def __init__(self, words, folder, shown, environment, reports):
        self.words, self.folder, self.shown = words, folder, shown
        self.environment, self.reports = environment, reports
        folder.mkdir()

    def path(self, name):
        return self.shown + name

    def start(self, words, **more):
        return subprocess.Popen([*self.words, *words], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=self.environment, **more)

    def run(self, *words):
        """(exit status, reports without what differs by nature, standard error)"""
        process = self.start(words)
        out, err = (part.decode('utf-8') for part in process.communicate(timeout=600))
        if '--json' not in words:
            return process.returncode, out, err
        lines = [line for line in out.splitlines() if line.startswith(program.REPORT_START)]
        found = [self._same_anywhere(self.reports.require_valid(line)) for line in lines]
        return process.returncode, found, err

    def _same_anywhere(self, value):
        if isinstance(value, dict):
            return {key: self._same_anywhere(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._same_anywhere(part) for part in value]
        if isinstance(value, str):
            value = re.sub(re.escape(self.shown) + r'[^"\'\n]*',
                           lambda found: '<dir>/' + found[0][len(self.shown):].replace('\\', '/'), value)
            value = value.replace('"<dir>', "'<dir>") if '"<dir>' in value else value
            return BACKUP_TIME.sub('.nlafix-<time>', value)
        return value


def hives_of(source_dir):
    """{name: hive}; beside each may lie its logs."""
    found = {path.stem: path for path in sorted((source_dir / 'fixtures').glob('*.hive'))}
    try:
        folder = _judges.real_hives(source_dir)
    except SystemExit:
        return found
    for part in ('system', 'dirty', 'malformed'):
        for path in sorted((folder / part).rglob('*')):
            if path.is_file() and '.LOG' not in path.name:
                found[re.sub(r'[^\w.-]', '_', str(path.relative_to(folder)))] = path
    return found


def lay_out(hives, folder):
    for name, hive in hives.items():
        (folder / name).mkdir()
        shutil.copyfile(hive, folder / name / 'SYSTEM')
        for log in hive.parent.glob(hive.name + '.LOG*'):
            shutil.copyfile(log, folder / name / ('SYSTEM' + log.name[len(hive.name):]))


def require_same_files(native, windows, hives, began):
    first, last = edit_time.window(began)
    for name in hives:
        files = [{BACKUP_TIME.sub('', path.name): path for path in (side.folder / name).iterdir()}
                 for side in (native, windows)]
        assert files[0].keys() == files[1].keys(), (name, files)
        for file in files[0]:
            a, b = (side[file].read_bytes() for side in files)
            if a == b or file.endswith('.json'):
                continue
            assert file == 'SYSTEM', '%s/%s differs' % (name, file)
            assert edit_time.without(a, first, last) == edit_time.without(b, first, last), (
                'the hives of %s differ in more than their time' % name)


def require_same_reports(native, windows, hives, command):
    targets = [list(map(side.path, (name + '/SYSTEM' for name in hives))) for side in (native, windows)]
    targets[1] = [target.replace('/', '\\') for target in targets[1]]
    ended = [side.run(command, '--json', *part) for side, part in zip((native, windows), targets)]
    assert ended[0][0] == ended[1][0], (command, ended[0][0], ended[1][0], ended[1][2][-2000:])
    assert len(ended[0][1]) == len(ended[1][1]) == len(hives), command
    for name, a, b in zip(hives, ended[0][1], ended[1][1]):
        assert a == b, '%s %s:\n  %s\n  %s' % (command, name, json.dumps(a), json.dumps(b))
    return sum(report['changed'] for report in ended[0][1])


def compare(native, windows, source_dir):
    hives = hives_of(source_dir)
    for side in (native, windows):
        lay_out(hives, side.folder)
    began = time.time()
    require_same_reports(native, windows, hives, 'check')
    fixed = require_same_reports(native, windows, hives, 'fix')
    require_same_files(native, windows, hives, began)
    require_same_reports(native, windows, hives, 'check')
    assert fixed > len(hives) / 4
    return len(hives), fixed


def one_hive(windows, source_dir, name):
    """A folder with a hive to be fixed; what lies in it."""
    folder = windows.folder / name
    folder.mkdir(parents=True)
    hive = folder / 'SYSTEM'
    shutil.copyfile(source_dir / 'fixtures' / 'xp-missing-both.hive', hive)
    return hive, hive.read_bytes()


def require_round_trip(windows, target, hive, before):
    """check, fix, check, undo."""
    assert windows.run('check', '-q', target)[0] == 1
    status, (report,), err = windows.run('fix', '--json', target)
    assert status == 0 and report['status'] == 'fixed', (report, err)
    assert windows.run('check', '-q', target)[0] == 0
    backup, = hive.parent.glob('*.bak')
    undone = windows.run('undo', target.removesuffix(hive.name) + backup.name)
    assert undone[0] == 0 and hive.read_bytes() == before, undone


def drive(windows, source_dir, prefix):
    """D:\\ is a TARGET, in whatever case its folders are written."""
    disk = windows.folder / 'disk'
    hive, before = one_hive(windows, source_dir, 'disk/WINDOWS/system32/Config')
    (prefix / 'dosdevices' / 'd:').symlink_to(disk)
    for target in ('D:\\', 'd:/', 'D:\\Windows', 'D:\\Windows\\', 'D:\\windows\\System32\\config'):
        status, (report,), err = windows.run('check', '--json', target)
        assert status == 1 and report['target']['hive'].lower() == 'd:\\windows\\system32\\config\\system', (
            target, report, err)
    status, (report,), err = windows.run('fix', '--json', 'D:\\')
    assert status == 0 and report['status'] == 'fixed', err
    backup, = hive.parent.glob('*.bak')
    assert windows.run('undo', report['backup']['path'].replace('.nlafix-<time>', BACKUP_TIME.search(
        backup.name)[0]))[0] == 0
    assert hive.read_bytes() == before


def in_use(windows, source_dir, holder):
    """As that of the Windows that runs is, or one that `reg load` took."""
    hive, before = one_hive(windows, source_dir, 'used')
    target = windows.path('used\\SYSTEM')
    with subprocess.Popen([*windows.words[:-1], holder, target], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, env=windows.environment) as process:
        assert process.stdout.readline().strip() == b'held'
        for command in ('check', 'fix'):
            status, (report,), err = windows.run(command, '--json', target)
            assert status == 3 and report['error']['code'] == 'in-use', report
            assert 'nlafix: hint: ' in err, err
        process.stdin.close()
        process.wait(timeout=60)
    assert hive.read_bytes() == before and len(list(hive.parent.iterdir())) == 1
    assert windows.run('check', '-q', target)[0] == 1


def without_disks(windows, source_dir):
    """A disk image is no hive, and the answer says what to do."""
    image = windows.folder / 'disk.img'
    image.write_bytes(bytes(510) + b'\x55\xaa' + bytes(1 << 20))
    status, (report,), err = windows.run('check', '--json', windows.path('disk.img'))
    assert status in (3, 4) and 'nlafix: hint: ' in err, (report, err)


def dirty(native, windows, source_dir):
    """recover gives the same bytes."""
    count = 0
    for hive in hives_of(source_dir).values():
        if not list(hive.parent.glob(hive.name + '.LOG1')) or count == 6:
            continue
        name = 'dirty%d' % count
        outputs = []
        for side, slash in ((native, '/'), (windows, '\\')):
            folder = side.folder / name
            lay_out({name: hive}, side.folder)
            ended = side.run('recover', '--json', side.path(name + slash + 'SYSTEM'), '-o',
                             side.path(name + slash + 'out'))
            out = folder / 'out'
            outputs.append((ended[0], out.read_bytes() if out.exists() else None))
        assert outputs[0] == outputs[1], hive
        count += 1
    return count


def require_one_file(exe):
    listed = subprocess.run(['x86_64-w64-mingw32-objdump', '-p', exe], stdout=subprocess.PIPE,
                            check=True, text=True).stdout
    needed = {name.lower() for name in re.findall(r'DLL Name: (\S+)', listed)}
    assert needed and needed <= SYSTEM_LIBRARIES, needed - SYSTEM_LIBRARIES
    assert b'<activeCodePage' in exe.read_bytes(), 'no manifest'


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('--nlafix', type=pathlib.Path, required=True)
    parser.add_argument('--holder', type=pathlib.Path, required=True)
    parser.add_argument('--wine', required=True)
    parser.add_argument('--source-dir', type=pathlib.Path, required=True)
    return parser.parse_args()


def native_program(source_dir):
    given = os.environ.get('NLAFIX_NATIVE')
    for path in [pathlib.Path(given)] if given else [source_dir / 'build' / preset / 'src' / 'nlafix'
                                                     for preset in ('release', 'debug')]:
        if path.exists():
            return path.resolve()
    program.skip('nothing to compare with: build the preset release, or set NLAFIX_NATIVE')


def main():
    given = arguments()
    native_path = native_program(given.source_dir)
    reports = program.Reports(given.source_dir)
    require_one_file(given.nlafix)
    with program.Folder() as folder:
        place = folder / ODD_NAME
        place.mkdir()
        prefix = folder / 'prefix'
        temporary = place / 'tmp'
        temporary.mkdir()
        shown = 'Z:' + str(place).replace('/', '\\')
        environment = {**os.environ, 'WINEDEBUG': '-all', 'WINEPREFIX': str(prefix), 'LC_ALL': 'C.UTF-8',
                       'WINEDLLOVERRIDES': 'mscoree,mshtml=', 'TMP': shown + '\\tmp', 'TEMP': shown + '\\tmp'}
        native = Side([str(native_path)], place / 'native', str(place / 'native') + '/', os.environ, reports)
        windows = Side([given.wine, str(given.nlafix)], place / 'windows', shown + '\\windows\\',
                       environment, reports)
        windows.run('--version')  # which makes the prefix, with remarks
        assert windows.run('--version') == native.run('--version')
        count, fixed = compare(native, windows, given.source_dir)
        recovered = dirty(native, windows, given.source_dir)
        deep = '/'.join(['a folder with a long name'] * 12)
        hive, before = one_hive(windows, given.source_dir, deep)
        require_round_trip(windows, windows.path(deep.replace('/', '\\') + '\\SYSTEM'), hive, before)
        drive(windows, given.source_dir, prefix)
        in_use(windows, given.source_dir, str(given.holder))
        without_disks(windows, given.source_dir)
        assert not list(temporary.iterdir()), 'a private copy stayed'
    print('%d hives, %d of them fixed, %d recovered: the same as here' % (count, fixed, recovered))


main()
