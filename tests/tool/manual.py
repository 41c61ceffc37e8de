# SPDX-License-Identifier: GPL-2.0-or-later
"""The manual page, the README and --help name the same options, and the manual page is well formed."""

import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'support'))
import program  # noqa: E402

COMMANDS = ('list', 'check', 'fix', 'undo', 'recover', 'backups', 'help')
# Of every command, and named once.
COMMON = {'-h', '--help', '-V', '--version'}


def help_options(nlafix, *command):
    """{'-n': '--dry-run', '--dry-run': '-n', '--json': None, ...} of `nlafix COMMAND --help`."""
    ended = subprocess.run([nlafix, *command, '--help'], stdout=subprocess.PIPE, check=True, text=True)
    options = {}
    for names in re.findall(r'^  (-[-\w]+(?:, -[-\w]+)?)(?= |$)', ended.stdout, re.MULTILINE):
        names = names.split(', ')
        for name in names:
            options[name] = next((other for other in names if other != name), None)
    assert '--help' in options, 'no options found in the help:\n' + ended.stdout
    return options


def flags(line):
    """Options of one line of mdoc: `.It Fl n , Fl Fl dry-run`, `.Op Fl Fl color Ar WHEN`."""
    found = re.findall(r'\bFl Fl ([\w-]+)|\bFl (\w+)', line)
    return {'--' + long for long, _ in found if long} | {short for _, short in found if short}


def section(manual, name):
    return re.search(r'^\.Sh %s\n(.*?)(?=^\.Sh |\Z)' % name, manual, re.MULTILINE | re.DOTALL).group(1)


def synopsis(manual):
    """{'fix': {'-n', '--json', ...}, ...}; `Fl nqv` stands for three."""
    options = {}
    for part in section(manual, 'SYNOPSIS').split('.Nm\n')[1:]:
        command = re.search(r'^\.Cm (\w+)', part, re.MULTILINE).group(1)
        found = set()
        for line in re.findall(r'^\.(?:Op )?(.*\bFl .*)', part, re.MULTILINE):
            for name in flags(line):
                found |= {name} if name.startswith('--') else {'-' + letter for letter in name}
        # A command may be shown in more than one way.
        options.setdefault(command, set()).update(found)
    return options


def documented(manual):
    """The options of OPTIONS."""
    found = set()
    for line in re.findall(r'^\.It (.*\bFl .*)', section(manual, 'OPTIONS'), re.MULTILINE):
        found |= {name if name.startswith('--') else '-' + name for name in flags(line)}
    return found


def require_same(a, b, where):
    assert a == b, '%s: %s in one of them only' % (where, ', '.join(sorted(a ^ b)))


def require_manual_agrees(manual, helps):
    every = set().union(*helps.values(), COMMON)
    require_same(documented(manual), every, 'OPTIONS and --help')
    shown = synopsis(manual)
    require_same(set(shown), set(COMMANDS), 'SYNOPSIS and the commands')
    for command in COMMANDS:
        # The synopsis names the short one where there is one.
        wanted = {name for name, other in helps[command].items()
                  if name not in COMMON and (len(name) == 2 or other is None)}
        require_same(shown[command], wanted, 'SYNOPSIS of %s and its --help' % command)


def require_readme_agrees(readme, helps):
    """Every command line that it shows has options that there are."""
    shown = re.findall(r'nlafix (%s)\b([^`\n#;|&]*)' % '|'.join(COMMANDS), readme)
    assert shown, 'README.md shows no command'
    for command, words in shown:
        for option in re.findall(r'(?<!\S)--?[a-zA-Z][\w-]*', words):
            assert option in helps[command], 'README.md: nlafix %s has no %s' % (command, option)


def require_statuses_agree(manual, readme, nlafix):
    ended = subprocess.run([nlafix, '--help'], stdout=subprocess.PIPE, check=True, text=True)
    in_help = set(re.findall(r'^  (\d+) ', ended.stdout.partition('Exit status:')[2], re.MULTILINE))
    in_manual = set(re.findall(r'^\.It (\d+)$', section(manual, 'EXIT STATUS'), re.MULTILINE))
    require_same(in_help, in_manual, 'exit statuses of --help and manual')
    require_same({int(word) for word in in_manual}, program.OUTCOMES | {2}, 'manual and tests')
    if readme:
        in_readme = set(re.findall(r'^\| (\d+) \|', readme, re.MULTILINE))
        require_same(in_readme, in_manual, 'exit statuses of README.md and manual')


def require_fits_terminal(page):
    """A line that a terminal of 80 columns breaks cannot be pasted."""
    shown = subprocess.run(['mandoc', '-T', 'utf8', page], stdout=subprocess.PIPE, check=True)
    for line in re.sub('.\b', '', shown.stdout.decode('utf-8')).splitlines():
        assert len(line) <= 80, line


def main():
    path, source_dir = program.arguments()
    page = source_dir / 'docs' / 'nlafix.1'
    if not page.exists():
        program.skip('there is no docs/nlafix.1')
    manual = page.read_text(encoding='utf-8')
    readme_path = source_dir / 'README.md'
    readme = readme_path.read_text(encoding='utf-8') if readme_path.exists() else ''
    helps = {command: help_options(path, command) for command in COMMANDS}
    require_manual_agrees(manual, helps)
    if readme:
        require_readme_agrees(readme, helps)
    require_statuses_agree(manual, readme, path)
    if shutil.which('mandoc'):
        ended = subprocess.run(['mandoc', '-T', 'lint', '-W', 'warning', page],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert ended.returncode == 0, ended.stdout
        require_fits_terminal(page)
    else:
        print('mandoc is not here: the form of the page was not judged')
    print('%d options in %d commands' % (len(set().union(*helps.values())), len(COMMANDS)))


main()
