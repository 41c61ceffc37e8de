// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/memory.h"

#include "base/error.h"
#include "base/text.h"

namespace nlafix::os {

void require_memory(System& system, std::uint64_t bytes, const std::string& what) {
    std::uint64_t available = 0;
    if (system.available_memory(available) != 0 || available >= bytes) return;
    throw Error(ErrorCode::no_memory, what + " takes " + size_text(bytes) +
                                          " of memory, and the machine has " +
                                          size_text(available) + " left")
        .hint("end other programs, or attach the disk to a machine with more memory");
}

}  // namespace nlafix::os
