# SPDX-License-Identifier: GPL-2.0-or-later
"""No #include of src/ points against the direction of docs/architecture.md, and what belongs to one
folder is included nowhere else. Nothing is allowed that no file uses."""

import re
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402

# What each folder may include besides itself. A stage knows of another only a type that one makes
# and a later one takes: that is how a wrong order does not compile.
MAY_INCLUDE = {
    'base': set(),
    'regf': {'base'},
    'os': {'base'},
    'source': {'disk', 'os', 'regf', 'base'},
    'recovery': {'regf', 'base'},
    'system': {'regf', 'base'},
    'nla': {'system', 'regf', 'base'},
    'hivex': {'nla', 'recovery', 'os', 'regf', 'base'},
    'verify': {'hivex', 'nla', 'recovery', 'regf', 'base'},
    'commit': {'verify', 'disk', 'os', 'base'},
    'disk': {'os', 'base'},
    'app': {'source', 'recovery', 'system', 'nla', 'hivex', 'verify', 'commit', 'disk', 'os', 'regf',
            'base'},
    # It renders what app reports, regf's names of types among it, and writes it to a terminal.
    'cli': {'app', 'os', 'regf', 'base'},
    'main.cpp': {'cli', 'os'},
}

# What breaks the table today, file by file, and why it is so. One that is no longer true fails the
# test, so that the list only becomes shorter.
KNOWN_BREAKS = {
    ('source/read_hive.h', 'recovery/transaction_log.h'):
        'the logs that source reads are of a type that recovery declares',
    ('commit/undo.cpp', 'regf/base_block.h'): 'an undo makes sure that both images are hives',
}

# Headers of other people, and who may include them. Standard headers of C++ have no dot and no slash.
THIRD_PARTY = {
    'hivex.h': {'hivex'},
    'iconv.h': {'hivex'},
    'fmt/': {'cli'},
    'CLI/': {'cli'},
    'nlohmann/': {'cli', 'commit'},
    'xxhash.h': {'base'},
    'ntfs-3g/': {'disk'},
    'libnbd.h': {'disk'},
    # The headers of libntfs-3g want these in front of them.
    'sys/stat.h': {'os', 'disk'},
    'sys/types.h': {'os', 'disk'},
}

# Standard headers that are a platform's business all the same.
PLATFORM = {'csignal'}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def row_of(header):
    """The row of THIRD_PARTY for it, or None."""
    for name in THIRD_PARTY:
        if header == name or (name.endswith('/') and header.startswith(name)):
            return name
    return None


def owners_of(header):
    """The folders that may include it; None for a standard header."""
    row = row_of(header)
    if row:
        return THIRD_PARTY[row]
    if '.' in header or '/' in header or header in PLATFORM:
        return {'os'}
    return None


def unused(used):
    """What the two tables allow, and no file uses."""
    allowed = {(folder, other) for folder, others in MAY_INCLUDE.items() for other in others}
    allowed |= {(folder, name) for name, folders in THIRD_PARTY.items() for folder in folders}
    for folder, other in sorted(allowed - used):
        yield 'src/%s may include "%s", and nothing there does: take it off the table' % (folder, other)


def problems_of(relative, text, used, used_breaks):
    """What is wrong with the #includes of one file. `used`: pairs of a folder and what it includes."""
    folder = relative.split('/')[0]
    allowed = MAY_INCLUDE.get(folder)
    if allowed is None:
        yield 'src/%s: the table knows no such folder' % relative
        return
    for own, foreign in INCLUDE.findall(text):
        if foreign:
            used.add((folder, row_of(foreign)))
            owners = owners_of(foreign)
            if owners is not None and folder not in owners:
                yield 'src/%s: <%s> belongs to %s' % (relative, foreign, ', '.join(sorted(owners)))
            continue
        target = own.split('/')[0]
        used.add((folder, target))
        if target == folder or target in allowed or '/' not in own:
            continue
        if (relative, own) in KNOWN_BREAKS:
            used_breaks.add((relative, own))
            continue
        yield 'src/%s: "%s" is against the direction' % (relative, own)


def main():
    _, source_dir = program.arguments()
    src = source_dir / 'src'
    files = sorted(path for path in src.rglob('*') if path.suffix in ('.h', '.cpp'))
    assert files, 'there are no sources'
    used, used_breaks, found = set(), set(), []
    for path in files:
        found += problems_of(path.relative_to(src).as_posix(), path.read_text(encoding='utf-8'),
                             used, used_breaks)
    found += unused(used)
    found += ['"%s" in src/%s is no longer a break: take it off the list' % (header, file)
              for file, header in KNOWN_BREAKS.keys() - used_breaks]
    for file, header in sorted(used_breaks):
        print('known break: src/%s: "%s": %s' % (file, header, KNOWN_BREAKS[file, header]))
    print('\n'.join(found) or '%d files, no other break' % len(files))
    sys.exit(1 if found else 0)


main()
