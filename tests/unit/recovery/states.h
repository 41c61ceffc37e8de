// SPDX-License-Identifier: GPL-2.0-or-later
// What the tests of recovery share: a hive with room for edits, the states that it goes through,
// and its logs as the replay wants them.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "dirty_hive.h"
#include "recovery/transaction_log.h"
#include "system_tree.h"

namespace nlafix::test {

/// A hive whose Setup key has a value of 20,000 bytes, which makes a hive bin of five pages and
/// more.
inline fixture::Built roomy_hive(const fixture::HiveOptions& options = {}) {
    fixture::Key root = fixture::small_tree({false, false});
    fixture::Value room = fixture::binary_value(u"Room", Bytes(20000));
    room.storage = fixture::Storage::cell;
    fixture::at(root, u"Setup").values.push_back(room);
    return fixture::build(root, options);
}

inline std::size_t room_at(const fixture::Built& hive) {
    return fixture::field(hive.value(u"Setup", u"Room").data, 0);
}

/// States of `hive`, the first as it is. Each of the others has some runs of bytes of the large
/// value changed, and with `growing` every third one more hive bin. All are sound.
inline std::vector<Bytes> random_states(const fixture::Built& hive, std::size_t edits,
                                        std::mt19937& random, bool growing) {
    std::vector<Bytes> states = {hive.bytes};
    for (std::size_t i = 1; i <= edits; ++i) {
        Bytes state = states.back();
        for (unsigned run = random() % 4 + 1; run > 0; --run) {
            const std::size_t length = random() % 3000 + 1;
            const std::size_t at = room_at(hive) + random() % (20000 - length);
            std::generate_n(state.begin() + static_cast<std::ptrdiff_t>(at), length,
                            [&] { return static_cast<std::byte>(random()); });
        }
        if (growing && i % 3 == 0) fixture::grow_by_bin(state);
        states.push_back(std::move(state));
    }
    return states;
}

inline std::vector<recovery::LogFile> log_files(const fixture::DirtyHive& hive) {
    std::vector<recovery::LogFile> files;
    for (const fixture::Log& log : hive.logs)
        files.push_back({"SYSTEM" + log.suffix, log.bytes, ""});
    return files;
}

/// The hive bins data, as far as the base block says that they go; empty without a base block.
inline Bytes bins_of(const Bytes& file) {
    if (file.size() < fixture::base_block_size_bytes) return {};
    const std::size_t end =
        fixture::base_block_size_bytes + fixture::get_u32(file, fixture::base_block::bins_size);
    return {file.begin() + fixture::base_block_size_bytes,
            file.begin() + static_cast<std::ptrdiff_t>(std::min(end, file.size()))};
}

/// Which of `states` has the bins of `file`; -1 for a mixture.
inline int index_of_state(const std::vector<Bytes>& states, const Bytes& file) {
    const Bytes bins = bins_of(file);
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (bins_of(states[i]) == bins) return static_cast<int>(i);
    }
    return -1;
}

}  // namespace nlafix::test
