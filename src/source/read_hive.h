// SPDX-License-Identifier: GPL-2.0-or-later
// The bytes of a hive and of the logs beside it: all of them, or by ranges.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "os/file.h"
#include "recovery/transaction_log.h"

namespace nlafix::source {

/// Windows loads no larger hive.
inline constexpr std::uint64_t most_hive_bytes = (std::uint64_t{1} << 31) + 4096;

struct HiveFiles {
    Bytes primary;
    std::vector<recovery::LogFile> logs;  // ".LOG", ".LOG1", ".LOG2", those that exist
};

/// Reads the open hive and its logs; a log that cannot be read is in the list with the reason.
/// Throws Error(not_a_hive) before it reads more than 4 bytes of anything else.
HiveFiles read_hive(const os::File& hive);

/// The logs that read_hive gives.
std::vector<recovery::LogFile> read_logs(const os::File& hive);

/// For a hive at `path` whose logs have been read once more. Throws Error(hive_changed) where one
/// has come, gone or changed, Error(io_error) where one can be read no longer.
void require_same_logs(const std::vector<recovery::LogFile>& before,
                       const std::vector<recovery::LogFile>& now, const std::string& path);

/// A hive that is read by ranges, and its logs where they are asked for.
class OpenHive : public ByteSource {
public:
    virtual std::vector<recovery::LogFile> read_logs() = 0;
};

/// Opens the hive `name` (in any case) in the folder of the open `hive`, or below it
/// ("RegBack/SYSTEM"). Null where there is none; links are not followed, they may lead out of the
/// volume. Throws Error as read_hive does.
std::unique_ptr<OpenHive> open_beside(const os::File& hive, const std::string& name);

}  // namespace nlafix::source
