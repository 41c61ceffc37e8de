// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/nla/evidence_data.h"

#include <cstdio>

#include "base/file_time.h"

namespace nlafix::test {
namespace {

namespace f = nlafix::fixture;
using nla::HiveRole;

void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

Content bytes_at(HiveRole hive, const std::string& key, const char* name, Bytes data) {
    return {hive, key, f::binary_value(wide(name), std::move(data))};
}

Bytes der(unsigned tag, const Bytes& content) {
    Bytes out = f::bytes({tag, static_cast<unsigned>(content.size())});
    append(out, content);
    return out;
}

Bytes time_element(const std::string& text) {
    Bytes digits;
    for (const char c : text) digits.push_back(static_cast<std::byte>(c));
    return der(text.size() == 13 ? 0x17 : 0x18, digits);
}

}  // namespace

Bytes certificate_blob(const std::string& from, const std::string& until, bool with_key) {
    Bytes validity = time_element(from);
    append(validity, time_element(until));
    Bytes fields = der(0xa0, der(2, f::bytes({2})));
    for (const Bytes& field : {der(2, f::bytes({1})), der(0x30, {}), der(0x30, Bytes(3)),
                               der(0x30, validity), der(0x30, {})}) {
        append(fields, field);
    }
    Bytes blob;
    const auto property = [&blob](std::uint32_t id, const Bytes& data) {
        append(blob, f::dword(id));
        append(blob, f::dword(1));
        append(blob, f::dword(static_cast<std::uint32_t>(data.size())));
        append(blob, data);
    };
    if (with_key) property(2, Bytes(40));
    property(32, der(0x30, der(0x30, fields)));
    return blob;
}

Bytes account_data(unsigned flags, std::uint64_t password_set, std::uint64_t expires) {
    Bytes data(80);
    f::put_u64(data, 24, password_set * file_time_ticks_per_day);
    f::put_u64(data, 32, expires * file_time_ticks_per_day);
    f::put_u16(data, 56, static_cast<std::uint16_t>(flags));
    return data;
}

std::vector<Content> administrators(const std::vector<std::uint32_t>& rids) {
    const Bytes domain = f::bytes({1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3});
    Bytes members;
    for (const std::uint32_t rid : rids) {
        append(members, f::bytes({1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0}));
        append(members, domain);
        append(members, f::dword(rid));
    }
    Bytes group(52);
    f::put_u32(group, 44, static_cast<std::uint32_t>(members.size()));
    f::put_u32(group, 48, static_cast<std::uint32_t>(rids.size()));
    append(group, members);
    Bytes policy(104);
    f::put_u64(policy, 0x18, 0 - 42 * file_time_ticks_per_day);
    f::put_u64(policy, 0x30, 0 - 30 * 60 * file_time_ticks_per_second);
    return {bytes_at(HiveRole::sam, "SAM\\Domains\\Builtin\\Aliases\\00000220", "C", group),
            bytes_at(HiveRole::sam, "SAM\\Domains\\Account", "F", policy),
            bytes_at(HiveRole::sam, "SAM\\Domains\\Account", "V", domain)};
}

Content account(std::uint32_t rid, Bytes data) {
    char key[9];
    std::snprintf(key, sizeof key, "%08X", static_cast<unsigned>(rid));
    return bytes_at(HiveRole::sam, std::string("SAM\\Domains\\Account\\Users\\") + key, "F",
                    std::move(data));
}

}  // namespace nlafix::test
