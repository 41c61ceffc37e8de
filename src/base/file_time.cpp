// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file_time.h"

#include <chrono>
#include <cstdio>
#include <string_view>

namespace nlafix {
namespace {

struct CivilTime {
    int year;
    unsigned month, day, hour, minute, second;
};

CivilTime civil_time(std::uint64_t filetime) {
    constexpr std::int64_t seconds_from_1601_to_1970 = 11'644'473'600;
    const auto seconds = static_cast<std::int64_t>(filetime / file_time_ticks_per_second);
    const std::chrono::sys_seconds time{std::chrono::seconds(seconds - seconds_from_1601_to_1970)};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return {static_cast<int>(date.year()),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()),
            static_cast<unsigned>(clock.hours().count()),
            static_cast<unsigned>(clock.minutes().count()),
            static_cast<unsigned>(clock.seconds().count())};
}

}  // namespace

std::string formatted_time(std::uint64_t time, const char* format) {
    const CivilTime t = civil_time(time);
    char text[64];
    std::snprintf(text, sizeof text, format, t.year, t.month, t.day, t.hour, t.minute, t.second);
    return text;
}

std::string utc_text(std::uint64_t time) {
    return formatted_time(time, "%04d-%02u-%02uT%02u:%02u:%02uZ");
}

std::string readable_day(std::uint64_t time) {
    return readable_time(time).substr(0, std::string_view("YYYY-MM-DD").size());
}

std::string readable_time(std::uint64_t time) {
    return formatted_time(time, "%04d-%02u-%02u %02u:%02u UTC");
}

bool is_plausible_time(std::uint64_t time) {
    constexpr std::uint64_t year_1980 = 119'600'064'000'000'000;
    constexpr std::uint64_t year_2200 = 189'025'920'000'000'000;
    return time >= year_1980 && time < year_2200;
}

}  // namespace nlafix
