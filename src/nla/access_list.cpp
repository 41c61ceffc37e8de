// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/access_list.h"

#include <cstddef>
#include <optional>

#include "base/error.h"

namespace nlafix::nla {
namespace {

constexpr std::size_t header_bytes = 20;
constexpr std::uint16_t list_present = 0x4;
constexpr std::uint8_t inherit_only = 0x8;
constexpr std::uint32_t generic_all = 0x10000000;

[[noreturn]] void refuse(const char* what) {
    throw Error(ErrorCode::malformed_value, std::string("a security descriptor ") + what);
}

/// The parts that are read later, checked against their end.
ByteView part(ByteView all, std::size_t at, std::size_t size) {
    if (!range_is_inside(at, size, all.size())) refuse("ends in the middle of its list");
    return all.subspan(at, size);
}

/// [MS-DTYP] 2.4.2.2: the authority counts from its high byte, what is below it from its low one.
std::string sid_text(ByteView sid) {
    const std::size_t below = std::to_integer<std::size_t>(part(sid, 0, 8)[1]);
    const ByteView numbers = part(sid, 8, 4 * below);
    std::uint64_t authority = 0;
    for (std::size_t i = 2; i < 8; ++i)
        authority = authority << 8 | std::to_integer<std::uint64_t>(sid[i]);
    std::string text =
        "S-" + std::to_string(std::to_integer<unsigned>(sid[0])) + "-" + std::to_string(authority);
    for (std::size_t i = 0; i < below; ++i) text += "-" + std::to_string(u32_at(numbers, 4 * i));
    return text;
}

/// Nothing for a kind that neither allows nor denies, or does so for a part of the object only.
std::optional<AccessEntry> entry_in(ByteView ace) {
    const auto type = std::to_integer<std::uint8_t>(ace[0]);
    const bool allows = type == 0 || type == 9;  // 9, 10: with a condition behind the SID
    const bool denies = type == 1 || type == 10;
    if ((!allows && !denies) || (std::to_integer<std::uint8_t>(ace[1]) & inherit_only) != 0)
        return std::nullopt;
    return AccessEntry{denies, u32_at(part(ace, 4, 4), 0), sid_text(ace.subspan(8))};
}

}  // namespace

AccessList::AccessList(ByteView descriptor) {
    if (descriptor.size() < header_bytes || std::to_integer<int>(descriptor[0]) != 1)
        refuse("has no header");
    const std::uint32_t list_at = u32_at(descriptor, 16);
    is_open_ = (u16_at(descriptor, 2) & list_present) == 0 || list_at == 0;
    if (is_open_) return;
    const ByteView head = part(descriptor, list_at, 8);
    const ByteView list = part(descriptor, list_at, u16_at(head, 2));
    std::size_t at = head.size();
    for (std::size_t i = 0; i < u16_at(head, 4); ++i) {
        const std::size_t size = u16_at(part(list, at, 4), 2);
        if (size < 8) refuse("has an entry of no size");
        if (auto entry = entry_in(part(list, at, size))) entries_.push_back(std::move(*entry));
        at += size;
    }
}

bool AccessList::allows(std::string_view sid, std::uint32_t rights) const {
    if (is_open_) return true;
    std::uint32_t given = 0;
    for (const AccessEntry& entry : entries_) {
        if (!entry.denies && entry.sid == sid) given |= entry.rights;
    }
    return (given & generic_all) != 0 || (given & rights) == rights;
}

std::vector<std::string> AccessList::denied(std::uint32_t rights) const {
    std::vector<std::string> sids;
    for (const AccessEntry& entry : entries_) {
        if (entry.denies && (entry.rights & (rights | generic_all)) != 0) {
            sids.push_back(entry.sid);
        }
    }
    return sids;
}

}  // namespace nlafix::nla
