# SPDX-License-Identifier: GPL-2.0-or-later
"""Real hives, and programs that share no code with nlafix and can judge what it did to one.

The hives are not part of the project. NLAFIX_REAL_HIVES names their folder; without it they are
looked for in ../shared/hives, seen from the project."""

import ast
import hashlib
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402

LSA = 'Control\\Lsa'
PROVIDERS = 'Control\\SecurityProviders'


def real_hives(source_dir):
    """The folder of the hives; ends the test where there is none."""
    given = os.environ.get('NLAFIX_REAL_HIVES')
    folder = pathlib.Path(given) if given else source_dir.parent / 'shared' / 'hives'
    if not (folder / 'system').is_dir():
        program.skip('no real hives: set NLAFIX_REAL_HIVES to their folder')
    return folder.resolve()


def checksum(head):
    """Of a base block: the XOR of its first 508 bytes, where two results stand for others."""
    total = 0
    for word in struct.unpack_from('<127I', head):
        total ^= word
    return {0: 1, 0xffffffff: 0xfffffffe}.get(total, total)


def as_clean(data):
    """A dirty hive's bytes with equal sequence numbers: what its logs held is given up."""
    head = bytearray(data)
    struct.pack_into('<I', head, 8, struct.unpack_from('<I', head, 4)[0])
    struct.pack_into('<I', head, 508, checksum(head))
    return bytes(head)


def require_clean_head(data):
    primary, secondary = struct.unpack_from('<II', data, 4)
    assert primary == secondary, 'sequence numbers %d and %d' % (primary, secondary)
    assert struct.unpack_from('<I', data, 508)[0] == checksum(data), 'wrong checksum'


def key_path(edit):
    return 'ControlSet%03d\\%s' % (edit['control_set'], edit['key'])


class Judges:
    """Whoever is there. Names those that are not."""

    def __init__(self, hives):
        self.hive_py = hives.parent / 'tools' / 'hive.py'
        wanted = ['regfexport', 'reged', 'reglookup', 'hivexml']
        missing = [name for name in wanted if not shutil.which(name)]
        if not self.hive_py.exists():
            missing.append(str(self.hive_py.name))
        if missing:
            program.skip_unless_ci('nobody to judge the result: %s missing' % ', '.join(missing))

    def require_planned_difference(self, before, after, edits):
        """`before` and `after` are paths; everything but `edits` has to be the same."""
        self.require_planned_by_hive_py(before, after, edits)
        self._require_by_regfexport(before, after, edits)

    def require_planned_by_hive_py(self, before, after, edits):
        ended = subprocess.run([sys.executable, self.hive_py, 'diff', before, after],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert ended.returncode == 1, 'hive.py diff: %s%s' % (ended.stdout, ended.stderr)
        *lines, _total = ended.stdout.splitlines()
        planned = {}
        for edit in edits:
            planned.setdefault('\\' + key_path(edit), []).append(edit)
        changed_values, changed_times = set(), set()
        for line in lines:
            path, _, text = line.partition('\t')
            assert path in planned, 'a key that was not planned differs: ' + line
            if text.startswith('time: '):
                changed_times.add(path)
            elif text.startswith('limits: '):
                old, new = (ast.literal_eval(part) for part in text[8:].split(' -> '))
                assert all(a <= b for a, b in zip(old, new)), 'a maximum length shrank: ' + line
            elif text.startswith('values: '):
                old, new = (ast.literal_eval(part) for part in text[8:].split(' -> '))
                created = [edit['value'] for edit in planned[path] if edit['before'] is None]
                assert created and new == old + created, 'other values, or their order: ' + line
                changed_values.update((path, name) for name in created)
            else:
                names = [edit['value'] for edit in planned[path]
                         if text.lower().startswith(repr(edit['value']).lower() + ': ')]
                assert names, 'not planned: ' + line
                changed_values.update((path, name) for name in names)
        wanted = {('\\' + key_path(edit), edit['value']) for edit in edits}
        assert changed_values == wanted, 'planned %s, found %s' % (wanted, changed_values)
        assert changed_times == set(planned), 'the time of a key was not set'

    def _require_by_regfexport(self, before, after, edits):
        old, new = (self._exported_keys(path) for path in (before, after))
        differing = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
        # The root's name differs from hive to hive.
        differing = {path.partition('\\')[2] for path in differing}
        wanted = {key_path(edit) for edit in edits}
        assert differing == wanted, 'regfexport: planned %s, found %s' % (wanted, differing)

    @staticmethod
    def _exported_keys(path):
        ended = subprocess.run(['regfexport', path], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
        assert ended.returncode == 0, 'regfexport ended with %d' % ended.returncode
        blocks = re.split(rb'^Key path: ', ended.stdout, flags=re.MULTILINE)[1:]
        assert blocks, 'regfexport found no key'
        return {block.split(b'\n', 1)[0].decode('utf-8', 'replace'): hashlib.sha1(block).digest()
                for block in blocks}

    @staticmethod
    def require_readable(hive, folder):
        """By everybody else's readers, which have to find what was added."""
        exported = folder / 'exported.reg'
        said = {}
        for command in (['reged', '-x', hive, 'HKEY_LOCAL_MACHINE\\SYSTEM', '\\', exported],
                        ['reglookup', hive], ['hivexml', hive]):
            ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            said[command[0]] = ended.stdout
            # reged says by 2 that it wrote nothing to the hive.
            assert ended.returncode in (0, 2), '%s ended with %d' % (command[0], ended.returncode)
        said['reged'] = exported.read_bytes()
        assert b'credssp.dll' in said['reged'], 'reged does not find credssp.dll'
        assert b'tspkg' in said['reglookup'] and b'credssp.dll' in said['reglookup'], 'reglookup'
        assert b'tspkg' in said['hivexml'] and b'credssp.dll' in said['hivexml'], 'hivexml'
        exported.unlink()
