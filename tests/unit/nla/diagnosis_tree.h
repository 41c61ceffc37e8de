// SPDX-License-Identifier: GPL-2.0-or-later
// A SYSTEM hive of a generation, a SOFTWARE hive beside it, and what the diagnosis says of them.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hive_builder.h"
#include "nla/diagnosis.h"
#include "whole_tree.h"

namespace nlafix::test {

/// A value that is put into a tree; the keys on the way are made where they are missing. In the
/// role `volume`: the size of a file as a REG_DWORD, the names in a folder as a REG_MULTI_SZ, a
/// security descriptor as a REG_BINARY, or, as any other type, that it is missing.
struct Content {
    nla::HiveRole hive;
    std::string key;  // below ControlSet001, or below the root of the other hives
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

/// A volume that has every file, but for what a test says.
class Files final : public nla::WindowsFiles {
public:
    std::map<std::string, std::optional<std::uint64_t>, std::less<>> sizes;

    std::optional<nla::FileFacts> find(std::string_view path) const override {
        const auto found = sizes.find(path);
        if (found == sizes.end()) return nla::FileFacts{1000};
        return found->second ? std::optional(nla::FileFacts{*found->second}) : std::nullopt;
    }
    std::map<std::string, std::vector<std::string>, std::less<>> names;
    std::map<std::string, Bytes, std::less<>> descriptors;

    std::optional<std::vector<std::string>> names_in(std::string_view path) const override {
        if (const auto missing = sizes.find(path); missing != sizes.end()) return std::nullopt;
        const auto found = names.find(path);
        return found == names.end() ? std::vector<std::string>() : found->second;
    }
    Bytes security_of(std::string_view path) const override {
        const auto found = descriptors.find(path);
        return found == descriptors.end() ? Bytes() : found->second;
    }

    void put(const std::string& path, const fixture::Value& value) {
        if (value.type == fixture::reg_multi_sz) {
            nla::Observation list;
            list.place.content = nla::Content::strings;
            nla::read_data(value.type, value.data, list);
            names[path] = list.elements;
        } else if (value.type == fixture::reg_binary) {
            descriptors[path] = value.data;
        } else {
            sizes[path] = value.type == fixture::reg_dword
                              ? std::optional<std::uint64_t>(fixture::get_u32(value.data, 0))
                              : std::nullopt;
        }
    }
};

/// Both entries are there, Remote Desktop is on; SOFTWARE holds only what `contents` put there.
/// SECURITY, SAM and the volume are at hand where they put something there.
class Hives {
public:
    static constexpr std::uint64_t now = 134'400'000'000'000'000;  // 2026-11-24

    Hives(fixture::Generation generation, const std::vector<Content>& contents) {
        const fixture::Entries entries = fixture::stock_entries(generation);
        fixture::Key system = generation < fixture::Generation::xp
                                  ? fixture::system_tree(generation, entries)
                                  : fixture::whole_tree(generation, entries);
        std::map<nla::HiveRole, fixture::Key> others = {
            {nla::HiveRole::software, fixture::make_key(u"ROOT")}};
        for (const Content& content : contents) {
            if (content.hive == nla::HiveRole::volume) {
                has_files_ = true;
                files_.put(content.key, content.value);
            } else if (content.hive == nla::HiveRole::system) {
                put(system, content);
            } else {
                put(others.emplace(content.hive, fixture::make_key(u"ROOT")).first->second,
                    content);
            }
        }
        system_ = fixture::build(system, fixture::hive_options(generation));
        for (const auto& [role, root] : others) others_[role] = fixture::build(root);
    }

    fixture::Built& system() { return system_; }
    fixture::Built& software() { return others_[nla::HiveRole::software]; }

    nla::Diagnosis diagnosis(bool with_software = true) const {
        const regf::Hive hive(system_.bytes);
        std::map<nla::HiveRole, regf::Hive> others;
        for (const auto& [role, built] : others_) others.emplace(role, built.bytes);
        const auto hive_of = [&others](nla::HiveRole role) {
            const auto found = others.find(role);
            return found == others.end() ? nullptr : &found->second;
        };
        const auto sets =
            nlafix::system::choose_control_sets(hive, nlafix::system::read_select(hive), {});
        nla::Surroundings around;
        if (with_software) around.software = hive_of(nla::HiveRole::software);
        around.security = hive_of(nla::HiveRole::security);
        around.sam = hive_of(nla::HiveRole::sam);
        if (has_files_) around.files = &files_;
        around.now = now;
        return nla::diagnose(hive, sets, around);
    }

    bool has(const std::string& code) const {
        const nla::Diagnosis found = diagnosis();
        return std::any_of(found.findings.begin(), found.findings.end(),
                           [&](const nla::Finding& finding) { return code == finding.code(); });
    }

private:
    fixture::Built system_;
    std::map<nla::HiveRole, fixture::Built> others_;
    Files files_;
    bool has_files_ = false;
};

/// Whether a SYSTEM hive alone shows that finding.
inline bool shows(ByteView system_hive, const std::string& code) {
    const regf::Hive hive(system_hive);
    const auto sets =
        nlafix::system::choose_control_sets(hive, nlafix::system::read_select(hive), {});
    const nla::Diagnosis found = nla::diagnose(hive, sets, {});
    return std::any_of(found.findings.begin(), found.findings.end(),
                       [&](const nla::Finding& finding) { return code == finding.code(); });
}

/// The codes that were found, in their order.
inline std::vector<std::string> codes_of(const nla::Diagnosis& diagnosis) {
    std::vector<std::string> codes;
    for (const nla::Finding& finding : diagnosis.findings) codes.emplace_back(finding.code());
    return codes;
}

}  // namespace nlafix::test
