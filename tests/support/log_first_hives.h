// SPDX-License-Identifier: GPL-2.0-or-later
// Hives with the logs that a Windows would have left beside them, one for each way in which the log
// is written first.
// Owns: their making. Never: uses code of src/ for it.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace nlafix::test {

struct NamedLog {
    std::string suffix;  // ".LOG1"
    Bytes bytes;
};

struct LoggedHive {
    std::string name;
    Bytes primary;
    std::vector<NamedLog> logs;
};

/// SYSTEM hives that lack both entries. All five ways, some of them more than once: with a hive
/// that has to grow, with a torn header, of Windows XP, with one log.
std::vector<LoggedHive> log_first_hives();

/// What Windows does next with a clean hive: a flush into log `log`, cut behind the log, in the
/// header, or among the pages. `primary` and `log` become what is on the disk at that moment.
enum class CutOfWindows { behind_the_log, in_the_header, behind_the_header, among_the_pages };
void flush_of_windows(Bytes& primary, NamedLog& log, CutOfWindows cut);

}  // namespace nlafix::test
