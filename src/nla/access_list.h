// SPDX-License-Identifier: GPL-2.0-or-later
// Room: who may do what, as a security descriptor says it ([MS-DTYP] 2.4.6).
// Owns: reading the discretionary list of a self-relative descriptor; who is let in and who is
//   kept out by it.
// Never: knows what the bits of a right mean; follows groups.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace nlafix::nla {

/// One entry that counts for the object itself.
struct AccessEntry {
    bool denies = false;
    std::uint32_t rights = 0;
    std::string sid;  // "S-1-5-32-544"
};

class AccessList {
public:
    /// Entries that only children inherit, and those of a kind that neither allows nor denies, are
    /// left out. Throws Error(malformed_value).
    explicit AccessList(ByteView descriptor);

    /// True where the account is given every one of `rights`, or full access, by its own entries.
    /// A descriptor without a list gives everything to everybody.
    bool allows(std::string_view sid, std::uint32_t rights) const;
    /// Those that are denied one of `rights`.
    std::vector<std::string> denied(std::uint32_t rights) const;

private:
    bool is_open_ = false;
    std::vector<AccessEntry> entries_;
};

}  // namespace nlafix::nla
