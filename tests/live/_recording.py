# SPDX-License-Identifier: GPL-2.0-or-later
"""Every write and flush of a disk, as qemu's blklogwrites records them, and the states that a power cut may leave."""

import os
import random
import struct

SECTOR = 512
FLUSH, FUA, DISCARD = 1, 2, 4


def recorded(number, image, log):
    """Words for qemu: a virtio disk whose writes go into the file `log`."""
    log.write_bytes(b'')
    return ['-blockdev', 'driver=file,node-name=file%d,filename=%s' % (number, image),
            '-blockdev', 'driver=file,node-name=log%d,filename=%s' % (number, log),
            '-blockdev', 'driver=blklogwrites,node-name=recorded%d,file=file%d,log=log%d' % (number, number, number),
            '-device', 'virtio-blk-pci,drive=recorded%d' % number]


def epochs_of(log):
    """[[(offset, data)]]: the writes between two flushes."""
    data = log.read_bytes()
    epochs, at = [[]], SECTOR
    while at + SECTOR <= len(data):
        sector, count, flags, _ = struct.unpack_from('<QQQQ', data, at)
        at += SECTOR
        content = b'' if flags & DISCARD else data[at:at + count * SECTOR]
        at += len(content)
        if flags & FLUSH and epochs[-1]:
            epochs.append([])
        if content:
            epochs[-1].append((sector * SECTOR, content))
            if flags & FUA:
                epochs.append([])
    return epochs if epochs[-1] else epochs[:-1]


def sectors(writes):
    return {offset + at: data[at:at + SECTOR] for offset, data in writes for at in range(0, len(data), SECTOR)}


def choices(epoch, most_samples):
    """Lists of writes that may have reached the disk, with the writes of all earlier epochs: each prefix, each with a
    torn write behind it, each with one write left out, and samples of subsets."""
    chosen = random.Random(len(epoch))
    for count in range(len(epoch) + 1):
        yield 'prefix', epoch[:count]
        if count < len(epoch):
            offset, data = epoch[count]
            whole = len(data) // SECTOR
            for torn in sorted({1, whole // 4, whole // 2, whole * 3 // 4, whole - 1} - {0, whole}):
                yield 'torn', [*epoch[:count], (offset, data[:torn * SECTOR])]
                yield 'torn', [*epoch[:count], (offset + torn * SECTOR, data[torn * SECTOR:])]
    for left_out in range(len(epoch) - 1):
        yield 'subset', epoch[:left_out] + epoch[left_out + 1:]
    for _ in range(min(most_samples, 2 ** len(epoch))):
        yield 'subset', [write for write in epoch if chosen.random() < 0.5]


def states(before, log, most_samples):
    """Every different state as {offset: sector}: what differs from the image `before`."""
    seen, settled = set(), {}
    for epoch in epochs_of(log):
        for kind, writes in choices(epoch, most_samples):
            state = {offset: data for offset, data in {**settled, **sectors(writes)}.items()
                     if before[offset:offset + SECTOR] != data}
            key = hash(frozenset(state.items()))
            if key not in seen:
                seen.add(key)
                yield kind, state
        settled.update(sectors(epoch))


def write_state(path, before, state):
    with open(path, 'wb', buffering=0) as file:
        file.write(before)
        for offset, data in state.items():
            os.pwrite(file.fileno(), data, offset)
