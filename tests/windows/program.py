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
import program  # noqa: E402
from two_programs import BACKUP_TIME, Side, hives_of, lay_out, logs_of, require_same_files  # noqa: E402

ODD_NAME = 'tä漢 ключ'
# What every Windows has; anything else would have to be brought along.
SYSTEM_LIBRARIES = {'advapi32.dll', 'kernel32.dll', 'msvcrt.dll', 'shell32.dll'}


def names_of(source_dir):
    """{folder: hive}"""
    fixtures, real = hives_of(source_dir)
    return {'%03d %s' % (number, hive.name): hive for number, hive in enumerate(fixtures + real)}


def require_same_reports(sides, names, command):
    """Runs the command once for all of them; how many were changed."""
    ended = [side.run(command, '--json', *(side.path(name + '/SYSTEM') for name in names)) for side in sides]
    assert ended[0][0] == ended[1][0], (command, ended[0][0], ended[1][0], ended[1][2][-2000:])
    assert len(ended[0][1]) == len(ended[1][1]) == len(names), command
    for name, a, b in zip(names, ended[0][1], ended[1][1]):
        assert a == b, '%s %s:\n  %s\n  %s' % (command, name, json.dumps(a), json.dumps(b))
    return sum(report['changed'] for report in ended[0][1])


def compare(sides, names):
    for side in sides:
        for name, hive in names.items():
            (side.folder / name).mkdir()
            lay_out(hive, side.folder / name)
    began = time.time()
    require_same_reports(sides, names, 'check')
    fixed = require_same_reports(sides, names, 'fix')
    for name in names:
        # wine makes up the modes.
        require_same_files([side.folder / name for side in sides], began, 'fix ' + name, modes=False)
    require_same_reports(sides, names, 'check')
    assert fixed > len(names) / 4
    return fixed


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
    for target in ('D:\\', 'd:/', 'D:\\Windows', 'D:\\Windows\\', 'D:\\windows\\System32\\config',
                   '\\\\?\\D:\\', '\\\\?\\D:\\Windows\\'):
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
    target = windows.path('used/SYSTEM')
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


def without_disks(windows):
    """A disk image is no hive, and the answer says what to do."""
    (windows.folder / 'disk.img').write_bytes(bytes(510) + b'\x55\xaa' + bytes(1 << 20))
    status, report, err = windows.report('check', 'disk.img')
    assert status == 4 and report['error']['code'] == 'not-a-hive' and 'nlafix: hint: ' in err, (report, err)


def recover(sides, names):
    """Gives the same bytes; of how many hives."""
    dirty = [name for name, hive in names.items() if logs_of(hive)][:6]
    for name in dirty:
        ended = []
        for side in sides:
            folder = side.folder / ('recover ' + name)
            folder.mkdir()
            lay_out(names[name], folder)
            status, _, _ = side.run('recover', '--json', side.path(folder.name + '/SYSTEM'), '-o',
                                    side.path(folder.name + '/out'))
            out = folder / 'out'
            ended.append((status, out.read_bytes() if out.exists() else None))
        assert ended[0] == ended[1], name
    return len(dirty)


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
        for side in (native, windows):
            side.folder.mkdir()
        windows.run('--version')  # which makes the prefix, with remarks
        # What was built in differs.
        first_lines = {side.run('--version')[1].splitlines()[0] for side in (windows, native)}
        assert len(first_lines) == 1, first_lines
        names = names_of(given.source_dir)
        fixed = compare((native, windows), names)
        recovered = recover((native, windows), names)
        deep = '/'.join(['a folder with a long name'] * 12)
        hive, before = one_hive(windows, given.source_dir, deep)
        require_round_trip(windows, windows.path(deep + '/SYSTEM'), hive, before)
        drive(windows, given.source_dir, prefix)
        in_use(windows, given.source_dir, str(given.holder))
        without_disks(windows)
        assert not list(temporary.iterdir()), 'a private copy stayed'
    print('%d hives, %d of them fixed, %d recovered: the same as here' % (len(names), fixed, recovered))


main()
