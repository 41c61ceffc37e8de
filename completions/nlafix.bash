# SPDX-License-Identifier: GPL-2.0-or-later
# Written by completions/make.py; do not edit.

_nlafix() {
    local command= word options words=
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in
        list | check | fix | undo | recover | backups | help) command=$word && break ;;
        esac
    done
    COMPREPLY=()
    case $command:$previous in
    list:--format) words="raw qcow2 vhd vhdx vmdk" ;;
    check:-j | check:--jobs) return ;;
    check:--color) words="auto always never" ;;
    check:--control-set) words="boot current default all" ;;
    check:--partition) words="1 2 3 4 5 6 7 8" ;;
    check:--windows) return ;;
    check:--format) words="raw qcow2 vhd vhdx vmdk" ;;
    fix:-j | fix:--jobs) return ;;
    fix:--color) words="auto always never" ;;
    fix:--control-set) words="boot current default all" ;;
    fix:--partition) words="1 2 3 4 5 6 7 8" ;;
    fix:--windows) return ;;
    fix:--format) words="raw qcow2 vhd vhdx vmdk" ;;
    fix:--also) words="remote-desktop-off listener-off security-layer-out-of-range nla-required max-connections lan-adapter listener-logon-off terminal-server-off drain-mode protocol-foreign termservice-disabled service-dependency termservice-dll termservice-account system-service-disabled keyiso-disabled sessionenv-disabled umrdpservice-disabled firewall-closed certificate-gone certificate-not-usable certificate-expired certificate-pinned packages-replaced packages-incomplete authentication-packages guest-only audit-full setup-unfinished" ;;
    fix:--backup-dir)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        return
        ;;
    undo:-j | undo:--jobs) return ;;
    undo:--color) words="auto always never" ;;
    undo:--backup-dir)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        return
        ;;
    recover:--color) words="auto always never" ;;
    recover:--partition) words="1 2 3 4 5 6 7 8" ;;
    recover:--windows) return ;;
    recover:--format) words="raw qcow2 vhd vhdx vmdk" ;;
    esac
    if [[ -z $words ]]; then
        case $command in
        list) options="-h --help --json --format --trust-image-references" ;;
        check) options="-h --help -j --jobs --json -q --quiet -v --verbose --color --ignore-logs --control-set --partition --windows --format --trust-image-references --strict" ;;
        fix) options="-h --help -j --jobs --json -q --quiet -v --verbose --color --ignore-logs --control-set --partition --windows --format --trust-image-references -n --dry-run --create-missing --add-tspkg-anyway --also --list-repairs --backup-dir" ;;
        undo) options="-h --help -j --jobs --json -q --quiet -v --verbose --color --backup-dir --target --trust-image-references" ;;
        recover) options="-h --help --json -q --quiet -v --verbose --color -o --output --accept-damage --partition --windows --format --trust-image-references" ;;
        backups) options="-h --help --json" ;;
        help) options="-h --help" ;;
        *) options="list check fix undo recover backups help -h --help -V --version" ;;
        esac
        if [[ $current == -* || -z $command ]]; then
            words=$options
        elif [[ $command == help ]]; then
            words="list check fix undo recover backups help"
        fi
    fi
    if [[ -n $words ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
        return
    fi
    compopt -o filenames
    case $command in
    undo) mapfile -t COMPREPLY < <(compgen -f -X '!*.bak' -- "$current"; compgen -d -- "$current") ;;
    backups) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    esac
    if [[ ${#COMPREPLY[@]} -eq 0 ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}
complete -F _nlafix nlafix
