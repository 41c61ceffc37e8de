#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# User data of a rescue instance: repairs every Windows volume of the disks that are attached to it, except
# what it runs from, and leaves the reports and the backups below /var/lib/nlafix.
set -u

place=${NLAFIX_PLACE:-/var/lib/nlafix}
umask 077
mkdir -p "$place/mnt"

# repair DEVICE: mounts it, repairs, unmounts.
repair() {
    name=$(basename "$1")
    mount -t ntfs-3g -o no_def_opts "$1" "$place/mnt" || return
    mkdir -p "$place/$name"
    nlafix fix --json --backup-dir "$place/$name" "$place/mnt" >"$place/$name/report.json"
    echo "$1: exit status $?" >>"$place/log"
    umount "$place/mnt"
}

lsblk -nrpo NAME,FSTYPE,MOUNTPOINT | while read -r device type mounted; do
    if [ "$type" = ntfs ] && [ -z "$mounted" ]; then
        repair "$device"
    fi
done
