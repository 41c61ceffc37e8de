// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/user_rights.h"

#include <array>
#include <utility>

#include "regf/key_value.h"

namespace nlafix::nla {
namespace {

// A domain controller has some dozens.
constexpr std::size_t most_accounts = 4096;
constexpr std::size_t most_data_bytes = 65536;

constexpr std::array<std::pair<const char*, const char*>, 8> known_accounts = {{
    {"S-1-1-0", "Everyone"},
    {"S-1-5-11", "Authenticated Users"},
    {"S-1-5-113", "local accounts"},
    {"S-1-5-114", "local administrators"},
    {"S-1-5-20", "NETWORK SERVICE"},
    {"S-1-5-32-544", "Administrators"},
    {"S-1-5-32-545", "Users"},
    {"S-1-5-32-555", "Remote Desktop Users"},
}};

/// The default value of the subkey `name`; empty where there is none.
Bytes data_of(const regf::KeyNode& account, const char* name) {
    const auto key = regf::find_subkey(account, name);
    const auto value = key ? regf::find_value(*key, "") : std::nullopt;
    if (!value || value->data_size_bytes() > most_data_bytes) return {};
    return value->data();
}

/// A count, and LUIDs with their attributes.
std::set<std::uint32_t> luids_in(ByteView data) {
    constexpr std::size_t first_at = 8;
    constexpr std::size_t luid_bytes = 12;
    std::set<std::uint32_t> luids;
    for (std::size_t at = first_at; range_is_inside(at, luid_bytes, data.size());
         at += luid_bytes) {
        luids.insert(u32_at(data, at));
    }
    return luids;
}

}  // namespace

UserRights::UserRights(const regf::Cells& security) {
    const auto accounts = regf::find_key(regf::root_key(security), "Policy\\Accounts");
    if (!accounts) return;
    for (const regf::CellOffset offset : accounts->subkeys()) {
        if (rights_.size() == most_accounts) break;
        const regf::KeyNode account(security, offset);
        const std::string sid = account.name().utf8();
        const Bytes mask = data_of(account, "ActSysAc");
        rights_[sid] = mask.size() < 4 ? 0 : u32_at(mask, 0);
        privileges_[sid] = luids_in(data_of(account, "Privilgs"));
    }
}

bool UserRights::has(std::string_view sid, std::uint32_t rights) const {
    const auto found = rights_.find(sid);
    return found != rights_.end() && (found->second & rights) != 0;
}

std::vector<std::string> UserRights::all_with(std::uint32_t rights) const {
    std::vector<std::string> sids;
    for (const auto& [sid, mask] : rights_) {
        if ((mask & rights) != 0) sids.push_back(sid);
    }
    return sids;
}

bool UserRights::has_privilege(std::string_view sid, std::uint32_t luid) const {
    const auto found = privileges_.find(sid);
    return found != privileges_.end() && found->second.contains(luid);
}

std::string account_name(const std::string& sid) {
    for (const auto& [known, name] : known_accounts) {
        if (sid == known) return std::string(name) + " (" + sid + ")";
    }
    return sid;
}

}  // namespace nlafix::nla
