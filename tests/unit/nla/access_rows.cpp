// SPDX-License-Identifier: GPL-2.0-or-later
// Rows about security descriptors, and the files that they protect.
#include "nla/access_list.h"

#include <doctest/doctest.h>

#include "thrown.h"
#include "unit/nla/evidence_rows.h"

namespace nlafix::test {
namespace {

namespace f = fixture;
using G = f::Generation;

constexpr std::uint8_t allow = 0;
constexpr std::uint8_t deny = 1;
constexpr std::uint8_t inherit_only = 8;

struct Ace {
    std::uint8_t type;
    std::uint32_t rights;
    std::vector<std::uint32_t> below_5;  // S-1-5-...; none is Everyone
    std::uint8_t flags = 0;
};

void append(Bytes& bytes, std::uint64_t number, int size) {
    for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(number >> (8 * i)));
}

/// Self-relative, with the list right behind the header.
Bytes descriptor(const std::vector<Ace>& aces) {
    Bytes list;
    for (const Ace& ace : aces) {
        const bool is_everyone = ace.below_5.empty();
        const std::vector<std::uint32_t> numbers =
            is_everyone ? std::vector<std::uint32_t>{0} : ace.below_5;
        append(list, ace.type, 1);
        append(list, ace.flags, 1);
        append(list, 16 + 4 * numbers.size(), 2);
        append(list, ace.rights, 4);
        append(list, 1, 1);
        append(list, numbers.size(), 1);
        append(list, 0, 5);
        append(list, is_everyone ? 1 : 5, 1);
        for (const std::uint32_t number : numbers) append(list, number, 4);
    }
    Bytes bytes;
    append(bytes, 0x80040001, 4);  // revision 1; self-relative, with a list
    for (const std::uint32_t at : {0U, 0U, 0U, 20U}) append(bytes, at, 4);
    append(bytes, 2, 2);
    append(bytes, 8 + list.size(), 2);
    append(bytes, aces.size(), 4);
    bytes.insert(bytes.end(), list.begin(), list.end());
    return bytes;
}

const Ace administrators = {allow, 0xf03bf, {32, 544}};
const Ace remote_desktop_users = {allow, 0x121, {32, 555}};
const Ace local_system = {allow, 0xf03bf, {18}};
// As shipped: O:SYG:SYD:PAI(A;;0x12019f;;;WD)(A;;FA;;;BA)
const Ace everyone_reads_and_writes = {allow, 0x12019f, {}};
const Ace administrators_do_everything = {allow, 0x1f01ff, {32, 544}};

const std::string winstations = "Control\\Terminal Server\\WinStations";
const std::string rsa = "..\\ProgramData\\Microsoft\\Crypto\\RSA";
const std::string keys = rsa + "\\MachineKeys";
const std::u16string key = u"f686aace6942fb7f7ceb231212eef4a4_";
const std::u16string guid = u"0a1b2c3d-0000-4000-8000-000000000001";
const std::u16string other_guid = u"0a1b2c3d-0000-4000-8000-000000000002";

Content security(const std::string& path, const char16_t* name, const std::vector<Ace>& aces) {
    return {nla::HiveRole::system, path, f::binary_value(name, descriptor(aces))};
}
Content of_listener(const std::vector<Ace>& aces) {
    return security(winstations + "\\RDP-Tcp", u"Security", aces);
}
Content of_all(const std::vector<Ace>& aces) {
    return security(winstations, u"DefaultSecurity", aces);
}
Content on_volume(const std::string& path, const std::vector<Ace>& aces) {
    return {nla::HiveRole::volume, path, f::binary_value(u"", descriptor(aces))};
}
Content missing(const std::string& path) {
    return {nla::HiveRole::volume, path, f::sz_value(u"", u"missing")};
}
Content names(std::initializer_list<std::u16string_view> list) {
    return {nla::HiveRole::volume, keys, f::multi_sz_value(u"", list)};
}
Content machine_guid() {
    return {nla::HiveRole::software, "Microsoft\\Cryptography", f::sz_value(u"MachineGuid", guid)};
}
Content own_key_of(std::uint32_t size) {
    const std::u16string name = key + guid;
    return {nla::HiveRole::volume, keys + "\\" + std::string(name.begin(), name.end()),
            f::dword_value(u"", size)};
}

std::vector<Row> rows_of_listener(G generation) {
    const char* code = "listener-permissions";
    return {
        {code, generation, {of_listener({local_system})}, true},
        {code, generation, {of_all({local_system})}, true},
        {code, generation, {of_all({administrators})}, false},
        {code, generation, {of_all({remote_desktop_users})}, false},
        // The listener's own one counts.
        {code, generation, {of_listener({administrators}), of_all({local_system})}, false},
        {code, generation, {of_all({{deny, 0x20, {32, 545}}, administrators})}, true},
        {code, generation, {of_all({{deny, 0x20, {32, 546}}, administrators})}, false},
        {code, generation, {of_all({{deny, 0x1, {32, 545}}, administrators})}, false},
        {code, generation, {of_all({{allow, 0x81, {32, 544}}})}, true},  // not to log in
    };
}

std::vector<Row> rows_of_keys(G generation) {
    const std::string own = own_key_of(0).key;
    return {
        {"rdp-key", generation, {machine_guid(), own_key_of(0)}, true},
        {"rdp-key", generation, {machine_guid(), own_key_of(2000)}, false},
        {"rdp-key", generation, {machine_guid(), names({key + other_guid}), missing(own)}, true},
        {"rdp-key", generation, {machine_guid(), names({key + other_guid, key + guid})}, false},
        {"rdp-key", generation, {machine_guid(), names({u"other"}), missing(own)}, false},
        {"rdp-key", generation, {names({key + other_guid})}, false},  // nobody knows which is its
        {"machinekeys-rights", generation, {missing(keys)}, true},
        {"machinekeys-rights", generation, {missing(keys), missing(rsa)}, false},
        {"machinekeys-rights",
         generation,
         {on_volume(keys, {everyone_reads_and_writes, administrators_do_everything})},
         false},
        {"machinekeys-rights", generation, {on_volume(keys, {administrators_do_everything})}, true},
        {"machinekeys-rights", generation, {on_volume(keys, {everyone_reads_and_writes})}, true},
        {"machinekeys-rights",
         generation,
         {names({key + guid}), on_volume(own, {{deny, 0x1, {20}}})},
         true},
        {"machinekeys-rights",
         generation,
         {names({key + guid}), on_volume(own, {{allow, 0x1f01ff, {18}}})},
         false},
    };
}

}  // namespace

