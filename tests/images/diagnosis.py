# SPDX-License-Identifier: GPL-2.0-or-later
"""The diagnosis of a Windows on a disk: SOFTWARE is read from its volume, and --also writes to it."""

import subprocess
import sys

import _image
import program

SOFTWARE = '/Windows/System32/config/SOFTWARE'


def image_with(maker, folder, system, software):
    """A volume without a partition table, with both hives; a log of SOFTWARE where there is one."""
    image = folder / 'server.img'
    _image.empty_disk(image, _image.VOLUME_BYTES)
    files = ['%s=%s' % (SOFTWARE, maker.hive(software))]
    log = maker.fixtures / (software + '.hive.LOG1')
    if log.exists():
        files.append('%s.LOG1=%s' % (SOFTWARE, log))
    maker.volume(image, hive=maker.hive(system), file=files)
    return image


def codes_of(found):
    return [finding['code'] for finding in found.report['findings']]


def names_windows(nlafix, maker, folder):
    found = nlafix('check', image_with(maker, folder, 'win10-healthy', 'software-server-2019'))
    assert found.status == 0, found
    windows = found.report['windows']
    assert windows['sureness'] == 'certain' and windows['build'] == '17763', windows
    assert codes_of(found) == ['nla-required'], found


def policy_counts(nlafix, maker, folder):
    image = image_with(maker, folder, 'diagnosis-remote-desktop-off', 'software-policy-on')
    found = nlafix('check', '--strict', image)
    assert found.status == 0, 'the policy has it on: %s' % found
    assert found.report['findings'][0]['overridden_by'], found


def dirty_software(nlafix, maker, folder):
    found = nlafix('check', '--strict', image_with(maker, folder, 'win10-healthy', 'software-dirty'))
    assert found.status == 1 and found.report['status'] == 'blocked', found
    assert codes_of(found)[0] == 'policy-remote-desktop-off', found


def not_a_hive(nlafix, maker, folder):
    found = nlafix('check', image_with(maker, folder, 'win10-healthy', 'nothing-signature'))
    assert found.status == 0 and found.report['windows']['sureness'] == 'guessed', found
    assert any('SOFTWARE' in warning for warning in found.report['warnings']), found


def other_evidence(nlafix, maker, folder):
    """SECURITY, and files: all that this Windows needs but tspkg.dll, in another case."""
    make_case = maker.builder.parent / 'make_case'
    config, files = '/Windows/System32/config/', []
    nobody = ['Policy\\Accounts\\S-1-5-32-%d\\ActSysAc||none:00000000' % rid for rid in (544, 555)]
    for name, kind, edits in (('SYSTEM', 'win10', ['CCS\\Control\\Lsa|Security Packages|msz:""']),
                              ('SECURITY', 'security', nobody), ('SAM', 'sam', [])):
        subprocess.run([make_case, kind, folder / name, *edits], check=True)
        if name != 'SYSTEM':
            files.append('%s%s=%s' % (config, name, folder / name))
    (folder / 'file').write_bytes(b'x' * 5000)
    for name in ('ntdll.dll', 'TermSrv.dll', 'svchost.exe', 'lsasrv.dll', 'schannel.dll',
                 'credssp.dll', 'rdpcorets.dll', 'drivers/tcpip.sys'):
        files.append('/Windows/System32/%s=%s' % (name, folder / 'file'))
    image = folder / 'server.img'
    _image.empty_disk(image, _image.VOLUME_BYTES)
    maker.volume(image, hive=folder / 'SYSTEM', file=files)
    before = image.read_bytes()
    found = nlafix('fix', image)
    assert found.status == 0 and not found.report['edits'], found
    assert codes_of(found)[:2] == ['file-missing', 'no-remote-right'], found
    assert 'tspkg.dll' in found.report['findings'][0]['says'], found
    assert 'local-administrators' in codes_of(found), found
    assert image.read_bytes() == before
    assert nlafix('check', '--strict', image).status == 1
    assert nlafix('fix', '--add-tspkg-anyway', image).report['status'] == 'fixed'


def keys_of_the_machine(nlafix, maker, folder):
    """Beside the folder of Windows: MachineKeys that the service may not use, and one that is gone."""
    subprocess.run([maker.builder.parent / 'make_case', 'win10', folder / 'SYSTEM'], check=True)
    (folder / 'file').write_bytes(b'x')
    image = folder / 'server.img'
    for name, says in (('MachineKeys', 'may not use'), ('S-1-5-18', 'is gone')):
        _image.empty_disk(image, _image.VOLUME_BYTES)
        key = 'ProgramData/Microsoft/Crypto/RSA/%s/key=%s' % (name, folder / 'file')
        maker.volume(image, hive=folder / 'SYSTEM', file=[key, '/Windows/System32/ntdll.dll=%s' % (folder / 'file')])
        found = nlafix('check', image)
        finding, = (one for one in found.report['findings'] if one['code'] == 'machinekeys-rights')
        assert finding['severity'] == 'may-block' and says in finding['says'], found


def repair(nlafix, maker, folder):
    image = image_with(maker, folder, 'diagnosis-several', 'software-server-2019')
    before = image.read_bytes()
    fixed = nlafix('fix', '--also', 'termservice-disabled', '--also', 'listener-off', image)
    assert fixed.status == 0 and fixed.report['verified'], fixed
    assert [edit['repairs'] for edit in fixed.report['edits']] == [
        'listener-off', 'termservice-disabled'], fixed
    assert codes_of(nlafix('check', image)) == ['remote-desktop-off', 'nla-required']
    assert nlafix('undo', _image.only_backup(folder, image.name)).status == 0
    assert image.read_bytes() == before, 'undo did not give the disk back'


def main():
    path, source_dir = program.arguments()
    maker = _image.Maker(path, source_dir)
    nlafix = program.Nlafix(path, source_dir)
    for examine in (names_windows, policy_counts, dirty_software, not_a_hive, other_evidence,
                    keys_of_the_machine, repair):
        with program.Folder(fast=True) as folder:
            examine(nlafix, maker, folder)
        print(examine.__name__)
    sys.exit(0)


main()
