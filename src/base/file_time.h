// SPDX-License-Identifier: GPL-2.0-or-later
// Times as Windows keeps them: FILETIME, 100 ns since 1601-01-01 UTC.
#pragma once

#include <cstdint>
#include <string>

namespace nlafix {

inline constexpr std::uint64_t file_time_ticks_per_second = 10'000'000;
inline constexpr std::uint64_t file_time_ticks_per_day = file_time_ticks_per_second * 86400;

/// `time` by a format of printf for year, month, day, hour, minute and second, all of them numbers.
std::string formatted_time(std::uint64_t time, const char* format);

/// "2026-11-22T10:52:07Z".
std::string utc_text(std::uint64_t time);

/// "2026-11-22", for a person.
std::string readable_day(std::uint64_t time);

/// "2026-11-22 10:52 UTC", for a person.
std::string readable_time(std::uint64_t time);

/// False for what no computer that runs Windows can have written: before 1980 or after 2200.
bool is_plausible_time(std::uint64_t time);

}  // namespace nlafix
