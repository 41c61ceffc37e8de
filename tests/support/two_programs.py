# SPDX-License-Identifier: GPL-2.0-or-later
"""Two builds of nlafix do the same with the same hives."""

import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'real'))
import edit_time  # noqa: E402
import program  # noqa: E402
import _judges  # noqa: E402

BACKUP_TIME = re.compile(r'\.nlafix-\d{8}T\d{6}Z')


def hives_of(source_dir):
    """The fixtures, and the hives of Windows itself: none of those where there are none."""
    found = sorted((source_dir / 'fixtures').glob('*.hive'))
    assert found, 'there are no fixtures'
    try:
        folder = _judges.real_hives(source_dir)
    except SystemExit:
        return found, []
    return found, sorted(path for part in ('system', 'dirty', 'malformed')
                         for path in (folder / part).rglob('*')
                         if path.is_file() and '.LOG' not in path.name)


def logs_of(hive):
    return sorted(hive.parent.glob(hive.name + '.LOG*'))


def lay_out(hive, folder):
    """Copies a hive and its logs: to SYSTEM, SYSTEM.LOG1 and so on."""
    for file in [hive, *logs_of(hive)]:
        shutil.copyfile(file, folder / ('SYSTEM' + file.name[len(hive.name):]))


class Side:
    """One of the two programs, with its hives in a folder of its own."""

    def __init__(self, words, folder, shown, environment, reports):
        self.words = words              # in front of the command
        self.folder = folder            # where its hives lie, seen from here
        self.shown = shown              # the same, as the program sees it, with a separator behind
        self.environment = environment
        self.reports = reports

    def path(self, name):
        """What the program calls the file of that name (with slashes)."""
        return self.shown + name.replace('/', self.shown[-1])

    def run(self, *words):
        """(exit status, reports or standard output, standard error), all without what differs by nature."""
        ended = subprocess.run([*self.words, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=self.environment, timeout=600)
        out, err = (part.decode('utf-8') for part in (ended.stdout, ended.stderr))
        if '--json' in words:
            out = [self._same_anywhere(self.reports.require_valid(line)) for line in out.splitlines()
                   if line.startswith(program.JSON_START)]
        return ended.returncode, out, self._same_anywhere(err)

    def report(self, command, name):
        """The same for one file of its folder, with its one report."""
        status, reports, errors = self.run(command, '--json', self.path(name))
        assert len(reports) == 1, '%s of %s: %d reports\n%s' % (command, name, len(reports), errors)
        return status, reports[0], errors

    def _same_anywhere(self, value):
        if isinstance(value, dict):
            return {key: self._same_anywhere(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._same_anywhere(part) for part in value]
        if not isinstance(value, str):
            return value
        # Shells want different quotes, and systems different separators.
        value = re.sub(r'(["\']?)%s([^"\'\n]*)\1' % re.escape(self.shown),
                       lambda found: '<dir>/' + found[2].replace('\\', '/'), value)
        return BACKUP_TIME.sub('.nlafix-<time>', value)


def require_same(ended, what):
    """`ended`: what Side.report() gave on the two sides."""
    for name, a, b in zip(('exit status', 'report', 'standard error'), *ended):
        assert a == b, '%s: %s:\n  %s\n  %s' % (what, name, a, b)


def require_same_files(folders, began, what, modes=True):
    """The two folders hold the same but for the times of edits since `began`: in a hive, and in the names
    of backups. A manifest has hashes of hives that differ in their time, so its name and mode alone count."""
    files = [{BACKUP_TIME.sub('.nlafix-<time>', path.name): path for path in folder.iterdir()}
             for folder in folders]
    assert files[0].keys() == files[1].keys(), '%s left %s and %s' % (what, sorted(files[0]), sorted(files[1]))
    window = edit_time.window(began)
    for name in files[0]:
        a, b = (side[name] for side in files)
        assert not modes or a.stat().st_mode == b.stat().st_mode, '%s: the modes of %s differ' % (what, name)
        a, b = a.read_bytes(), b.read_bytes()
        if a != b and not name.endswith('.json'):
            assert name == 'SYSTEM', '%s: %s differs' % (what, name)
            assert edit_time.without(a, *window) == edit_time.without(b, *window), \
                '%s: the hives differ in more than their time' % what
