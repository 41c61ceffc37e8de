// SPDX-License-Identifier: GPL-2.0-or-later
// A change of a hive in the order in which Windows makes one: the log first, then the header, then
// the pages (docs/crash-safety.md). A cut at any moment leaves a hive that Windows brings to the
// old or to the new content by itself.
// Owns: which log is written and what goes into it, the numbers in between and at the end, the
//   order of it all; what the bytes that are there must prove for that to hold.
// Never: touches a file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/epoch.h"
#include "recovery/transaction_log.h"

namespace nlafix::recovery {

/// A hive as it lies on a disk. The logs are those beside it, in any order.
struct HiveState {
    ByteView primary;
    const std::vector<LogFile>& logs;
};

/// Whether files may become longer. On a disk or image without a mount they may not.
enum class Growth { allowed, forbidden };

enum class LogFirstCase {
    clean_new,          // one entry in the log that is not needed
    dirty_new,          // one more entry behind the last one
    dirty_new_no_room,  // the replayed pages first, then as a clean one
    clean_old,          // LOG1 (Windows XP: LOG) anew
    dirty_old           // the replayed pages first, then as a clean one
};

/// For a person.
std::string text_of(LogFirstCase which);

/// The plan, or why there is none. From the state that was given to `wanted`, but for its sequence
/// numbers and checksum; files are numbered as in base/epoch.h, logs in the order in which they
/// were given.
struct LogFirst : WritePlan {
    /// Why it is not possible, for a person; empty when it is. Nothing else means anything then.
    std::string why_not;
    LogFirstCase which = LogFirstCase::clean_new;
    /// Both sequence numbers of the finished hive.
    std::uint32_t final_sequence = 0;

    bool possible() const { return why_not.empty(); }
};

/// How `current` becomes `wanted`, a whole clean primary file whose sequence numbers do not matter
/// (the result has its own) and whose timestamp is later than all others where logs of the old
/// format are about (CleanHive::Stamp). Time and memory linear in the sizes. Throws what
/// regf::read_base_block throws of `current`; never for what is in a log.
LogFirst plan_log_first(const HiveState& current, ByteView wanted, Growth growth);

}  // namespace nlafix::recovery
