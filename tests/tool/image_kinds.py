# SPDX-License-Identifier: GPL-2.0-or-later
"""README.md, docs/images.md and the manual page hold the table of images as the program has it. With
--write in front of the other arguments it is written there anew."""

import os
import pathlib
import subprocess
import sys
import textwrap

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402

BEGIN = {'.md': '<!-- The table of images: tests/tool/image_kinds.py --write -->',
         '.1': '.\\" The table of images: tests/tool/image_kinds.py --write'}
END = {'.md': '<!-- end -->', '.1': '.\\" end'}


class Kind:
    def __init__(self, line):
        (self.name, self.word, self.opener, self.access, self.command,
         self.then) = line.split('\t')
        self.is_written = self.access == 'written'

    @property
    def by_nlafix(self):
        if self.opener == 'nobody':
            return 'no'
        access = 'reads and writes' if self.is_written else 'only reads'
        return access + (', through qemu-nbd' if self.opener == 'qemu-nbd' else '')


def kinds_of(nlafix):
    printer = nlafix.parent.parent / 'tests' / 'print_image_kinds'
    text = subprocess.run([printer], stdout=subprocess.PIPE, check=True).stdout.decode('utf-8')
    return [Kind(line) for line in text.splitlines()]


def listed(names):
    return ', '.join(names[:-1]) + ' and ' + names[-1]


def readme(kinds):
    opened = [kind.name for kind in kinds if kind.word]
    others = [kind.name for kind in kinds if kind.opener == 'nobody' or not kind.is_written]
    text = ('nlafix opens %s. For %s, its error names the command that converts, serves or unpacks the '
            'image: [docs/images.md](docs/images.md).' % (listed(opened), listed(others)))
    return textwrap.wrap(text, 118, break_long_words=False, break_on_hyphens=False)


def table(kinds):
    lines = ['| Image | `--format` | nlafix | Command | Then the TARGET is |', '|---|---|---|---|---|']
    for kind in kinds:
        lines.append('| %s | %s | %s | %s | %s |' % (
            kind.name, '`%s`' % kind.word if kind.word else '', kind.by_nlafix,
            '`%s`' % kind.command if kind.command else '',
            kind.then if ' ' in kind.then or not kind.then else '`%s`' % kind.then))
    return lines


def manual(kinds):
    lines = ['.Bl -tag -width 1n']
    for kind in kinds:
        lines.append('.It %s' % kind.name)
        lines.append({'no': 'Not opened by', 'only reads, through qemu-nbd': 'Only read by'}.get(
            kind.by_nlafix, 'Read and written by'))
        lines.append('.Nm .' if kind.opener != 'qemu-nbd' else '.Nm ,')
        if kind.opener == 'qemu-nbd':
            lines.append('through qemu-nbd.')
        if kind.command:
            # With the margin of the list, no line of a terminal is longer than 80 columns.
            broken = ' \\\n'.join(textwrap.wrap(kind.command, 70, break_long_words=False,
                                                break_on_hyphens=False))
            lines += ['.Bd -literal -compact', broken.replace('\\', '\\e'), '.Ed']
    return lines + ['.El']


def replaced(text, suffix, lines):
    begin, end = BEGIN[suffix] + '\n', END[suffix] + '\n'
    before, found, rest = text.partition(begin)
    old, also_found, after = rest.partition(end)
    assert found and also_found, 'the marks of the table are missing'
    return before + begin + '\n'.join(lines) + '\n' + end + after


def main():
    writes = '--write' in sys.argv
    sys.argv = [word for word in sys.argv if word != '--write']
    path, source_dir = program.arguments()
    kinds = kinds_of(path)
    wrong = []
    for name, render in (('README.md', readme), ('docs/images.md', table), ('docs/nlafix.1', manual)):
        document = source_dir / name
        text = document.read_text()
        wanted = replaced(text, pathlib.Path(name).suffix, render(kinds))
        if wanted == text:
            continue
        if writes:
            document.write_text(wanted)
        else:
            wrong.append(name)
    assert not wrong, 'not the table that the program has: %s' % ', '.join(wrong)
    print('%d kinds of images' % len(kinds))


main()
