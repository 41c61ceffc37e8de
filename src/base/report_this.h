// SPDX-License-Identifier: GPL-2.0-or-later
// What a mistake in the program itself says: where it belongs, and what has to go with it.
#pragma once

namespace nlafix {

inline constexpr const char* report_this =
    "please report this to the project's issue tracker, with what \"nlafix --version\" and the "
    "same "
    "command with -v say";

}  // namespace nlafix
