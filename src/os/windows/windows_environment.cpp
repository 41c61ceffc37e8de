// SPDX-License-Identifier: GPL-2.0-or-later
// Windows has no numbers for users, and no mode: who may write a folder is a matter of its DACL.
#include "os/environment.h"

namespace nlafix::os {

std::uint32_t current_user() {
    return 0;
}

}  // namespace nlafix::os
