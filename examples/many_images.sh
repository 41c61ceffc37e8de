#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# many_images.sh LIST: checks the hives or images that LIST names, one a line, four at a time; prints how
# many ended with which exit status.
set -eu

parallel --jobs 4 --joblog "$1.log" nlafix check --quiet '{}' <"$1" || true
awk 'NR > 1 { count[$7]++ } END { for (status in count) print status, count[status] }' "$1.log" | sort -n
