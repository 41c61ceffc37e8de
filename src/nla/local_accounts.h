// SPDX-License-Identifier: GPL-2.0-or-later
// Room: the local administrators, as SAM keeps them.
// Owns: the plain part of an account (flags and times), its name, the members of Administrators.
// Never: reads where the hashes of passwords are (the value V of a user), or anything encrypted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "regf/cells.h"

namespace nlafix::nla {

struct LocalAccount {
    std::uint32_t rid = 0;
    std::string name;  // UTF-8, not escaped; "RID 500" where it cannot be found
    bool disabled = false;
    bool locked_out = false;            // until its duration is over
    bool password_must_change = false;  // at the next login
    bool password_never_expires = false;
    std::uint64_t password_set = 0;       // FILETIME; 0: never
    std::uint64_t last_bad_password = 0;  // FILETIME; 0: never
    std::uint64_t expires = 0;            // FILETIME; 0: never
};

struct LocalAdministrators {
    std::vector<LocalAccount> accounts;
    std::uint32_t others = 0;             // members of a domain, and groups
    std::uint64_t most_password_age = 0;  // ticks of 100 ns; 0: passwords do not expire
    std::uint64_t lockout_duration = 0;   // ticks; 0: until somebody unlocks the account
};

/// The members of Administrators that are accounts of this machine. Nothing where SAM does not say
/// who is in the group. Throws Error(malformed_hive) where it cannot be read.
std::optional<LocalAdministrators> read_local_administrators(const regf::Cells& sam);

/// Why nobody logs in with it at `time` (FILETIME): "disabled", "expired on 2024-01-01"; empty for
/// an account that may. A lockout ends by itself, counted from the last wrong password.
std::string why_unusable(const LocalAccount& account, const LocalAdministrators& all,
                         std::uint64_t time);

/// What keeps it from a login with network level authentication alone, which cannot change a
/// password: "its password must be changed"; empty where nothing does.
std::string why_not_remotely(const LocalAccount& account, const LocalAdministrators& all,
                             std::uint64_t time);

}  // namespace nlafix::nla
