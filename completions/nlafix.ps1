# SPDX-License-Identifier: GPL-2.0-or-later
# Written by completions/make.py; do not edit.

Register-ArgumentCompleter -Native -CommandName nlafix, nlafix.exe -ScriptBlock {
    param($word, $tree, $position)
    $commands = [ordered]@{
        'list' = 'Read-only: show every disk and volume, where Windows is, and what to type next'
        'check' = 'Read-only: find out why nobody can log in'
        'fix' = 'Add the missing entries; verify the result and keep a backup'
        'undo' = 'Put back what a fix replaced'
        'recover' = 'Apply the transaction logs, and write the hive to another file'
        'backups' = 'Read-only: show which fixes can be undone'
        'help' = 'Show this help, or the help of a command'
    }
    $options = @{
        '' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '-V' = 'print the version, and what a bug report needs'
            '--version' = 'print the version, and what a bug report needs'
        }
        'list' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '--json' = 'print one JSON object for each volume, one per line'
            '--format' = 'the format of an image, if it is ambiguous: raw, qcow2, vhd, vhdx or vmdk'
            '--trust-image-references' = 'open an image that refers to other files, such as a backing file'
        }
        'check' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '-j' = 'work on N targets at once, 1 to 64 (default: 1)'
            '--jobs' = 'work on N targets at once, 1 to 64 (default: 1)'
            '--json' = 'print one JSON object for each TARGET, one per line'
            '-q' = 'print no report; the exit status answers'
            '--quiet' = 'print no report; the exit status answers'
            '-v' = 'print more about the hive and the values'
            '--verbose' = 'print more about the hive and the values'
            '--color' = 'auto, always or never (default: auto; respects NO_COLOR)'
            '--ignore-logs' = 'use a dirty hive without its transaction logs; their content is lost'
            '--control-set' = 'boot, current, default, all, or a number (default: boot, the set that Windows boots)'
            '--partition' = 'the partition, if a disk holds more than one Windows: its number in the partition table'
            '--windows' = 'the Windows, if a volume holds more than one: the name of its folder'
            '--format' = 'the format of an image, if it is ambiguous: raw, qcow2, vhd, vhdx or vmdk'
            '--trust-image-references' = 'open an image that refers to other files, such as a backing file'
            '--strict' = 'exit 1 even if only a finding blocks Remote Desktop'
        }
        'fix' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '-j' = 'work on N targets at once, 1 to 64 (default: 1)'
            '--jobs' = 'work on N targets at once, 1 to 64 (default: 1)'
            '--json' = 'print one JSON object for each TARGET, one per line'
            '-q' = 'print no report; the exit status answers'
            '--quiet' = 'print no report; the exit status answers'
            '-v' = 'print more about the hive and the values'
            '--verbose' = 'print more about the hive and the values'
            '--color' = 'auto, always or never (default: auto; respects NO_COLOR)'
            '--ignore-logs' = 'use a dirty hive without its transaction logs; their content is lost'
            '--control-set' = 'boot, current, default, all, or a number (default: boot, the set that Windows boots)'
            '--partition' = 'the partition, if a disk holds more than one Windows: its number in the partition table'
            '--windows' = 'the Windows, if a volume holds more than one: the name of its folder'
            '--format' = 'the format of an image, if it is ambiguous: raw, qcow2, vhd, vhdx or vmdk'
            '--trust-image-references' = 'open an image that refers to other files, such as a backing file'
            '-n' = 'say what would be done; exit as check does'
            '--dry-run' = 'say what would be done; exit as check does'
            '--create-missing' = 'create a value that is absent'
            '--add-tspkg-anyway' = 'add tspkg even if tspkg.dll is not on the volume'
            '--also' = 'also repair the finding with this code; may be given more than once'
            '--list-repairs' = 'list the codes for --also, what each one writes, and its risk'
            '--backup-dir' = 'where to put the backup (default: beside the hive or image; for a block device the current folder)'
        }
        'undo' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '-j' = 'work on N targets at once, 1 to 64 (default: 1)'
            '--jobs' = 'work on N targets at once, 1 to 64 (default: 1)'
            '--json' = 'print one JSON object for each TARGET, one per line'
            '-q' = 'print no report; the exit status answers'
            '--quiet' = 'print no report; the exit status answers'
            '-v' = 'print more about the hive and the values'
            '--verbose' = 'print more about the hive and the values'
            '--color' = 'auto, always or never (default: auto; respects NO_COLOR)'
            '--backup-dir' = 'another folder to search for the backup of a hive, image or folder'
            '--target' = 'where the hive or disk is now, if it moved'
            '--trust-image-references' = 'open an image that refers to other files, such as a backing file'
        }
        'recover' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '--json' = 'print one JSON object for each TARGET, one per line'
            '-q' = 'print no report; the exit status answers'
            '--quiet' = 'print no report; the exit status answers'
            '-v' = 'print more about the hive and the values'
            '--verbose' = 'print more about the hive and the values'
            '--color' = 'auto, always or never (default: auto; respects NO_COLOR)'
            '-o' = 'the file to write, which must not exist yet'
            '--output' = 'the file to write, which must not exist yet'
            '--accept-damage' = 'exit 0 even if the written hive is damaged'
            '--partition' = 'the partition, if a disk holds more than one Windows: its number in the partition table'
            '--windows' = 'the Windows, if a volume holds more than one: the name of its folder'
            '--format' = 'the format of an image, if it is ambiguous: raw, qcow2, vhd, vhdx or vmdk'
            '--trust-image-references' = 'open an image that refers to other files, such as a backing file'
        }
        'backups' = [ordered]@{
            '-h' = 'this help'
            '--help' = 'this help'
            '--json' = 'print one JSON object for each backup, one per line'
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
        '--partition' = @('1', '2', '3', '4', '5', '6', '7', '8')
        '--also' = @('remote-desktop-off', 'listener-off', 'security-layer-out-of-range', 'nla-required', 'max-connections', 'lan-adapter', 'listener-logon-off', 'terminal-server-off', 'drain-mode', 'protocol-foreign', 'termservice-disabled', 'service-dependency', 'termservice-dll', 'termservice-account', 'system-service-disabled', 'keyiso-disabled', 'sessionenv-disabled', 'umrdpservice-disabled', 'firewall-closed', 'certificate-gone', 'certificate-not-usable', 'certificate-expired', 'certificate-pinned', 'packages-replaced', 'packages-incomplete', 'authentication-packages', 'guest-only', 'audit-full', 'setup-unfinished')
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
