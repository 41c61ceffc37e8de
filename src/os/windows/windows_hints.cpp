// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/hints.h"

namespace nlafix::os {

const char* const in_use_hint =
    "a hive of the Windows that runs cannot be repaired from it; one that was loaded is free after "
    "reg unload; else close the program that uses it, then run it again";
const char* const io_error_hint =
    "look at the System log (eventvwr); if the disk fails, copy it first";

}  // namespace nlafix::os
