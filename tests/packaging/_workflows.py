# SPDX-License-Identifier: GPL-2.0-or-later
"""What a workflow of continuous integration has to be, as far as this can be said without its service."""

import re
import subprocess

import yaml

TOP_KEYS = {'name', 'run-name', 'on', 'permissions', 'env', 'defaults', 'concurrency', 'jobs'}
JOB_KEYS = {'name', 'permissions', 'needs', 'if', 'runs-on', 'environment', 'concurrency', 'outputs',
            'env', 'defaults', 'steps', 'timeout-minutes', 'strategy', 'continue-on-error',
            'container', 'services'}
STEP_KEYS = {'id', 'if', 'name', 'uses', 'run', 'working-directory', 'shell', 'with', 'env',
             'continue-on-error', 'timeout-minutes'}
SCOPES = {'actions', 'attestations', 'checks', 'contents', 'deployments', 'id-token', 'issues',
          'packages', 'pages', 'pull-requests', 'security-events', 'statuses'}
PINNED = re.compile(r'^[\w.-]+/[\w./-]+@[0-9a-f]{40}$')
USES_LINE = re.compile(r'^\s*(?:- )?uses:\s*(\S+)\s*(?:#\s*(.*?))?\s*$')
VERSION = re.compile(r'^v\d+(\.\d+){0,2}$')
SCRIPT = re.compile(r'(?:^|[\s;&|])((?:\./|\.ci/|packaging/|bench/|tools/)[\w./-]+)')
PRESET = re.compile(r'cmake\s+--(build\s+--|workflow\s+--)?preset\s+(\S+)')


class UniqueKeys(yaml.SafeLoader):
    """A key that is there twice is a mistake; YAML itself would take the last one."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError('the key %r is there twice' % key)
        return super().construct_mapping(node, deep)


def problems(text, source_dir, presets):
    """Everything that is wrong with a workflow, as sentences; `presets` is {kind: names}."""
    try:
        workflow = yaml.load(text, UniqueKeys)
    except yaml.YAMLError as error:
        return ['is no YAML: %s' % str(error).replace('\n', ' ')]
    if not isinstance(workflow, dict):
        return ['is no mapping']
    # YAML 1.1 takes the word "on" for a truth.
    workflow = {'on' if key is True else key: value for key, value in workflow.items()}
    found = ['unknown key %s' % key for key in sorted(workflow.keys() - TOP_KEYS)]
    found += ['has no %s' % key for key in ('name', 'on', 'permissions', 'jobs')
              if not workflow.get(key)]
    found += permission_problems(workflow.get('permissions'), 'the workflow')
    jobs = workflow.get('jobs') or {}
    for name, job in jobs.items():
        found += job_problems(name, job, jobs, source_dir, presets)
    return found + pin_problems(text)


def permission_problems(permissions, whose):
    if permissions is None:
        return []
    if not isinstance(permissions, dict):
        return ['%s takes all permissions at once' % whose]
    return ['%s: permission %s: %s' % (whose, scope, level) for scope, level in permissions.items()
            if scope not in SCOPES or level not in ('read', 'write', 'none')]


def job_problems(name, job, jobs, source_dir, presets):
    what = 'job %s' % name
    if not isinstance(job, dict):
        return ['%s is no mapping' % what]
    found = ['%s: unknown key %s' % (what, key) for key in sorted(job.keys() - JOB_KEYS)]
    found += ['%s has no %s' % (what, key) for key in ('runs-on', 'steps', 'timeout-minutes')
              if not job.get(key)]
    found += permission_problems(job.get('permissions'), what)
    needs = job.get('needs') or []
    found += ['%s needs %s, which is no job' % (what, other)
              for other in ([needs] if isinstance(needs, str) else needs) if other not in jobs]
    for number, step in enumerate(job.get('steps') or [], 1):
        found += ['%s, step %d: %s' % (what, number, problem)
                  for problem in step_problems(step, source_dir, presets)]
    return found


def step_problems(step, source_dir, presets):
    if not isinstance(step, dict):
        return ['is no mapping']
    found = ['unknown key %s' % key for key in sorted(step.keys() - STEP_KEYS)]
    if ('uses' in step) == ('run' in step):
        found.append('has to have one of uses and run')
    if 'uses' in step and not PINNED.match(str(step['uses'])):
        found.append('%s is not pinned to a commit' % step['uses'])
    if 'run' in step:
        found += script_problems(str(step['run']), source_dir, presets)
    return found


def script_problems(script, source_dir, presets):
    # What the service puts in before a shell sees it.
    plain = re.sub(r'\$\{\{.*?\}\}', 'x', script)
    checked = subprocess.run(['sh', '-n'], input=plain.encode(), stderr=subprocess.PIPE)
    found = []
    if checked.returncode != 0:
        found.append('the shell says ' + checked.stderr.decode().strip())
    if plain != script:
        found.append('an expression in a script is a hole: put it into env')
    for path in SCRIPT.findall(plain):
        if not (source_dir / path).is_file():
            found.append('there is no %s' % path)
        elif not (source_dir / path).stat().st_mode & 0o100:
            found.append('%s cannot be run' % path)
    for kind, preset in PRESET.findall(plain):
        kind = kind.split(' ')[0] or 'configure'
        if preset not in presets[kind]:
            found.append('there is no %s preset %s' % (kind, preset))
    return found


def pin_problems(text):
    """Beside every pinned commit a comment says which version it is, and everywhere the same one."""
    found = []
    versions = {}
    for line in text.splitlines():
        uses = USES_LINE.match(line)
        if not uses:
            continue
        action, comment = uses.groups()
        if not VERSION.match(comment or ''):
            found.append('no version beside %s' % action)
        elif versions.setdefault(action.split('@')[0], (action, comment)) != (action, comment):
            found.append('two versions of %s' % action)
    return found


def release_problems(text):
    """What a release has to bring, beyond being a workflow."""
    try:
        jobs = (yaml.load(text, UniqueKeys) or {}).get('jobs') or {}
    except yaml.YAMLError:
        return []
    for job in jobs.values():
        steps = job.get('steps') or []
        uses = [step for step in steps if 'attest-build-provenance@' in str(step.get('uses'))]
        runs = ' '.join(str(step.get('run', '')) for step in steps)
        if not uses:
            continue
        found = []
        folders = re.findall(r'packaging/(?:build|check_reproducible) (\S+)', runs)
        subjects = str((uses[0].get('with') or {}).get('subject-path')).split()
        if not folders or ['%s/*' % folders[0]] != subjects:
            found.append('the provenance is not that of the folder which packaging/ fills')
        elif 'gh release create' not in runs or folders[0] + '/*' not in runs:
            found.append('what was built, with its SHA256SUMS, is not released')
        wanted = {'contents': 'write', 'id-token': 'write', 'attestations': 'write'}
        if (job.get('permissions') or {}) != wanted:
            found.append('the permissions of the release are not %s' % wanted)
        return found
    return ['no job makes a provenance']
