// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/linux/landlock.h"
#include "os/linux/walls.h"

namespace nlafix::os {

bool close_files(const Leave& leave) {
    auto rules = LandlockRules::make();
    bool holds = rules.has_value();
    for (std::size_t i = 0; i < leave.files.size() && holds; ++i) {
        holds = rules->allow_file(leave.files[i], leave.job->files[i].writable);
    }
    return holds && rules->enforce();
}

}  // namespace nlafix::os