std::vector<Row> access_rows() {
    std::vector<Row> all;
    for (const G generation : {G::xp, G::vista, G::win7, G::win81, G::win10}) {
        for (Row& row : rows_of_listener(generation)) all.push_back(std::move(row));
        if (generation == G::xp) continue;
        for (Row& row : rows_of_keys(generation)) all.push_back(std::move(row));
    }
    return all;
}

TEST_CASE("An access list tells who is let in by name, and who is kept out") {
    const nla::AccessList list(descriptor({{deny, 0x20, {32, 545}},
                                           {allow, 0x1, {32, 544}},
                                           {allow, 0x20, {32, 544}},
                                           {allow, 0x10000000, {18}},
                                           {allow, 0xff, {20}, inherit_only}}));
    CHECK(list.allows("S-1-5-32-544", 0x21));
    CHECK_FALSE(list.allows("S-1-5-32-544", 0x23));
    CHECK(list.allows("S-1-5-18", 0x123));      // all of them
    CHECK_FALSE(list.allows("S-1-5-20", 0x1));  // children alone
    CHECK_FALSE(list.allows("S-1-5-32-545", 0x1));
    CHECK(list.denied(0x20) == std::vector<std::string>{"S-1-5-32-545"});
    CHECK(list.denied(0x1).empty());
    CHECK(nla::AccessList(descriptor({{allow, 0x1, {}}})).allows("S-1-1-0", 0x1));
    // Without a list there is no limit; an empty one lets nobody in.
    Bytes open = descriptor({});
    CHECK_FALSE(nla::AccessList(open).allows("S-1-1-0", 0x1));
    open[2] = std::byte{0};
    CHECK(nla::AccessList(open).allows("S-1-1-0", 0x1));
}

TEST_CASE("A security descriptor that is cut anywhere is refused, and read no further") {
    const Bytes whole = descriptor({{allow, 0x1, {32, 544}}, {deny, 0x2, {}}});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto error = error_of([&] { const nla::AccessList list(cut); });
        REQUIRE(error);
        CHECK(error->code() == ErrorCode::malformed_value);
    }
    CHECK(nla::AccessList(whole).denied(0x2) == std::vector<std::string>{"S-1-1-0"});
}

}  // namespace nlafix::test
