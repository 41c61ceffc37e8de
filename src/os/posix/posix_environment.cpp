// SPDX-License-Identifier: GPL-2.0-or-later

#include <unistd.h>

#include "os/environment.h"

namespace nlafix::os {

std::uint32_t current_user() {
    return geteuid();
}

const char* const in_use_hint = "close the program that uses it, then run it again";
const char* const io_error_hint =
    "look at the kernel's log (dmesg); if the disk fails, copy it first";

}  // namespace nlafix::os
