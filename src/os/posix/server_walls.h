// SPDX-License-Identifier: GPL-2.0-or-later
// What holds in a server that this program starts.
// Owns: the list of what the program of a server needs of the system, apart from its job's files.
// Never: fails. What the system cannot forbid is not forbidden, and raise() says so.
#pragma once

#include <memory>

#include "os/system.h"

namespace nlafix::os {

class ServerWalls {
public:
    /// Before the fork; none where the job names no files.
    explicit ServerWalls(const ServerJob& job);
    ~ServerWalls();
    ServerWalls(const ServerWalls&) = delete;
    ServerWalls& operator=(const ServerWalls&) = delete;

    /// In the new process: safe between fork and exec. What holds from now on.
    Walls raise() const;

private:
    struct Rules;
    std::unique_ptr<Rules> rules_;
};

}  // namespace nlafix::os
