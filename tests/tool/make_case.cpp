// SPDX-License-Identifier: GPL-2.0-or-later
// Writes a hive for a transcript, with the builder of the fixtures:
//
//   make_case KIND OUT [EDIT...]
//
// KIND   xp, win7, win81 or win10: SYSTEM with both entries, Remote Desktop on; software: that of a
//        Server 2019; security: stock user rights; sam: an Administrator and a guest
// EDIT   PATH|NAME|VALUE  sets a value ("" is the default one) and makes the keys above it;
//                         VALUE is dw:N sz:TEXT esz:TEXT msz:A;B hex:0A0B none:0A0B, or del
//        PATH|key, PATH|delkey
//        user:NAME:RID:FLAGS[:SET[:EXPIRES]]     an account of SAM (times: days since 1601, or 0)
//        administrators:RID,...                  the members of Administrators
//        certificate:STORE:THUMBPRINT:FROM:UNTIL[:no-key]   (times as in a certificate)
// Of SYSTEM, a PATH that begins with CCS\ lies below ControlSet001.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "hive_builder.h"
#include "whole_tree.h"

namespace {

using namespace nlafix::fixture;
using Words = std::vector<std::string>;

[[noreturn]] void refuse(const std::string& what) {
    throw std::invalid_argument(what);
}

Words split(const std::string& text, char separator) {
    Words words(1);
    for (const char c : text) {
        if (c == separator) {
            words.emplace_back();
        } else {
            words.back() += c;
        }
    }
    return words;
}

std::uint64_t number(const std::string& text) {
    return std::stoull(text, nullptr, 0);
}

void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

Bytes hex(const std::string& text) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        bytes.push_back(static_cast<std::byte>(std::stoul(text.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

Bytes u64_bytes(std::uint64_t value) {
    Bytes bytes = dword(static_cast<std::uint32_t>(value));
    append(bytes, dword(static_cast<std::uint32_t>(value >> 32)));
    return bytes;
}

/// A SID of NT authority: "32-544" for S-1-5-32-544.
Bytes nt_sid(const std::string& parts) {
    const Words words = split(parts, '-');
    Bytes sid = bytes({1, static_cast<unsigned>(words.size()), 0, 0, 0, 0, 0, 5});
    for (const std::string& word : words) {
        append(sid, dword(static_cast<std::uint32_t>(number(word))));
    }
    return sid;
}

bool same_name(const std::u16string& a, const std::u16string& b) {
    return upper_case(a) == upper_case(b);
}

/// The key at `path` below `root`, made where it is missing.
Key& key_at(Key& root, const std::string& path) {
    Key* key = &root;
    for (const std::string& word : split(path, '\\')) {
        if (word.empty()) continue;
        const std::u16string name = wide(word == "CCS" ? "ControlSet001" : word);
        const auto found = std::find_if(key->subkeys.begin(), key->subkeys.end(),
                                        [&](const Key& k) { return same_name(k.name, name); });
        if (found != key->subkeys.end()) {
            key = &*found;
        } else {
            key->subkeys.push_back(make_key(name));
            key = &key->subkeys.back();
        }
    }
    return *key;
}

void set_value(Key& key, Value value) {
    std::erase_if(key.values, [&](const Value& v) { return same_name(v.name, value.name); });
    key.values.push_back(std::move(value));
}

Value value_of(const std::string& name, const std::string& text) {
    const std::size_t colon = text.find(':');
    const std::string kind = text.substr(0, colon);
    const std::string data = colon == std::string::npos ? "" : text.substr(colon + 1);
    const std::u16string wide_name = wide(name);
    if (kind == "dw") return dword_value(wide_name, static_cast<std::uint32_t>(number(data)));
    if (kind == "sz") return sz_value(wide_name, wide(data));
    if (kind == "esz") return make_value(wide_name, reg_expand_sz, sz(wide(data)));
    if (kind == "hex") return binary_value(wide_name, hex(data));
    if (kind == "none") return make_value(wide_name, reg_none, hex(data));
    if (kind != "msz") refuse("no kind of value: " + text);
    Bytes strings;
    for (const std::string& word : split(data, ';')) append(strings, sz(wide(word)));
    append(strings, sz(u""));
    return make_value(wide_name, reg_multi_sz, strings);
}

// ---- SECURITY and SAM

/// What every Windows since Vista ships: who may log in, and how.
Key security_tree() {
    Key root = make_key(u"Policy-Root");
    const std::vector<std::pair<const char*, std::uint32_t>> rights = {
        {"S-1-1-0", 2},          {"S-1-5-32-544", 0x407}, {"S-1-5-32-545", 3},  {"S-1-5-32-551", 7},
        {"S-1-5-32-555", 0x400}, {"S-1-5-32-559", 4},     {"S-1-5-80-0", 0x10},
    };
    for (const auto& [sid, mask] : rights) {
        const std::string key = std::string("Policy\\Accounts\\") + sid + "\\ActSysAc";
        set_value(key_at(root, key), make_value(u"", reg_none, dword(mask)));
    }
    // What TermService needs, of NETWORK SERVICE, of services and of everybody.
    const auto privileges = [&](const char* sid, const std::vector<std::uint32_t>& luids) {
        Bytes data = dword(static_cast<std::uint32_t>(luids.size()));
        append(data, dword(0));
        for (const std::uint32_t luid : luids) {
            append(data, dword(luid));
            append(data, dword(0));
            append(data, dword(0));
        }
        const std::string key = std::string("Policy\\Accounts\\") + sid + "\\Privilgs";
        set_value(key_at(root, key), make_value(u"", reg_none, data));
    };
    privileges("S-1-5-20", {3, 5, 21});
    privileges("S-1-5-6", {29, 30});
    privileges("S-1-1-0", {23});
    set_value(key_at(root, "Policy\\PolPrDmS"), make_value(u"", reg_none, {}));
    return root;
}

constexpr const char* users = "SAM\\Domains\\Account\\Users";
constexpr const char* machine_sid = "21-1111-2222-3333";

void add_user(Key& root, const Words& words) {
    if (words.size() < 4) refuse("user:NAME:RID:FLAGS[:SET[:EXPIRES]]");
    const auto time = [&](std::size_t i) {
        return words.size() > i ? number(words[i]) * 86400 * 10'000'000 : 0;
    };
    const auto rid = static_cast<std::uint32_t>(number(words[2]));
    Bytes f(80);
    const auto put = [&f](std::size_t at, const Bytes& what) {
        std::copy(what.begin(), what.end(), f.begin() + static_cast<std::ptrdiff_t>(at));
    };
    put(0, bytes({3, 0, 1, 0}));
    put(24, u64_bytes(words.size() > 4 ? time(4) : fixed_time));
    put(32, u64_bytes(words.size() > 5 ? time(5) : 0x7fffffffffffffff));
    put(48, dword(rid));
    put_u16(f, 56, static_cast<std::uint16_t>(number(words[3])));
    char name[9];
    std::snprintf(name, sizeof name, "%08X", static_cast<unsigned>(rid));
    set_value(key_at(root, std::string(users) + "\\" + name), binary_value(u"F", f));
    set_value(key_at(root, std::string(users) + "\\Names\\" + words[1]), make_value(u"", rid, {}));
}

void set_administrators(Key& root, const Words& words) {
    Bytes members;
    std::uint32_t count = 0;
    for (const std::string& rid : split(words.at(1), ',')) {
        append(members,
               nt_sid(rid.find('-') == std::string::npos ? std::string(machine_sid) + "-" + rid
                                                         : rid));
        ++count;
    }
    Bytes c(52);
    put_u32(c, 0, 544);
    put_u32(c, 40, 0);
    put_u32(c, 44, static_cast<std::uint32_t>(members.size()));
    put_u32(c, 48, count);
    append(c, members);
    set_value(key_at(root, "SAM\\Domains\\Builtin\\Aliases\\00000220"), binary_value(u"C", c));
}

Key sam_tree() {
    Key root = make_key(u"SAM-Root");
    Bytes f(104);
    // Ages and durations are negative; 42 days, 30 minutes, no lockout.
    const auto put_time = [&f](std::size_t at, std::uint64_t ticks) { put_u64(f, at, 0 - ticks); };
    put_time(0x18, std::uint64_t{42} * 86400 * 10'000'000);
    put_time(0x30, std::uint64_t{30} * 60 * 10'000'000);
    set_value(key_at(root, "SAM\\Domains\\Account"), binary_value(u"F", f));
    Bytes v(64);
    append(v, nt_sid(machine_sid));
    set_value(key_at(root, "SAM\\Domains\\Account"), binary_value(u"V", v));
    add_user(root, {"user", "Administrator", "500", "0x210"});
    add_user(root, {"user", "Guest", "501", "0x215"});
    set_administrators(root, {"administrators", "500"});
    return root;
}

// ---- SOFTWARE

Key software_tree() {
    Key root = make_key(u"ROOT");
    const std::string version = "Microsoft\\Windows NT\\CurrentVersion";
    set_value(key_at(root, version), sz_value(u"ProductName", u"Windows Server 2019 Standard"));
    set_value(key_at(root, version), sz_value(u"EditionID", u"ServerStandard"));
    set_value(key_at(root, version), sz_value(u"CurrentBuildNumber", u"17763"));
    set_value(key_at(root, version), sz_value(u"ReleaseId", u"1809"));
    set_value(key_at(root, version), dword_value(u"UBR", 737));
    return root;
}

Bytes der(unsigned tag, const Bytes& content) {
    Bytes out = bytes({tag});
    if (content.size() < 128) {
        append(out, bytes({static_cast<unsigned>(content.size())}));
    } else {
        append(out, bytes({0x82, static_cast<unsigned>(content.size() >> 8),
                           static_cast<unsigned>(content.size() & 0xff)}));
    }
    append(out, content);
    return out;
}

Bytes ascii(const std::string& text) {
    Bytes out;
    for (const char c : text) out.push_back(static_cast<std::byte>(c));
    return out;
}

/// As much of a certificate as a reader of its dates looks at; "YYMMDDhhmmssZ" or with four digits.
Bytes certificate(const std::string& from, const std::string& until) {
    const auto time = [](const std::string& text) {
        return der(text.size() == 13 ? 0x17 : 0x18, ascii(text));
    };
    Bytes validity = time(from);
    append(validity, time(until));
    Bytes tbs = der(0xa0, der(0x02, bytes({2})));
    append(tbs, der(0x02, bytes({1})));
    append(tbs, der(0x30, der(0x06, bytes({42, 134, 72, 134, 247, 13, 1, 1, 11}))));
    append(tbs, der(0x30, {}));
    append(tbs, der(0x30, validity));
    append(tbs, der(0x30, Bytes(200)));
    return der(0x30, der(0x30, tbs));
}

void add_certificate(Key& root, const Words& words) {
    if (words.size() < 5) refuse("certificate:STORE:THUMBPRINT:FROM:UNTIL[:no-key]");
    Bytes blob;
    const auto property = [&blob](std::uint32_t id, const Bytes& data) {
        append(blob, dword(id));
        append(blob, dword(1));
        append(blob, dword(static_cast<std::uint32_t>(data.size())));
        append(blob, data);
    };
    property(3, hex(words[2]));
    if (words.size() < 6) property(2, Bytes(64));
    property(32, certificate(words[3], words[4]));
    set_value(
        key_at(root, "Microsoft\\SystemCertificates\\" + words[1] + "\\Certificates\\" + words[2]),
        binary_value(u"Blob", blob));
}

// ---- The whole

void edit(Key& root, const std::string& text) {
    const Words colons = split(text, ':');
    if (colons.front() == "user") return add_user(root, colons);
    if (colons.front() == "administrators") return set_administrators(root, colons);
    if (colons.front() == "certificate") return add_certificate(root, colons);
    const std::size_t first = text.find('|');
    if (first == std::string::npos) refuse("no edit: " + text);
    const std::string path = text.substr(0, first), rest = text.substr(first + 1);
    if (rest == "key") return void(key_at(root, path));
    if (rest == "delkey") {
        const std::size_t last = path.rfind('\\');
        Key& parent = key_at(root, last == std::string::npos ? "" : path.substr(0, last));
        const std::u16string name = wide(path.substr(last + 1));
        std::erase_if(parent.subkeys, [&](const Key& key) { return same_name(key.name, name); });
        return;
    }
    const std::size_t second = rest.find('|');
    if (second == std::string::npos) refuse("no edit: " + text);
    const std::string name = rest.substr(0, second), value = rest.substr(second + 1);
    Key& key = key_at(root, path);
    if (value != "del") return set_value(key, value_of(name, value));
    std::erase_if(key.values, [&](const Value& v) { return same_name(v.name, wide(name)); });
}

Bytes make(const Words& arguments) {
    const std::string& kind = arguments.at(0);
    HiveOptions options;
    Key root;
    const std::vector<std::pair<const char*, Generation>> generations = {
        {"xp", Generation::xp},
        {"win7", Generation::win7},
        {"win81", Generation::win81},
        {"win10", Generation::win10}};
    for (const auto& [name, generation] : generations) {
        if (kind != name) continue;
        options = hive_options(generation);
        root = whole_tree(generation, {generation >= Generation::vista, true});
    }
    if (kind == "software") root = software_tree();
    if (kind == "security") root = security_tree();
    if (kind == "sam") root = sam_tree();
    if (root.name.empty()) refuse("no kind of hive: " + kind);
    for (std::size_t i = 2; i < arguments.size(); ++i) edit(root, arguments[i]);
    return build(root, options).bytes;
}

}  // namespace

int main(int argc, char** argv) {
    const Words arguments(argv + 1, argv + argc);
    try {
        if (arguments.size() < 2) refuse("make_case KIND OUT [EDIT...]");
        const Bytes bytes = make(arguments);
        std::ofstream out(std::filesystem::path(arguments[1]), std::ios::binary);
        for (const std::byte b : bytes) out.put(static_cast<char>(b));
        if (!out.flush()) refuse("cannot write " + arguments[1]);
    } catch (const std::exception& error) {
        std::cerr << "make_case: error: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
