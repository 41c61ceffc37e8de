#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the completions of all shells anew, from what `nlafix --help` says.

  completions/make.py NLAFIX [FOLDER]

FOLDER is this one unless it is given. tests/packaging/completions.py compares: after a new option, run
this and commit what it wrote."""

import pathlib
import re
import subprocess
import sys

HEADER = 'SPDX-License-Identifier: GPL-2.0-or-later\n# Written by completions/make.py; do not edit.\n'
# What stands for a value in the help: words that its description lists, or a kind of path.
WORDS_OF = {'SET', 'WHEN', 'FMT'}
# A disk seldom has more.
PARTITIONS = [str(number) for number in range(1, 9)]
FOLDERS = {'DIR'}
FILES = {'PATH', 'OUT', 'FILE'}
OPTION = re.compile(r'^  (-[-\w]+(?:, -[-\w]+)?)(?: ([A-Z]+))?(?: {2,}(.*))?$')


class Option:
    codes = []  # of --also

    def __init__(self, names, value, description):
        self.names = names.split(', ')
        self.value = value
        self.description = description

    @property
    def words(self):
        """The values that there are, as far as they are words: "auto, always or never"."""
        if self.value == 'CODE':
            return self.codes
        if self.names == ['--partition']:
            return PARTITIONS
        if self.value not in WORDS_OF:
            return []
        listed = re.search(r'((?:[\w-]+, )+[\w-]+)(?: or |, or )([\w-]+)', self.description)
        return listed.group(1).split(', ') + ([] if listed.group(2) == 'a' else [listed.group(2)])

    @property
    def kind(self):
        """flag, words, folder, file or other."""
        if not self.value:
            return 'flag'
        if self.words:
            return 'words'
        return 'folder' if self.value in FOLDERS else 'file' if self.value in FILES else 'other'


def help_of(nlafix, *command):
    ended = subprocess.run([nlafix, *command, '--help'], stdout=subprocess.PIPE, check=True)
    return ended.stdout.decode('utf-8').splitlines()


def repairs_of(nlafix):
    """The codes of `fix --list-repairs`, each on a line of its own."""
    ended = subprocess.run([nlafix, 'fix', '--list-repairs'], stdout=subprocess.PIPE, check=True)
    return re.findall(r'^([a-z][-a-z0-9]+)$', ended.stdout.decode('utf-8'), re.MULTILINE)


def section(lines, title):
    begin = lines.index(title + ':') + 1
    return lines[begin:lines.index('', begin)]


def options_of(lines):
    options = []
    for line in section(lines, 'Options'):
        match = OPTION.match(line)
        if match:
            names, value, description = match.groups()
            options.append(Option(names, value, description or ''))
        else:  # a description that goes on
            assert line.startswith(' ' * 10), 'not understood: ' + line
            options[-1].description = (options[-1].description + ' ' + line.strip()).strip()
    return options


def commands_of(lines):
    """{name: description}"""
    commands = {}
    for line in section(lines, 'Commands'):
        match = re.match(r'^  (\S+) +(.*)$', line)
        if match:
            name, commands[name] = match.groups()
        else:
            commands[name] += ' ' + line.strip()
    return commands


class Model:
    def __init__(self, nlafix):
        Option.codes = repairs_of(nlafix)
        top = help_of(nlafix)
        self.options = options_of(top)
        self.commands = commands_of(top)
        self.options_of = {name: options_of(help_of(nlafix, name)) for name in self.commands}


def names(options):
    return ' '.join(name for option in options for name in option.names)


def bash(model):
    lines = ['# ' + HEADER, '_nlafix() {', '    local command='' word options words=''',
             '    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}',
             '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
             '        case $word in',
             '        %s) command=$word && break ;;' % ' | '.join(model.commands),
             '        esac', '    done', '    COMPREPLY=()',
             '    case $command:$previous in']
    for command, options in model.options_of.items():
        for option in options:
            pattern = ' | '.join('%s:%s' % (command, name) for name in option.names)
            if option.kind == 'words':
                lines.append('    %s) words="%s" ;;' % (pattern, ' '.join(option.words)))
            elif option.kind == 'folder':
                lines += ['    %s)' % pattern, '        compopt -o filenames',
                          '        mapfile -t COMPREPLY < <(compgen -d -- "$current")',
                          '        return', '        ;;']
            elif option.kind == 'other':
                lines.append('    %s) return ;;' % pattern)
    lines += ['    esac', '    if [[ -z $words ]]; then', '        case $command in']
    for command, options in model.options_of.items():
        lines.append('        %s) options="%s" ;;' % (command, names(options)))
    lines += ['        *) options="%s %s" ;;' % (' '.join(model.commands), names(model.options)),
              '        esac', '        if [[ $current == -* || -z $command ]]; then',
              '            words=$options', '        elif [[ $command == help ]]; then',
              '            words="%s"' % ' '.join(model.commands), '        fi', '    fi',
              '    if [[ -n $words ]]; then',
              '        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")',
              '        return', '    fi', '    compopt -o filenames', '    case $command in',
              """    undo) mapfile -t COMPREPLY < <(compgen -f -X '!*.bak' -- "$current"; compgen -d -- "$current") ;;""",
              '    backups) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;', '    esac',
              '    if [[ ${#COMPREPLY[@]} -eq 0 ]]; then',
              '        mapfile -t COMPREPLY < <(compgen -f -- "$current")', '    fi', '}',
              'complete -F _nlafix nlafix', '']
    return '\n'.join(lines)


def quoted(text):
    """For zsh, fish and PowerShell alike as far as our texts go: no quote is in them."""
    assert "'" not in text, text
    return "'" + text + "'"


def zsh_option(option):
    action = {'flag': '', 'words': ':%s:(%s)' % (option.value, ' '.join(option.words)),
              'folder': ':%s:_files -/' % option.value, 'file': ':%s:_files' % option.value,
              'other': ':%s: ' % option.value}[option.kind]
    text = re.sub(r'([\[\]:\\])', r'\\\1', option.description)
    if len(option.names) == 1:
        return quoted('%s[%s]%s' % (option.names[0], text, action))
    return '%s{%s}%s' % (quoted('(%s)' % ' '.join(option.names)), ','.join(option.names),
                         quoted('[%s]%s' % (text, action)))


def zsh(model):
    lines = ['#compdef nlafix', '# ' + HEADER, '_nlafix() {', '    local state',
             '    _arguments -C \\']
    lines += ['        %s \\' % zsh_option(option) for option in model.options]
    lines += ["        '1:command:->command' '*::target:->target'", '    case $state in',
              '    command)', '        local -a commands=(']
    lines += ['            ' + quoted('%s:%s' % (name, text.replace(':', '\\:')))
              for name, text in model.commands.items()]
    lines += ['        )', "        _describe 'command' commands", '        ;;', '    target)',
              '        case $words[1] in']
    for command, options in model.options_of.items():
        lines += ['        %s)' % command, '            _arguments \\']
        lines += ['                %s \\' % zsh_option(option) for option in options]
        lines += ["                '*:%s'" % {
            'help': 'command:(%s)' % ' '.join(model.commands), 'backups': 'folder:_files -/',
            'undo': 'backup:_files -g "*.bak"'}.get(command, 'target:_files'), '            ;;']
    lines += ['        esac', '        ;;', '    esac', '}', '_nlafix "$@"', '']
    return '\n'.join(lines)


def fish_option(option, condition):
    words = ['complete -c nlafix -n ' + quoted(condition)]
    words += ['-l ' + name[2:] if name.startswith('--') else '-s ' + name[1:] for name in option.names]
    words += {'flag': [], 'words': ['-x -a ' + quoted(' '.join(option.words))],
              'folder': ["-x -a '(__fish_complete_directories)'"], 'file': ['-r -F'],
              'other': ['-x']}[option.kind]
    return ' '.join(words + ['-d ' + quoted(option.description)])


def fish(model):
    lines = ['# ' + HEADER, "complete -c nlafix -n __fish_use_subcommand -f"]
    lines += [fish_option(option, '__fish_use_subcommand') for option in model.options]
    lines += ['complete -c nlafix -n __fish_use_subcommand -a %s -d %s' % (name, quoted(text))
              for name, text in model.commands.items()]
    for command, options in model.options_of.items():
        lines += [fish_option(option, '__fish_seen_subcommand_from ' + command) for option in options]
    lines.append('complete -c nlafix -n %s -f -a %s' % (
        quoted('__fish_seen_subcommand_from help'), quoted(' '.join(model.commands))))
    for command, offer in (('undo', '__fish_complete_suffix .bak'),
                           ('backups', '__fish_complete_directories')):
        lines.append('complete -c nlafix -n %s -k -f -a %s' % (
            quoted('__fish_seen_subcommand_from ' + command), quoted('(%s)' % offer)))
    return '\n'.join(lines + [''])


def powershell_table(entries):
    return ["        %s = %s" % (quoted(name), quoted(text)) for name, text in entries]


def powershell(model):
    lines = ['# ' + HEADER, 'Register-ArgumentCompleter -Native -CommandName nlafix, nlafix.exe -ScriptBlock {',
             '    param($word, $tree, $position)', '    $commands = [ordered]@{']
    lines += powershell_table(model.commands.items())
    lines += ['    }', '    $options = @{']
    for command, options in {'': model.options, **model.options_of}.items():
        lines.append('        %s = [ordered]@{' % quoted(command))
        lines += ['    ' + line for line in powershell_table(
            (name, option.description) for option in options for name in option.names)]
        lines.append('        }')
    lines += ['    }', '    $values = @{']
    values = {name: option.words for options in model.options_of.values() for option in options
              for name in option.names if option.words}
    lines += ['        %s = @(%s)' % (quoted(name), ', '.join(map(quoted, words)))
              for name, words in values.items()]
    lines += ['    }',
              '    $given = @($tree.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })',
              "    if ($word -ne '' -and $given.Count -gt 0) {",
              '        $given = @($given | Select-Object -SkipLast 1)', '    }',
              '    $command = @($given | Where-Object { $commands.Contains($_) })[0]',
              '    $before = $given | Select-Object -Last 1',
              '    $found = [ordered]@{}',
              '    if ($before -and $values.ContainsKey($before)) {',
              '        $values[$before] | ForEach-Object { $found[$_] = $_ }',
              "    } elseif ($command -eq 'help' -and $word -notlike '-*') {",
              '        $commands.GetEnumerator() | ForEach-Object { $found[$_.Key] = $_.Value }',
              '    } elseif (-not $command) {',
              '        $commands.GetEnumerator() | ForEach-Object { $found[$_.Key] = $_.Value }',
              "        $options[''].GetEnumerator() | ForEach-Object { $found[$_.Key] = $_.Value }",
              "    } elseif ($word -like '-*') {",
              '        $options[$command].GetEnumerator() | ForEach-Object { $found[$_.Key] = $_.Value }',
              '    }',
              '    $found.GetEnumerator() | Where-Object { $_.Key -clike "$word*" } | ForEach-Object {',
              "        [System.Management.Automation.CompletionResult]::new($_.Key, $_.Key, 'ParameterValue', $_.Value)",
              '    }', '}', '']
    return '\n'.join(lines)


FILES_OF = {'nlafix.bash': bash, '_nlafix': zsh, 'nlafix.fish': fish, 'nlafix.ps1': powershell}


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    own = pathlib.Path(__file__).resolve().parent
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else own
    model = Model(sys.argv[1])
    for name, make in FILES_OF.items():
        (folder / name).write_text(make(model), encoding='utf-8')


if __name__ == '__main__':
    main()
