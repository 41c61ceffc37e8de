// SPDX-License-Identifier: GPL-2.0-or-later
// How much of what claims to be a log is read into memory.
// Owns: the limits for one log, for what a sparse one does not store, and for all of them.
#pragma once

#include <cstdint>
#include <string>

namespace nlafix::source {

class LogBudget {
public:
    /// For the logs beside a hive of `hive_bytes`.
    explicit LogBudget(std::uint64_t hive_bytes);

    /// Why a log of `size_bytes`, of which the disk stores `allocated_bytes`, is not read; empty
    /// where it is, and then it counts.
    std::string refusal_of(std::uint64_t size_bytes, std::uint64_t allocated_bytes);

    /// What all logs may have together beside a hive of no size, in bytes. Windows writes some
    /// megabytes of them.
    static constexpr std::uint64_t least = std::uint64_t{64} << 20;
    /// What sparse or compressed logs may have beyond what is stored of them, together.
    static constexpr std::uint64_t most_unstored = std::uint64_t{16} << 20;

private:
    std::uint64_t left_;
    std::uint64_t unstored_left_ = most_unstored;
};

}  // namespace nlafix::source
