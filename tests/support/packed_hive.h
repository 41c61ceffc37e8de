// SPDX-License-Identifier: GPL-2.0-or-later
// A hive and two logs in one input of a fuzz target, and the mending of what a mutation broke.
//
// An input: two numbers of four bytes, the sizes of the primary file and of the first log; then
// primary file, first log, and what is left as second log. tests/fuzz/pack.py makes such files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "recovery/replay.h"

namespace nlafix::test {

struct PackedHive {
    Bytes primary;
    std::vector<recovery::LogFile> logs;
};

/// Sizes that are too large stand for what there is.
PackedHive unpack(const std::uint8_t* data, std::size_t size);

/// Puts right in most inputs, by the bits of `seed`, what keeps a log from being applied: base
/// block checksums, equal numbers, times, sequence numbers and hashes of entries. Sizes and offsets
/// stay as they are. The size of the input does not change.
void mend(std::uint8_t* data, std::size_t size, unsigned seed);

/// Replays; calls abort() unless the result is nothing, or has a good base block and is not larger
/// than all that was given and a page.
void require_good_replay(const PackedHive& hive);

}  // namespace nlafix::test
