# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For scripts that make an archive of the tree $here: what has to be the same for two of them to hold the same bytes.

if [ -z "${SOURCE_DATE_EPOCH-}" ]; then
    SOURCE_DATE_EPOCH=$(git -C "$here" log -1 --format=%ct 2>/dev/null) ||
        SOURCE_DATE_EPOCH=$(stat -c %Y "$here/CHANGELOG.md")
fi
export SOURCE_DATE_EPOCH
export LC_ALL=C TZ=UTC0
umask 022
