// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/environment.h"

#include <cstdlib>

namespace nlafix::os {

std::string environment_variable(const char* name) {
    // Unsafe only beside a setenv, and nothing in this program sets a variable.
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? "" : value;
}

}  // namespace nlafix::os
