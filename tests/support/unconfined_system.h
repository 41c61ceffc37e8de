// SPDX-License-Identifier: GPL-2.0-or-later
// The real system, but without confined processes: what crashes in one crashes the test.
#pragma once

#include <cerrno>

#include "forwarding_system.h"

namespace nlafix::test {

class UnconfinedSystem : public ForwardingSystem {
public:
    UnconfinedSystem() : ForwardingSystem(os::real_system()) {}
    int start_confined(const os::ConfinedJob&, os::ConfinedChild&) override { return ENOTSUP; }
};

}  // namespace nlafix::test
