# SPDX-License-Identifier: GPL-2.0-or-later
# Written by completions/make.py; do not edit.

Register-ArgumentCompleter -Native -CommandName nlafix, nlafix.exe -ScriptBlock {
    param($word, $tree, $position)
    $commands = [ordered]@{
        'list' = 'Read-only: show every disk and volume, where Windows is, what to type next'
        'check' = 'Read-only: say whether the two entries are there, and what else refuses logins'
        'fix' = 'Add what is missing, verified, with a backup'
        'undo' = 'Put back what a fix replaced'
        'recover' = 'Write a hive with its transaction logs applied elsewhere'
        'backups' = 'Read-only: show which fixes can be undone'
        'help' = 'Show this help, or that of a command'
    }
    $options = @{
        '' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '-V' = 'the version, and what a report of a fault needs'
            '--version' = 'the version, and what a report of a fault needs'
        }
        'list' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '--json' = 'one JSON object for each volume, on a line of its own'
            '--format' = 'the format of an image, instead of looking: raw, qcow2, vhd, vhdx or vmdk'
            '--trust-image-references' = 'open an image that leads to other files, such as a backing file'
        }
        'check' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '-j' = 'how many at once, 1 to 64 (default: 1)'
            '--jobs' = 'how many at once, 1 to 64 (default: 1)'
            '--json' = 'one JSON object for each TARGET, on a line of its own'
            '-q' = 'no report; the exit status answers'
            '--quiet' = 'no report; the exit status answers'
            '-v' = 'more about the hive and the values'
            '--verbose' = 'more about the hive and the values'
            '--color' = 'auto, always or never (default: auto; NO_COLOR counts)'
            '--ignore-logs' = 'take a dirty hive without its transaction logs; what they hold is lost'
            '--control-set' = 'boot, current, default, all, or a number (default: boot, what Windows boots)'
            '--partition' = 'which partition, where a disk holds more than one Windows; its number in the partition table'
            '--windows' = 'which Windows, where a volume holds more than one: the name of its folder'
            '--format' = 'the format of an image, instead of looking: raw, qcow2, vhd, vhdx or vmdk'
            '--trust-image-references' = 'open an image that leads to other files, such as a backing file'
            '--strict' = 'exit 1 also when a finding blocks Remote Desktop'
        }
        'fix' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '-j' = 'how many at once, 1 to 64 (default: 1)'
            '--jobs' = 'how many at once, 1 to 64 (default: 1)'
            '--json' = 'one JSON object for each TARGET, on a line of its own'
            '-q' = 'no report; the exit status answers'
            '--quiet' = 'no report; the exit status answers'
            '-v' = 'more about the hive and the values'
            '--verbose' = 'more about the hive and the values'
            '--color' = 'auto, always or never (default: auto; NO_COLOR counts)'
            '--ignore-logs' = 'take a dirty hive without its transaction logs; what they hold is lost'
            '--control-set' = 'boot, current, default, all, or a number (default: boot, what Windows boots)'
            '--partition' = 'which partition, where a disk holds more than one Windows; its number in the partition table'
            '--windows' = 'which Windows, where a volume holds more than one: the name of its folder'
            '--format' = 'the format of an image, instead of looking: raw, qcow2, vhd, vhdx or vmdk'
            '--trust-image-references' = 'open an image that leads to other files, such as a backing file'
            '-n' = 'say what would be done; exit as check does'
            '--dry-run' = 'say what would be done; exit as check does'
            '--create-missing' = 'create a value that is absent'
            '--add-tspkg-anyway' = 'add tspkg also where tspkg.dll is not on the volume'
            '--also' = 'repair what this code stands for too, if check found it; may be given again'
            '--list-repairs' = 'list the codes of --also with what they write and their risk, and end'
            '--backup-dir' = 'where the backup goes (default: beside the hive or the image; for a block device the current folder)'
        }
        'undo' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '-j' = 'how many at once, 1 to 64 (default: 1)'
            '--jobs' = 'how many at once, 1 to 64 (default: 1)'
            '--json' = 'one JSON object for each TARGET, on a line of its own'
            '-q' = 'no report; the exit status answers'
            '--quiet' = 'no report; the exit status answers'
            '-v' = 'more about the hive and the values'
            '--verbose' = 'more about the hive and the values'
            '--color' = 'auto, always or never (default: auto; NO_COLOR counts)'
            '--backup-dir' = 'where else to look for the backup of a hive, image or folder'
            '--target' = 'where the hive or the disk is now, when that is elsewhere'
            '--trust-image-references' = 'open an image that leads to other files, such as a backing file'
        }
        'recover' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '--json' = 'one JSON object for each TARGET, on a line of its own'
            '-q' = 'no report; the exit status answers'
            '--quiet' = 'no report; the exit status answers'
            '-v' = 'more about the hive and the values'
            '--verbose' = 'more about the hive and the values'
            '--color' = 'auto, always or never (default: auto; NO_COLOR counts)'
            '-o' = 'the file to write, which must not exist yet'
            '--output' = 'the file to write, which must not exist yet'
            '--accept-damage' = 'exit 0 also when the hive that was written is damaged'
            '--partition' = 'which partition, where a disk holds more than one Windows; its number in the partition table'
            '--windows' = 'which Windows, where a volume holds more than one: the name of its folder'
            '--format' = 'the format of an image, instead of looking: raw, qcow2, vhd, vhdx or vmdk'
            '--trust-image-references' = 'open an image that leads to other files, such as a backing file'
        }
        'backups' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '--json' = 'one JSON object for each backup, on a line of its own'
        }
        'help' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
        }
    }
    $values = @{
        '--format' = @('raw', 'qcow2', 'vhd', 'vhdx', 'vmdk')
        '--color' = @('auto', 'always', 'never')
        '--control-set' = @('boot', 'current', 'default', 'all')
    }
    $given = @($tree.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
    if ($word -ne '' -and $given.Count -gt 0) {
        $given = @($given | Select-Object -SkipLast 1)
    }
    $command = @($given | Where-Object { $commands.Contains($_) })[0]
    $before = $given | Select-Object -Last 1
    $found = [ordered]@{}
    if ($before -and $values.ContainsKey($before)) {
        $values[$before] | ForEach-Object { $found[$_] = $_ }
    } elseif ($command -eq 'help' -and $word -notlike '-*') {
        $commands.GetEnumerator() | ForEach-Object { $found[$_.Key] = $_.Value }
    } elseif (-not $command) {
        $commands.GetEnumerator() | ForEach-Object { $found[$_.Key] = $_.Value }
        $options[''].GetEnumerator() | ForEach-Object { $found[$_.Key] = $_.Value }
    } elseif ($word -like '-*') {
        $options[$command].GetEnumerator() | ForEach-Object { $found[$_.Key] = $_.Value }
    }
    $found.GetEnumerator() | Where-Object { $_.Key -clike "$word*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_.Key, $_.Key, 'ParameterValue', $_.Value)
    }
}
