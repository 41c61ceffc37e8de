# SPDX-License-Identifier: GPL-2.0-or-later
"""SYSTEM hives of real machines: which findings there are, with the bytes they rest on, and no other;
and each repair of --also on a real hive, judged by others."""

import os
import struct
import sys

import _judges
from _judges import program

SERVER = 'Control\\Terminal Server'
LISTENER = 'Control\\Terminal Server\\WinStations\\RDP-Tcp'

# fDenyTSConnections is REG_DWORD 01 00 00 00 in each of these: stock, and the first exception.
OFF = ('remote-desktop-off', 'blocks', SERVER, 'fDenyTSConnections', 1)
# UserAuthentication is REG_DWORD 01 00 00 00: stock on Windows 8.1 and 10, the second exception.
NLA = ('nla-required', 'note', LISTENER, 'UserAuthentication', 1)
# EnableFirewall is REG_DWORD 01 00 00 00 in all profiles; RemoteDesktop-In-TCP is on for the domain and private networks,
# and RemoteDesktop-In-TCP_1, for public ones, says Active=FALSE. The machine is in a domain.
FIREWALL = ('firewall-closed', 'note', 'Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules',
            '', 'no rule for the port is on')

# File, generation, how sure, and all findings.
CASES = [
    # No key Terminal Server; Lsa has no Security Packages.
    ('nt4-sp3.SYSTEM', 'nt4', 'guessed', []),
    # lmcompatibilitylevel 00 00 00 00 and ntlmminserversec 00 00 00 00 are stock on XP.
    ('xp-sp3.SYSTEM', 'xp', 'likely', [OFF]),
    # fDenyTSConnections 00 00 00 00, UserAuthentication 00 00 00 00; Netlogon\\Start 02 00 00 00 in the
    # domain shieldbase.local.
    ('win7-sp1-x86.SYSTEM', 'win7', 'likely', [FIREWALL]),
    ('win8.1-x64-dirty-without-logs.SYSTEM', 'win81', 'likely', [OFF, NLA]),
    ('win10-1909-x64-dirty-without-logs.SYSTEM', 'win10', 'likely', [OFF, NLA]),
    # No key RDP-Tcp, no Lsa: what is absent is no finding.
    ('win10-hand-pruned.SYSTEM', 'win10', 'likely', [OFF]),
    # No key Terminal Server.
    ('libguestfs-stub.SYSTEM', 'xp', 'likely', []),
]

# What breaks each value that has a repair, and what the repair makes of it on Windows 10.
REPAIRS = [
    ('remote-desktop-off', SERVER, 'fDenyTSConnections', 1, 0),
    ('nla-required', LISTENER, 'UserAuthentication', 1, 0),
    ('listener-off', LISTENER, 'fEnableWinStation', 0, 1),
    ('security-layer-out-of-range', LISTENER, 'SecurityLayer', 9, 2),
    ('termservice-disabled', 'Services\\TermService', 'Start', 4, 3),
    ('keyiso-disabled', 'Services\\KeyIso', 'Start', 4, 3),
    ('sessionenv-disabled', 'Services\\SessionEnv', 'Start', 4, 3),
    ('umrdpservice-disabled', 'Services\\UmRdpService', 'Start', 4, 3),
]
REPAIRED = 'win10-1909-x64-dirty-without-logs.SYSTEM'


def cell(data, offset):
    start = 4096 + offset
    size = -struct.unpack_from('<i', data, start)[0]
    return start + 4, data[start + 4:start + size]


def subkey(data, node, name):
    """The cell of a subkey, through hash leaves and an index root."""
    lists = [struct.unpack_from('<I', cell(data, node)[1], 28)[0]]
    while lists:
        content = cell(data, lists.pop())[1]
        kind, count = content[:2], struct.unpack_from('<H', content, 2)[0]
        step = 4 if kind in (b'ri', b'li') else 8
        for at in range(count):
            offset = struct.unpack_from('<I', content, 4 + step * at)[0]
            if kind == b'ri':
                lists.append(offset)
                continue
            key = cell(data, offset)[1]
            length = struct.unpack_from('<H', key, 72)[0]
            if key[76:76 + length].decode('latin-1').lower() == name.lower():
                return offset
    raise AssertionError('no key ' + name)


