#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# User data of a rescue instance: repairs the Windows on every disk that is attached to it and not mounted,
# and leaves the reports and the backups below /var/lib/nlafix. Nothing is mounted.
set -u

place=${NLAFIX_PLACE:-/var/lib/nlafix}
umask 077

# mounted DEVICE: whether anything of it is, as what this instance runs from.
mounted() { lsblk -nro MOUNTPOINT "$1" | grep -q .; }

lsblk -dnrpo NAME,TYPE | while read -r device type; do
    if [ "$type" = disk ] && ! mounted "$device"; then
        reports=$place/$(basename "$device")
        mkdir -p "$reports"
        nlafix fix --json --backup-dir "$reports" "$device" >"$reports/report.json"
        echo "$device: exit status $?" >>"$place/log"
    fi
done
