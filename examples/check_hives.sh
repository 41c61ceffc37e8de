#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check_hives.sh HIVE..: a step of CI. One line for each hive that is not in order; its exit status is
# that of nlafix, the worst of all.
set -u

reports=$(mktemp)
trap 'rm -f "$reports"' EXIT
nlafix check --json "$@" >"$reports"
status=$?
jq -r 'select(.exit_code != 0) | [.target.path, .status, .error.code // "-"] | @tsv' "$reports"
exit $status
