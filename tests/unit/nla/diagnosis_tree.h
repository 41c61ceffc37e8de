// SPDX-License-Identifier: GPL-2.0-or-later
// A SYSTEM hive of a generation, a SOFTWARE hive beside it, and what the diagnosis says of them.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "hive_builder.h"
#include "nla/diagnosis.h"
#include "system_tree.h"

namespace nlafix::test {

/// A value that is put into a tree; the keys on the way are made where they are missing.
struct Content {
    nla::HiveRole hive;
    std::string key;  // below ControlSet001, or below the root of SOFTWARE
    fixture::Value value;
};

struct Row {
    const char* code;
    fixture::Generation generation;
    std::vector<Content> contents;
    bool found;
};

inline std::u16string wide(const std::string& ascii) {
    return {ascii.begin(), ascii.end()};
}

inline Content number(nla::HiveRole hive, const std::string& key, const char* name,
                      std::uint32_t stored) {
    return {hive, key, fixture::dword_value(wide(name), stored)};
}

inline bool same_name(const std::u16string& a, const std::u16string& b) {
    return fixture::upper_case(a) == fixture::upper_case(b);
}

/// The key at `path` below `key`.
inline fixture::Key& make_path(fixture::Key& key, const std::string& path) {
    if (path.empty()) return key;
    const std::size_t end = std::min(path.find('\\'), path.size());
    const std::u16string name = wide(path.substr(0, end));
    const std::string rest = path.substr(std::min(end + 1, path.size()));
    for (fixture::Key& subkey : key.subkeys) {
        if (same_name(subkey.name, name)) return make_path(subkey, rest);
    }
    key.subkeys.push_back(fixture::make_key(name));
    return make_path(key.subkeys.back(), rest);
}

inline void put(fixture::Key& root, const Content& content) {
    const bool in_system = content.hive == nla::HiveRole::system;
    fixture::Key& key = make_path(root, in_system ? "ControlSet001\\" + content.key : content.key);
    for (fixture::Value& value : key.values) {
        if (!same_name(value.name, content.value.name)) continue;
        value = content.value;
        return;
    }
    key.values.push_back(content.value);
}

/// Both entries are there, Remote Desktop is on; SOFTWARE holds only what `contents` put there.
class Hives {
public:
    Hives(fixture::Generation generation, const std::vector<Content>& contents) {
        fixture::Key system = fixture::system_tree(generation, fixture::stock_entries(generation));
        fixture::Key software = fixture::make_key(u"ROOT");
        for (const Content& content : contents) {
            put(content.hive == nla::HiveRole::system ? system : software, content);
        }
        system_ = fixture::build(system, fixture::hive_options(generation));
        software_ = fixture::build(software);
    }

    fixture::Built& system() { return system_; }
    fixture::Built& software() { return software_; }

    nla::Diagnosis diagnosis(bool with_software = true) const {
        const regf::Hive hive(system_.bytes);
        const regf::Hive software(software_.bytes);
        const auto sets =
            nlafix::system::choose_control_sets(hive, nlafix::system::read_select(hive), {});
        nla::Surroundings around;
        if (with_software) around.software = &software;
        return nla::diagnose(hive, sets, around);
    }

    bool has(const std::string& code) const {
        const nla::Diagnosis found = diagnosis();
        return std::any_of(found.findings.begin(), found.findings.end(),
                           [&](const nla::Finding& finding) { return code == finding.code(); });
    }

private:
    fixture::Built system_;
    fixture::Built software_;
};

/// The codes that were found, in their order.
inline std::vector<std::string> codes_of(const nla::Diagnosis& diagnosis) {
    std::vector<std::string> codes;
    for (const nla::Finding& finding : diagnosis.findings) codes.emplace_back(finding.code());
    return codes;
}

}  // namespace nlafix::test
