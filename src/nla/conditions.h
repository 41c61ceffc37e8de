// SPDX-License-Identifier: GPL-2.0-or-later
// The conditions and remedies that many rules share, each with its words.
#pragma once

#include <string>
#include <utility>

#include "nla/rule.h"

namespace nlafix::nla {

/// An answer where `found`: the value says it all.
Answer found_if(bool found);

/// The first value is present and has this number.
Condition is_number(std::uint32_t number);

/// The first value is present and is not zero, which Windows takes for yes.
Condition is_set();

/// The first value is present and larger than this.
Condition is_above(std::uint32_t most);

/// The first value is present and smaller than this.
Condition is_below(std::uint32_t least);

/// The first value is present and is not this.
Condition is_not(std::uint32_t number);

/// The first value is present.
Condition is_there();

/// `condition` on a machine in a domain.
Condition in_domain(Condition condition);

/// `list` as "a", "b" and 3 more, each once and without regard to case; nothing for none.
std::string quoted_once(const std::vector<std::string>& list);

/// A value as it is to be: a REG_DWORD, a text of that type, a REG_MULTI_SZ.
Change number_at(const Observation& at, std::uint32_t number);
Change text_at(const Observation& at, std::uint32_t type, const std::string& text);
Change strings_at(const Observation& at, const std::vector<std::string>& strings);

/// Sets the REG_DWORD that was found.
Remedy set_number(std::uint32_t number);

/// Sets the REG_DWORD that was found to its stock value.
Remedy set_stock_number();

/// Takes the value that was found away.
Remedy remove_value();

}  // namespace nlafix::nla
