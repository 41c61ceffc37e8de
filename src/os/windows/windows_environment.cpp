// SPDX-License-Identifier: GPL-2.0-or-later
// Windows has no numbers for users, and no mode: who may write a folder is a matter of its DACL.

#include "os/environment.h"

namespace nlafix::os {

std::uint32_t current_user() {
    return 0;
}

const char* const in_use_hint =
    "a hive of the Windows that runs cannot be repaired from it; one that was loaded is free after "
    "reg unload; else close the program that uses it, then run it again";
const char* const io_error_hint =
    "look at the System log (eventvwr); if the disk fails, copy it first";

}  // namespace nlafix::os
