// SPDX-License-Identifier: GPL-2.0-or-later
// Room: who may log in, and in which way, as SECURITY keeps it ([MS-LSAD] 2.2.1.2).
// Owns: rights to log in and privileges, by SID.
// Never: knows the names of accounts, reads a secret.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "regf/cells.h"

namespace nlafix::nla {

namespace right {
inline constexpr std::uint32_t network = 0x2;
inline constexpr std::uint32_t deny_network = 0x80;
inline constexpr std::uint32_t remote = 0x400;
inline constexpr std::uint32_t deny_remote = 0x800;
}  // namespace right

class UserRights {
public:
    /// Reads Policy\Accounts of SECURITY. Throws Error(malformed_hive) where it cannot be read.
    explicit UserRights(const regf::Cells& security);

    /// False where no account is listed: a hive that is none, or is cut down.
    bool is_known() const { return !rights_.empty(); }
    /// Whether the account has one of `rights` itself.
    bool has(std::string_view sid, std::uint32_t rights) const;
    /// Those that have one of `rights`.
    std::vector<std::string> all_with(std::uint32_t rights) const;
    bool has_privilege(std::string_view sid, std::uint32_t luid) const;

private:
    std::map<std::string, std::uint32_t, std::less<>> rights_;  // by SID: "S-1-5-32-544"
    std::map<std::string, std::set<std::uint32_t>, std::less<>> privileges_;
};

/// "Administrators (S-1-5-32-544)"; the SID alone where it is none that every Windows has.
std::string account_name(const std::string& sid);

}  // namespace nlafix::nla
