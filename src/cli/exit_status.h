// SPDX-License-Identifier: GPL-2.0-or-later
// The exit statuses: a contract.
#pragma once

#include <string_view>

#include "app/report.h"

namespace nlafix::cli {

inline constexpr int status_done = 0;
inline constexpr int status_change_needed = 1;
inline constexpr int status_usage = 2;
inline constexpr int status_refused = 3;
inline constexpr int status_missing = 4;
inline constexpr int status_malformed = 5;
inline constexpr int status_io = 6;
inline constexpr int status_unconfirmed = 7;
inline constexpr int status_interrupted = 130;

int exit_status_of(ErrorCode code);
int exit_status_of(const app::Report& report);

/// The worse of two, in the order 7, 130, 6, 5, 4, 3, 1, 0.
int worse(int a, int b);

/// The word of JSON's "status".
std::string_view status_word(const app::Report& report);

}  // namespace nlafix::cli
