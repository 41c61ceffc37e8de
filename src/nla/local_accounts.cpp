// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/local_accounts.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/file_time.h"
#include "regf/key_value.h"

namespace nlafix::nla {
namespace {

constexpr const char* account_domain = "SAM\\Domains\\Account";
constexpr const char* administrators = "SAM\\Domains\\Builtin\\Aliases\\00000220";

constexpr std::size_t most_members = 1024;
constexpr std::size_t most_names = 65536;
constexpr std::size_t most_data_bytes = 65536;

constexpr std::size_t sub_authorities_of_domain = 4;  // 21 and three numbers
constexpr std::uint64_t never = 0x7fffffffffffffff;

constexpr std::uint16_t flag_disabled = 0x1;
constexpr std::uint16_t flag_never_expires = 0x200;
constexpr std::uint16_t flag_locked_out = 0x400;

Bytes data_of(const regf::KeyNode& key, const char* name) {
    const auto value = regf::find_value(key, name);
    if (!value || value->data_size_bytes() > most_data_bytes) return {};
    return value->data();
}

std::optional<Bytes> data_at(const regf::Cells& sam, const std::string& path, const char* name) {
    const auto key = regf::find_key(regf::root_key(sam), path);
    if (!key) return std::nullopt;
    return data_of(*key, name);
}

/// The binary SIDs in the group, as bytes.
std::vector<ByteView> members_of(ByteView group) {
    constexpr std::size_t header_bytes = 52;
    std::vector<ByteView> members;
    if (group.size() < header_bytes) return members;
    const std::size_t begin = header_bytes + std::size_t{u32_at(group, 40)};
    const std::size_t length = u32_at(group, 44);
    const std::uint32_t count = u32_at(group, 48);
    if (!range_is_inside(begin, length, group.size())) return members;
    ByteView rest = group.subspan(begin, length);
    while (members.size() < std::min<std::size_t>(count, most_members) && rest.size() >= 8) {
        const std::size_t size = 8 + 4 * std::to_integer<std::size_t>(rest[1]);
        if (size > rest.size()) break;
        members.push_back(rest.first(size));
        rest = rest.subspan(size);
    }
    return members;
}

/// The RID of a member that is an account of the domain whose SID ends in `domain` (12 bytes).
std::optional<std::uint32_t> local_rid(ByteView sid, ByteView domain) {
    constexpr std::size_t numbers_at = 8 + 4;  // behind the 21
    if (sid.size() != 8 + 4 * (sub_authorities_of_domain + 1) ||
        !equal(sid.subspan(numbers_at, 12), domain)) {
        return std::nullopt;
    }
    return u32_at(sid, numbers_at + 12);
}

/// The type of a name's default value is the RID of its account.
std::map<std::uint32_t, std::string> names_by_rid(const regf::Cells& sam) {
    std::map<std::uint32_t, std::string> names;
    const auto key =
        regf::find_key(regf::root_key(sam), std::string(account_domain) + "\\Users\\Names");
    if (!key) return names;
    for (const regf::CellOffset offset : key->subkeys()) {
        if (names.size() == most_names) break;
        const regf::KeyNode name(sam, offset);
        const auto value = regf::find_value(name, "");
        if (value) names[value->type()] = name.name().utf8();
    }
    return names;
}

/// A span of time is stored as a negative number; the lowest there is has no end, which is 0 here.
std::uint64_t span_of(std::uint64_t stored) {
    const std::uint64_t span = 0 - stored;
    return span > never ? 0 : span;
}

LocalAccount account_of(std::uint32_t rid, ByteView f) {
    LocalAccount account;
    account.rid = rid;
    account.password_set = u64_at(f, 24);
    account.last_bad_password = u64_at(f, 40);
    account.expires = u64_at(f, 32) == never ? 0 : u64_at(f, 32);
    const std::uint16_t flags = u16_at(f, 56);
    account.disabled = (flags & flag_disabled) != 0;
    account.locked_out = (flags & flag_locked_out) != 0;
    account.password_never_expires = (flags & flag_never_expires) != 0;
    // Where it never expires, it was never set, which is another thing.
    account.password_must_change = account.password_set == 0 && !account.password_never_expires;
    return account;
}

}  // namespace

std::optional<LocalAdministrators> read_local_administrators(const regf::Cells& sam) {
    constexpr std::size_t account_bytes = 80;
    const auto group = data_at(sam, administrators, "C");
    const auto domain = data_at(sam, account_domain, "V");
    if (!group || !domain || domain->size() < 12) return std::nullopt;
    const ByteView domain_sid = ByteView(*domain).last(12);
    LocalAdministrators all;
    const auto policy = data_at(sam, account_domain, "F");
    if (policy && policy->size() >= 0x38) {
        all.most_password_age = span_of(u64_at(*policy, 0x18));
        all.lockout_duration = span_of(u64_at(*policy, 0x30));
    }
    const std::map<std::uint32_t, std::string> names = names_by_rid(sam);
    for (const ByteView member : members_of(*group)) {
        const auto rid = local_rid(member, domain_sid);
        char key[9] = "";
        if (rid) std::snprintf(key, sizeof key, "%08X", static_cast<unsigned>(*rid));
        const auto f =
            rid ? data_at(sam, std::string(account_domain) + "\\Users\\" + key, "F") : std::nullopt;
        if (!f || f->size() < account_bytes) {
            ++all.others;
            continue;
        }
        all.accounts.push_back(account_of(*rid, *f));
        const auto name = names.find(*rid);
        all.accounts.back().name =
            name != names.end() ? name->second : "RID " + std::to_string(*rid);
    }
    return all;
}

std::string why_unusable(const LocalAccount& account, const LocalAdministrators& all,
                         std::uint64_t time) {
    if (account.disabled) return "disabled";
    if (account.expires != 0 && account.expires < time) {
        return is_plausible_time(account.expires) ? "expired on " + readable_day(account.expires)
                                                  : "expired";
    }
    if (!account.locked_out) return "";
    if (all.lockout_duration == 0) return "locked out until somebody unlocks it";
    const bool is_over = account.last_bad_password <= time &&
                         time - account.last_bad_password >= all.lockout_duration;
    return is_over ? "" : "locked out";
}

std::string why_not_remotely(const LocalAccount& account, const LocalAdministrators& all,
                             std::uint64_t time) {
    if (account.password_must_change) return "its password must be changed at the next login";
    if (account.password_never_expires || all.most_password_age == 0 ||
        account.password_set > time || time - account.password_set <= all.most_password_age) {
        return "";
    }
    return is_plausible_time(account.password_set)
               ? "its password is of " + readable_day(account.password_set) + " and has expired"
               : "its password has expired";
}

}  // namespace nlafix::nla
