# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Python tests share: the arguments they get, running nlafix, judging its JSON reports.

Standard library and jsonschema only."""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    jsonschema = None

# Some of what the tests compare with lies where the PATH of a user does not go: reged, mkntfs.
os.environ['PATH'] = os.environ.get('PATH', os.defpath) + ':/usr/sbin:/sbin'

SKIPPED = 77
JSON_START = '{"schema":"nlafix.'

# The statuses of the design, without 2 (a test that gives wrong options says so itself).
OUTCOMES = {0, 1, 3, 4, 5, 6, 7, 130}

# Which status an error's code stands for.
STATUS_OF_CODE = {
    'dirty-without-logs': 3, 'dirty-logs-unusable': 3, 'hibernated': 3, 'read-only': 3,
    'in-use': 3, 'link-leads-out': 3, 'unsafe-sibling-value': 3, 'hivex-refused': 3,
    'verification-failed': 3, 'no-iconv': 3, 'parser-stopped': 3, 'backup-in-memory': 3, 'interrupted-write': 3,
    'hive-changed': 3, 'is-a-backup': 2, 'several-backups': 3, 'untrusted-backup': 3, 'no-backup': 4,
    'sequence-exhausted': 3, 'output-exists': 3, 'unclean-volume': 3,
    'unsuitable-file': 3, 'unreadable-file': 3,
    'format-ambiguous': 3, 'untrusted-references': 3, 'no-image-support': 3, 'pool-member': 3,
    'bitlocker': 3,
    'no-such-file': 4, 'not-a-hive': 4, 'no-windows': 4, 'several-windows': 4,
    'no-such-partition': 4,
    'no-such-control-set': 4, 'no-such-key': 4, 'no-such-value': 4,
    'malformed-hive': 5, 'unsupported-version': 5, 'malformed-value': 5, 'list-too-long': 5, 'malformed-backup': 5,
    'malformed-volume': 5,
    'malformed-disk': 5,
    'io-error': 6, 'no-permission': 6, 'no-room': 6, 'no-backup-folder': 6,
    'no-memory': 6,
    'unconfirmed-write': 7, 'interrupted': 130,
}


def skip(reason):
    """Ends the test: it cannot run here."""
    print('skipped: ' + reason)
    sys.exit(SKIPPED)


def skip_unless_ci(reason):
    """For what continuous integration always has: there a skip would hide that nothing ran."""
    if os.environ.get('NLAFIX_CI') == '1':
        sys.exit('this has to run under NLAFIX_CI=1, but: ' + reason)
    skip(reason)


def arguments():
    """--nlafix and --source-dir, as absolute paths."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--nlafix', type=pathlib.Path, required=True)
    parser.add_argument('--source-dir', type=pathlib.Path, required=True)
    given = parser.parse_args()
    return given.nlafix.resolve(), given.source_dir.resolve()


def versioned_tool(name, version):
    """The name by which the tool `name` of that major version runs. Skips the test where another version
    is all there is, for each judges differently."""
    found = None
    for candidate in (name + '-' + version, name):
        if not shutil.which(candidate):
            continue
        found = subprocess.run([candidate, '--version'], stdout=subprocess.PIPE, check=True).stdout.decode()
        if re.search(r'version %s\.' % version, found):
            return candidate
    if found:
        skip('%s %s is wanted, and this is another version' % (name, version))
    skip_unless_ci('%s %s is missing' % (name, version))


class Reports:
    """Judges what is printed as JSON by the schemas in docs/, each of which names itself."""

    def __init__(self, source_dir):
        if jsonschema is None:
            skip_unless_ci('the Python module jsonschema is missing')
        self.validators = {}
        for path in (pathlib.Path(source_dir) / 'docs').glob('*.schema.json'):
            schema = json.loads(path.read_text())
            jsonschema.Draft202012Validator.check_schema(schema)
            self.validators[schema['title']] = jsonschema.Draft202012Validator(schema)

    def problems(self, report):
        validator = self.validators.get(report.get('schema'))
        if validator is None:
            return ['no schema in docs/ is called %s' % report.get('schema')]
        found = ['%s: %s' % ('/'.join(map(str, error.absolute_path)) or 'the report', error.message)
                 for error in validator.iter_errors(report)]
        error = report.get('error')
        if report['schema'] == 'nlafix.report/1' and error and STATUS_OF_CODE.get(error.get('code')) != report.get('exit_code'):
            found.append('the code of the error does not go with the exit_code')
        return found

    def require_valid(self, line):
        """The report on `line`. Fails the test unless it is one."""
        report = json.loads(line)
        found = self.problems(report)
        assert not found, 'the report breaks its schema:\n%s\n%s' % ('\n'.join(found), line)
        return report


def seconds_of_children():
    """Processor time of all programs that were run so far and have ended."""
    times = os.times()
    return times.children_user + times.children_system


class Result:
    def __init__(self, status, stdout, stderr, reports):
        self.status = status
        self.stdout = stdout
        self.stderr = stderr
        self.reports = reports

    @property
    def report(self):
        assert len(self.reports) == 1, 'one report expected, got %d' % len(self.reports)
        return self.reports[0]

    def __str__(self):
        return 'status %s\n%s%s' % (self.status, self.stdout, self.stderr)


class Nlafix:
    """Runs the program, always with --json, and holds every run to the contract."""

    def __init__(self, path, source_dir):
        self.path = path
        self.reports = Reports(source_dir)

    def __call__(self, command, *arguments, seconds=60, **options):
        words = [os.fspath(self.path), command, '--json', *map(os.fspath, arguments)]
        ended = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               timeout=seconds, **options)
        stdout = ended.stdout.decode('utf-8')  # JSON is UTF-8, whatever a hive or a path holds
        stderr = ended.stderr.decode('utf-8', 'backslashreplace')
        assert ended.returncode in OUTCOMES, 'status %s of %s\n%s%s' % (
            ended.returncode, words, stdout, stderr)
        reports = [self.reports.require_valid(line) for line in stdout.splitlines()]
        assert reports, 'no report from %s\n%s' % (words, stderr)
        for report in reports:
            assert report['command'] == command, report
            if report['error']:
                assert 'nlafix: error: ' in stderr and 'nlafix: hint: ' in stderr, stderr
        if len(reports) == 1:
            assert reports[0]['exit_code'] == ended.returncode, (ended.returncode, stdout)
        return Result(ended.returncode, stdout, stderr, reports)


class Folder:
    """A temporary folder, removed at the end. In memory where `fast` and the system has such one, from
    which programs run."""

    def __init__(self, fast=False):
        memory = '/dev/shm'
        fast = fast and os.access(memory, os.W_OK) and not os.statvfs(memory).f_flag & os.ST_NOEXEC
        self.place = memory if fast else None

    def __enter__(self):
        self.path = pathlib.Path(os.path.realpath(tempfile.mkdtemp(prefix='nlafix-test-',
                                                                   dir=self.place)))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def listing(folder):
    """Everything in `folder` that a run may not change: names, bytes, modes, times of change."""
    found = {}
    for path in sorted(folder.rglob('*')):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else None
        found[str(path.relative_to(folder))] = (status.st_ino, status.st_mode, status.st_mtime_ns,
                                                content)
    return found


def difference(before, after):
    """Names for a message; contents would be unreadable."""
    return sorted(name for name in before.keys() | after.keys()
                  if before.get(name) != after.get(name))
