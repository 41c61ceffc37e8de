// SPDX-License-Identifier: GPL-2.0-or-later
// What a person can do on this platform, where that differs between them.
#pragma once

namespace nlafix::os {

extern const char* const in_use_hint;
extern const char* const io_error_hint;

}  // namespace nlafix::os
