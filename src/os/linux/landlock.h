// SPDX-License-Identifier: GPL-2.0-or-later
// Landlock: what a ruleset handles and none of its rules allows is forbidden.
// Owns: the ruleset, and the table of what each version of the kernel's interface can forbid.
// Never: decides which files a process needs.
// See landlock(7).
#pragma once

#include <cstdint>
#include <optional>

#include "os/posix/descriptor.h"

namespace nlafix::os {

class LandlockRules {
public:
    /// Rules that forbid everything; nothing where the kernel lacks Landlock, or it is disabled.
    static std::optional<LandlockRules> make();

    /// The file behind the descriptor `file` may be read, and also written if it is `writable`.
    /// True for a file in no folder (a memfd) as well: no rule can name it, and none is needed.
    bool allow_file(int file, bool writable);
    /// All below the folder behind `folder` may be listed, read and executed.
    bool allow_programs_below(int folder);
    /// Puts this process, and all that it starts, behind the rules for good. It must have given up
    /// new privileges before. Safe between fork and exec.
    bool enforce() const;

private:
    LandlockRules(int fd, std::uint64_t handled) : fd_(fd), handled_(handled) {}
    bool allow(int file, std::uint64_t rights);

    Descriptor fd_;
    std::uint64_t handled_;
};

}  // namespace nlafix::os
