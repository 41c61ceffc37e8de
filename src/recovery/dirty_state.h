// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a hive needs its logs, and what is said where they do not help.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "recovery/replay.h"
#include "regf/base_block.h"

namespace nlafix::recovery {

/// True when the primary file needs its logs: wrong checksum, or sequence numbers that differ
/// (specification: dirty state of a hive).
bool is_dirty(const regf::BaseBlock& base_block);

enum class LogPolicy {
    apply,  // as Windows does
    ignore  // the user gives up what the logs of a dirty hive hold
};

/// Of a dirty hive none of whose `logs` could be applied, and what became of each of them:
/// dirty_without_logs or dirty_logs_unusable.
Error no_log_applies(const regf::BaseBlock& base_block, const std::vector<LogFile>& logs,
                     const std::vector<LogUse>& uses);

}  // namespace nlafix::recovery
