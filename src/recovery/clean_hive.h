// SPDX-License-Identifier: GPL-2.0-or-later
// The state of a hive as a type: only a clean one can be edited.
// Owns: what makes a clean hive of a dirty one, and the numbers that an edit of it must exceed.
// Never: touches a file.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "recovery/dirty_state.h"
#include "recovery/losses.h"

namespace nlafix::recovery {

struct Recovery;

/// A hive that lacks nothing: a clean primary file, a recovered one, or one whose logs the user
/// gave up. Only `recover` makes one. Move-only.
class CleanHive {
public:
    CleanHive(CleanHive&&) = default;
    CleanHive& operator=(CleanHive&&) = default;

    /// The hive's bytes: the caller's where the primary file was clean, else the object's own.
    ByteView image() const { return image_; }

    /// What the base block of an edited hive must carry, so that a torn or unfinished write can
    /// never bring entries of an old log back over the edit.
    struct Stamp {
        std::uint32_t highest_sequence = 0;  // in the primary file and in all its logs
        bool new_timestamp = false;          // beside logs of the old format
        std::uint64_t latest_timestamp = 0;  // in the primary file and in all its logs

        /// The time that an edit made at `now` carries where it needs a new one: later than all
        /// others, also where the clock of this machine is not.
        std::uint64_t timestamp_of_edit(std::uint64_t now) const {
            return latest_timestamp == ~std::uint64_t{0} ? now
                                                         : std::max(now, latest_timestamp + 1);
        }
    };
    const Stamp& stamp() const { return stamp_; }

private:
    friend class Recoverer;
    CleanHive() = default;

    Bytes own_image_;
    ByteView image_;
    Stamp stamp_;
};

/// What a user gave up with LogPolicy::ignore.
struct IgnoredLogs {
    bool is_known = false;  // every log was read, and there was one
    std::uint64_t entries = 0;
    std::uint64_t pages = 0;
    std::optional<Losses> losses;  // where the logs could have been replayed
};

struct Recovery {
    std::optional<CleanHive> hive;
    std::optional<Error> refusal;  // why there is no hive
    Bytes damaged_image;           // what the logs give, where that is the refusal
    bool recovered = false;        // from logs
    bool bins_grew = false;
    std::vector<LogUse> logs;  // of a dirty hive, in the order of the logs; else empty
    std::optional<IgnoredLogs> ignored;
    std::vector<std::string> warnings;
};

/// The hive in `primary`, completed from `logs` if it is dirty. `primary` must outlive the result.
/// A hive that cannot be had is a refusal in the result: dirty_without_logs, dirty_logs_unusable,
/// malformed_hive (of what the logs give), sequence_exhausted. Throws what regf::read_base_block
/// throws.
Recovery recover(ByteView primary, const std::vector<LogFile>& logs, LogPolicy policy);

}  // namespace nlafix::recovery
