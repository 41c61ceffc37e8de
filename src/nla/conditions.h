// SPDX-License-Identifier: GPL-2.0-or-later
// The conditions that many rules share.
#pragma once

#include "nla/rule.h"

namespace nlafix::nla {

/// Evidence where `found`: the value says it all.
inline Evidence found_if(bool found) {
    return found ? Evidence("") : std::nullopt;
}

/// The first value is present and has this number.
template <std::uint32_t number>
Evidence is_number(const std::vector<Observation>& seen, const Situation&) {
    return found_if(seen.front().is_present() && seen.front().number == number);
}

/// The first value is present and is not zero, which Windows takes for yes.
inline Evidence is_set(const std::vector<Observation>& seen, const Situation&) {
    return found_if(seen.front().is_present() && seen.front().number != 0);
}

/// The first value is present and larger than this.
template <std::uint32_t most>
Evidence is_above(const std::vector<Observation>& seen, const Situation&) {
    return found_if(seen.front().is_present() && seen.front().number > most);
}

}  // namespace nlafix::nla