def with_number(data, path, name, number):
    """`data` with a REG_DWORD, whose bytes lie in the key value itself, set in place."""
    node = struct.unpack_from('<I', data, 36)[0]
    for part in ('ControlSet001\\' + path).split('\\'):
        node = subkey(data, node, part)
    key = cell(data, node)[1]
    values = cell(data, struct.unpack_from('<I', key, 40)[0])[1]
    for at in range(struct.unpack_from('<I', key, 36)[0]):
        start, value = cell(data, struct.unpack_from('<I', values, 4 * at)[0])
        length = struct.unpack_from('<H', value, 2)[0]
        if value[20:20 + length].decode('latin-1').lower() == name.lower():
            assert struct.unpack_from('<I', value, 4)[0] == 0x80000004, 'no inline REG_DWORD'
            changed = bytearray(data)
            struct.pack_into('<I', changed, start + 8, number)
            return bytes(changed)
    raise AssertionError('no value ' + name)


def require_findings(nlafix, data, folder, generation, sureness, expected):
    hive = folder / 'SYSTEM'
    hive.write_bytes(data)
    report = nlafix('check', hive).report
    windows = report['windows']
    assert (windows['generation'], windows['sureness']) == (generation, sureness), windows
    found = [tuple(finding[name] for name in ('code', 'severity', 'key', 'value', 'content'))
             for finding in report['findings']]
    assert found == expected, 'found %s, expected %s' % (found, expected)


def require_repair(nlafix, judges, data, folder, repair):
    code, key, value, broken, mended = repair
    hive = folder / 'SYSTEM'
    original = with_number(data, key, value, broken)
    hive.write_bytes(original)
    report = nlafix('check', hive).report
    assert code in [finding['code'] for finding in report['findings']], 'check does not find it'
    report = nlafix('fix', '--also', code, hive).report
    edits = [edit for edit in report['edits'] if edit['type'] == 'REG_DWORD']
    assert edits == [{'control_set': 1, 'key': key, 'value': edits[0]['value'], 'type': 'REG_DWORD',
                      'before': broken, 'after': mended, 'added': None, 'repairs': code}], edits
    backup = folder / os.path.basename(report['backup']['path'])
    judges.require_planned_by_hive_py(backup, hive, report['edits'])
    fixed = hive.read_bytes()
    _judges.require_clean_head(fixed)
    again = nlafix('fix', '--also', code, hive)
    assert again.status == 0 and not again.report['changed'] and hive.read_bytes() == fixed
    assert code not in [finding['code'] for finding in nlafix('check', hive).report['findings']]
    assert nlafix('undo', backup).status == 0
    assert hive.read_bytes() == original, 'undo did not give the original back'


def main():
    path, source_dir = program.arguments()
    hives = _judges.real_hives(source_dir) / 'system'
    nlafix = program.Nlafix(path, source_dir)
    judges = _judges.Judges(_judges.real_hives(source_dir))
    unknown = {file.name for file in hives.iterdir()} - {case[0] for case in CASES}
    if unknown:
        print('nothing is expected of: %s' % ', '.join(sorted(unknown)))
    failed = 0

    def attempt(label, examine, *arguments):
        nonlocal failed
        with program.Folder(fast=True) as folder:
            try:
                examine(nlafix, *arguments[:-1], folder, *arguments[-1])
                print('%s: as expected' % label)
            except AssertionError as error:
                failed += 1
                print('%s: FAILED: %s' % (label, error))

    for name, *expected in CASES:
        data = _judges.as_clean((hives / name).read_bytes())
        attempt(name, require_findings, data, expected)
    data = _judges.as_clean((hives / REPAIRED).read_bytes())
    for repair in REPAIRS:
        attempt('--also ' + repair[0], require_repair, judges, data, [repair])
    sys.exit(1 if failed else 0)


main()
