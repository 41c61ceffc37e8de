// SPDX-License-Identifier: GPL-2.0-or-later
// Windows' error numbers as the errno values that os::System returns.
#pragma once

namespace nlafix::os {

/// For the value of GetLastError(); EIO where nothing else fits, never 0.
int errno_of(unsigned long windows_error);

/// Of the call that has just failed in this thread.
int last_errno();

}  // namespace nlafix::os
