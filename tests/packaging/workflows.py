# SPDX-License-Identifier: GPL-2.0-or-later
"""The workflows in .github are what their service takes, pin what they use, and name only what is there;
and a workflow that is spoilt in any of these ways is found out. actionlint is asked where it is."""

import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
import program  # noqa: E402

try:
    import _workflows
except ImportError as error:
    program.skip_unless_ci('the Python module yaml is missing: %s' % error)

# What is put in place of what, and a part of the sentence that has to be said then.
SPOILT_TEST = [
    ('permissions:\n  contents: read\n', '', 'has no permissions'),
    ('permissions:\n  contents: read\n', 'permissions: write-all\n', 'all permissions at once'),
    ('contents: read', 'content: read', 'permission content'),
    ('contents: read', 'contents: all', 'permission contents: all'),
    ('jobs:\n', 'job:\n', 'unknown key job'),
    ('jobs:\n', 'jobs:\n  debian:\n    runs-on: x\n', 'is there twice'),
    ('jobs:\n', 'jobs:\n\t', 'no YAML'),
    ('    runs-on: ubuntu-24.04\n', '', 'has no runs-on'),
    ('    timeout-minutes: 60\n', '', 'has no timeout-minutes'),
    ('    timeout-minutes: 60\n', '    timeout: 60\n', 'unknown key timeout'),
    ('    timeout-minutes: 60\n', '    timeout-minutes: 60\n    needs: [nothing]\n', 'needs nothing'),
    ('    steps:\n', '    step:\n', 'has no steps'),
    ('- uses: actions/checkout@', '- use: actions/checkout@', 'one of uses and run'),
    ('11bd71901bbe5b1630ceea73d27597364c9af683', 'v4', 'is not pinned'),
    ('11bd71901bbe5b1630ceea73d27597364c9af683', '11bd719', 'is not pinned'),
    ('11bd71901bbe5b1630ceea73d27597364c9af683', 'f' * 40, 'two versions'),
    (' # v4.2.2', '', 'no version beside'),
    (' # v4.2.2', ' # the newest', 'no version beside'),
    ('- run: ./test', '- run: ./tests', 'there is no ./tests'),
    ('- run: ./test', '- run: ./README.md', 'cannot be run'),
    ('- run: ./test', '- run: if ./test; then', 'the shell says'),
    ('- run: ./test', '- run: ./test "${{ github.head_ref }}"', 'is a hole'),
    ('- run: .ci/run', '- run: .ci/go', 'there is no .ci/go'),
    ('--workflow --preset debug', '--workflow --preset static', 'no workflow preset static'),
    ('--workflow --preset debug', '--preset nothing', 'no configure preset nothing'),
]
SPOILT_RELEASE = [
    ('actions/attest-build-provenance@', 'actions/attest@', 'no job makes a provenance'),
    ('subject-path: out/*', 'subject-path: out/nlafix', 'is not that of the folder'),
    ('packaging/check_reproducible out', 'packaging/check_reproducible other', 'is not that of the folder'),
    ('"$GITHUB_REF_NAME" out/*', '"$GITHUB_REF_NAME"', 'is not released'),
    ('      id-token: write\n', '', 'permissions of the release'),
]


def preset_names(source_dir):
    presets = json.loads((source_dir / 'CMakePresets.json').read_text())
    return {kind: {preset['name'] for preset in presets[kind + 'Presets']
                   if not preset.get('hidden')}
            for kind in ('configure', 'build', 'workflow')}


def judge(name, text, source_dir, presets):
    found = _workflows.problems(text, source_dir, presets)
    return found + (_workflows.release_problems(text) if name == 'release.yml' else [])


def require_found_out(name, text, spoilt, source_dir, presets):
    for old, new, sentence in spoilt:
        assert old in text, '%s has no %r that could be spoilt' % (name, old)
        found = judge(name, text.replace(old, new, 1), source_dir, presets)
        assert any(sentence in problem for problem in found), \
            '%s with %r in place of %r: no %r in %s' % (name, new, old, sentence, found)


def main():
    _, source_dir = program.arguments()
    folder = source_dir / '.github' / 'workflows'
    texts = {path.name: path.read_text() for path in sorted(folder.glob('*.y*ml'))}
    assert {'test.yml', 'release.yml'} <= texts.keys(), sorted(texts)
    presets = preset_names(source_dir)
    for name, text in texts.items():
        found = judge(name, text, source_dir, presets)
        assert not found, '%s:\n  %s' % (name, '\n  '.join(found))
    require_found_out('test.yml', texts['test.yml'], SPOILT_TEST, source_dir, presets)
    require_found_out('release.yml', texts['release.yml'], SPOILT_RELEASE, source_dir, presets)
    if shutil.which('actionlint'):
        subprocess.run(['actionlint', *map(str, folder.glob('*.y*ml'))], check=True)
    print('%d workflows, and %d spoilt ones found out; actionlint was %s' % (
        len(texts), len(SPOILT_TEST) + len(SPOILT_RELEASE),
        'asked' if shutil.which('actionlint') else 'not there'))


main()
