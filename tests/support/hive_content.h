// SPDX-License-Identifier: GPL-2.0-or-later
// The content of a hive as Windows would have it.
#pragma once

#include <utility>
#include <vector>

#include "recovery/clean_hive.h"
#include "recovery/replay.h"
#include "regf/base_block.h"

namespace nlafix::test {

/// Of a dirty hive the replayed image, empty where no log completes it.
inline Bytes content_of(ByteView primary, const std::vector<recovery::LogFile>& logs) {
    if (!recovery::is_dirty(regf::read_base_block(primary))) {
        return {primary.begin(), primary.end()};
    }
    recovery::Replay replay = recovery::replay_logs(primary, logs);
    return replay.image ? std::move(*replay.image) : Bytes();
}

}  // namespace nlafix::test
