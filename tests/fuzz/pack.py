#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes an input for the fuzz targets replay_new and replay_old from a hive and its logs:

    pack.py HIVE LOG1 [LOG2] -o INPUT

The committed corpus comes from the dirty fixtures: corpus/replay_new/dirty-growth is
fixtures/dirty-growth.hive with its .LOG1. tests/support/packed_hive.h says how an input looks."""

import argparse
import pathlib
import struct


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('files', type=pathlib.Path, nargs='+')
    parser.add_argument('-o', dest='output', type=pathlib.Path, required=True)
    given = parser.parse_args()
    if len(given.files) not in (2, 3):
        parser.error('a hive and one or two logs are wanted')
    contents = [file.read_bytes() for file in given.files]
    sizes = struct.pack('<2I', len(contents[0]), len(contents[1]))
    given.output.write_bytes(sizes + b''.join(contents))


main()
