# SPDX-License-Identifier: GPL-2.0-or-later
"""Two programs that edit one hive differ in the time of the edit alone."""

import struct
import time

SECONDS_FROM_1601_TO_1970 = 11_644_473_600


def filetime(seconds):
    return int((seconds + SECONDS_FROM_1601_TO_1970) * 10_000_000)


def window(began):
    """Of edits since `began` (seconds since 1970): the first and the last time that they can bear."""
    return filetime(began - 2), filetime(time.time() + 2)


def without(content, first, last):
    """A hive without the times between the two in it, and without its checksum."""
    words = bytearray(content)
    for at in range(0, len(words) - 7, 4):
        if first <= struct.unpack_from('<Q', words, at)[0] <= last:
            words[at:at + 8] = bytes(8)
    words[508:512] = bytes(4)
    return bytes(words)
