// SPDX-License-Identifier: GPL-2.0-or-later
// Services and what they need: a room of the diagnosis (nla/scene.h).
// Owns: the walk over DependOnService.
// Never: judges which service matters.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nla/scene.h"

namespace nlafix::nla {

/// "Services\TermService".
std::string service_key(const std::string& service);

/// REG_MULTI_SZ with the names of the services that must run first.
Place dependencies_of(const std::string& service);

/// A service that cannot start because of another one.
struct BrokenDependency {
    std::string service;      // that needs it
    std::string needs;        // the other one, as its name stands in the list
    bool is_missing = false;  // it does not exist; else it is disabled
    Observation seen;         // the list that names it, or its Start
};

/// The first that is found, nearest first, on the way over everything that `service` needs; at
/// most 64 services are looked at. Names with a plus in front are groups and are not followed.
/// Throws Error where a list cannot be read.
std::optional<BrokenDependency> broken_dependency(const Scene& scene, const std::string& service);

}  // namespace nlafix::nla
