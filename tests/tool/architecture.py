# SPDX-License-Identifier: GPL-2.0-or-later
"""No #include of src/ points against the direction of docs/architecture.md, and what belongs to one
folder is included nowhere else."""

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
    'hivex': {'nla', 'recovery', 'system', 'os', 'regf', 'base'},
    'verify': {'hivex', 'nla', 'recovery', 'regf', 'base'},
    'commit': {'verify', 'disk', 'os', 'base'},
    'disk': {'verify', 'os', 'base'},
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


def owners_of(header):
    """The folders that may include it; None for a standard header."""
    for name, owners in THIRD_PARTY.items():
        if header == name or (name.endswith('/') and header.startswith(name)):
            return owners
    if '.' in header or '/' in header or header in PLATFORM:
        return {'os'}
    return None


def problems_of(relative, text, used_breaks):
    folder = relative.split('/')[0]
    allowed = MAY_INCLUDE.get(folder)
    if allowed is None:
        yield 'src/%s: the table knows no such folder' % relative
        return
    for own, foreign in INCLUDE.findall(text):
        if foreign:
            owners = owners_of(foreign)
            if owners is not None and folder not in owners:
                yield 'src/%s: <%s> belongs to %s' % (relative, foreign, ', '.join(sorted(owners)))
            continue
        target = own.split('/')[0]
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
    used_breaks, found = set(), []
    for path in files:
        found += problems_of(path.relative_to(src).as_posix(), path.read_text(encoding='utf-8'),
                             used_breaks)
    found += ['"%s" in src/%s is no longer a break: take it off the list' % (header, file)
              for file, header in KNOWN_BREAKS.keys() - used_breaks]
    for file, header in sorted(used_breaks):
        print('known break: src/%s: "%s": %s' % (file, header, KNOWN_BREAKS[file, header]))
    print('\n'.join(found) or '%d files, no other break' % len(files))
    sys.exit(1 if found else 0)


main()
