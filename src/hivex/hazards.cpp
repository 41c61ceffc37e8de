// SPDX-License-Identifier: GPL-2.0-or-later
#include "hivex/hazards.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "regf/hive.h"
#include "regf/key_value.h"

namespace nlafix::hivex {
namespace {

// hivex reads no value above this (HIVEX_MAX_VALUE_LEN), and has deleted them all when it says so.
constexpr std::uint32_t most_data_bytes = 1'000'000;

std::optional<std::string> hazard_of_name(const regf::KeyValue& value) {
    const regf::Name name = value.name();
    const std::u16string text = name.units();
    if (value.flags() > 1) return "its flags would be lost";
    if (text.find(u'\0') != std::u16string::npos)
        return "its name has a NUL inside and would be cut";
    if (name.compressed) {
        if (text.empty()) return "it has no name, but a flag that would be lost";
        return std::nullopt;
    }
    if (text.empty()) return std::nullopt;
    if (name.bytes.size() % 2 != 0 || !is_valid_utf16(text)) return "its name is no valid UTF-16";
    if (std::all_of(text.begin(), text.end(), [](char16_t unit) { return unit < 0x100; })) {
        return "its name would be stored in another encoding";
    }
    return std::nullopt;
}

std::optional<std::string> hazard_of_data(const regf::KeyNode& key, const regf::KeyValue& value) {
    const std::uint32_t size = value.data_size_bytes();
    if (value.data_is_inline()) {
        if (size > 4) return "its length does not fit into the field that holds it";
        return std::nullopt;
    }
    if (!key.cells().is_allocated(value.data_offset())) return "its data is in no allocated cell";
    if (size > key.cells().cell(value.data_offset()).size() &&
        value.storage() != regf::KeyValue::Storage::big_data) {
        return "its data is longer than its cell";
    }
    if (size > most_data_bytes) return "it is larger than 1,000,000 bytes";
    // Before minor version 4 there is no big data, and one plain cell is right.
    if (size > regf::big_data_segment_bytes && key.cells().base_block().minor_version > 3) {
        return "it is larger than 16,344 bytes and would not be stored as big data";
    }
    return std::nullopt;
}

std::string describe(const regf::Name& name, const std::string& why) {
    return "value \"" + name.utf8() + "\" beside it would not survive: " + why;
}

}  // namespace

std::optional<std::string> find_hazard(const regf::KeyNode& key, const regf::CellSet& shared) {
    if ((key.flags() & regf::key_flag_predefined_handle) != 0) {
        return "the key is a predefined handle, which has no values of its own";
    }
    for (const regf::CellOffset offset : key.values()) {
        const regf::KeyValue value(key.cells(), offset);
        if (const auto why = hazard_of_name(value)) return describe(value.name(), *why);
        if (const auto why = hazard_of_data(key, value)) return describe(value.name(), *why);
        if (shared.contains(offset)) {
            return describe(value.name(), "it is listed twice, here or by another key");
        }
        if (!value.data_is_inline() && shared.contains(value.data_offset())) {
            return describe(value.name(), "it shares its data with something else");
        }
    }
    return std::nullopt;
}

void require_no_hazard(const recovery::CleanHive& hive, const nla::Plan& plan,
                       const regf::CellSet& shared) {
    const regf::Hive parsed(hive.image());
    for (const nla::PlannedEdit& edit : plan.edits) {
        const auto hazard = find_hazard(regf::KeyNode(parsed, edit.key_node), shared);
        if (!hazard) continue;
        throw Error(ErrorCode::unsafe_sibling, nla::key_of(edit) + ": " + *hazard)
            .hint(
                "edit this key with regedit from the Windows recovery "
                "environment instead");
    }
}

}  // namespace nlafix::hivex
