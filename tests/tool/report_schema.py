# SPDX-License-Identifier: GPL-2.0-or-later
"""The words that a report may hold stand in three places; they have to be the same, and the schema
has to refuse what it should."""

import copy
import json
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402


def at(tree, path):
    for step in path:
        tree = tree[step]
    return tree


def without(report, *path):
    spoiled = copy.deepcopy(report)
    del at(spoiled, path[:-1])[path[-1]]
    return spoiled


def put(report, value, *path):
    spoiled = copy.deepcopy(report)
    at(spoiled, path[:-1])[path[-1]] = value
    return spoiled


def main():
    path, source_dir = program.arguments()
    schema = json.loads((source_dir / 'docs' / 'report.schema.json').read_text())
    in_schema = set(schema['$defs']['error']['properties']['code']['enum'])
    source = (source_dir / 'src' / 'base' / 'error.cpp').read_text()
    in_source = set(re.findall(r'case ErrorCode::\w+: return "([a-z-]+)"', source))
    assert in_source, 'no words found in error.cpp'
    for name, words in (('the schema', in_schema), ('the tests', set(program.STATUS_OF_CODE))):
        assert words == in_source, 'in %s or in error.cpp only: %s' % (name, words ^ in_source)

    nlafix = program.Nlafix(path, source_dir)
    needed = nlafix('check', source_dir / 'fixtures' / 'win7-missing-both.hive').report
    refused = nlafix('check', source_dir / 'fixtures' / 'refused-dirty.hive').report
    spoiled = [put(needed, 'nlafix.report/2', 'schema'), put(needed, 'fine', 'status'),
               put(needed, 0, 'exit_code'), put(needed, True, 'changed'),
               put(needed, '1', 'edits', 0, 'control_set'), put(needed, 'text', 'edits', 0, 'before'),
               put(needed, None, 'edits', 0, 'after'), put(needed, 'tape', 'target', 'kind'),
               put(needed, -1, 'hive', 'select', 'current'), put(refused, 'no', 'error', 'code'),
               put(refused, '', 'error', 'hint'), put(refused, None, 'error'),
               put(needed, refused['error'], 'error')]
    off = nlafix('check', '--strict', source_dir / 'fixtures' / 'diagnosis-several.hive').report
    with program.Folder(fast=True) as folder:
        hive = folder / 'SYSTEM'
        shutil.copy(source_dir / 'fixtures' / 'diagnosis-several.hive', hive)
        repaired = nlafix('fix', '--also', 'listener-off', hive).report
    spoiled += [put(off, 'terrible', 'findings', 0, 'severity'), put(off, [], 'findings'),
                put(off, 'Not A Code', 'findings', 0, 'code'), put(off, 3, 'exit_code'),
                put(off, '', 'verdict'), put(off, 'win12', 'windows', 'generation'),
                put(off, None, 'findings', 0, 'control_set'), put(off, 'undo', 'command'),
                put(off, 'maybe', 'looked_at', 0, 'state'),
                put(repaired, '1', 'edits', 0, 'after'), put(repaired, 'tspkg', 'edits', 0, 'added'),
                without(repaired, 'edits', 0, 'repairs'),
                put(needed, 'listener-off', 'edits', 0, 'repairs'),
                without(off, 'findings', 0, 'stock'), without(off, 'looked_at', 0, 'overridden_by')]
    for report, above in ((needed, ()), (needed, ('target',)), (needed, ('hive',)),
                          (needed, ('hive', 'select')), (needed, ('edits', 0)),
                          (refused, ('error',))):
        spoiled += [without(report, *above, field) for field in at(report, above)]
    for report in spoiled:
        assert nlafix.reports.problems(report), 'the schema accepts %s' % json.dumps(report)
    # Fields may be added.
    assert not nlafix.reports.problems(put(needed, 1, 'new')), 'a new field is refused'
    print('%d words, %d spoiled reports' % (len(in_source), len(spoiled)))


main()
