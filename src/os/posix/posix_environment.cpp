// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include "os/environment.h"

namespace nlafix::os {

std::uint32_t current_user() {
    return geteuid();
}

}  // namespace nlafix::os
