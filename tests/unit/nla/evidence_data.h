// SPDX-License-Identifier: GPL-2.0-or-later
// Certificates and accounts as SOFTWARE and SAM keep them.
#pragma once

#include <string>
#include <vector>

#include "unit/nla/diagnosis_tree.h"

namespace nlafix::test {

/// A certificate as a store keeps it, valid between two times ("260101000000Z").
Bytes certificate_blob(const std::string& from, const std::string& until, bool with_key);

/// The value F of an account: flags, and the days since 1601 of its times (0: never).
Bytes account_data(unsigned flags, std::uint64_t password_set, std::uint64_t expires);

/// SAM with these members of Administrators, whose last numbers are given.
std::vector<Content> administrators(const std::vector<std::uint32_t>& rids);
Content account(std::uint32_t rid, Bytes data);

}  // namespace nlafix::test
