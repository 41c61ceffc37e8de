// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/structure.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "regf/key_node.h"
#include "regf/key_security.h"
#include "regf/key_value.h"
#include "regf/subkeys_list.h"

namespace nlafix::regf {
namespace {

class StructureCheck {
public:
    explicit StructureCheck(const Hive& hive)
        : hive_(hive), owned_(bins_bytes()), value_cells_(bins_bytes()) {}

    Structure run();

private:
    struct Visit {
        CellOffset key;
        std::uint32_t parent_visit;  // index in visits_
    };
    static constexpr std::uint32_t no_visit = 0xffffffff;

    std::size_t bins_bytes() const { return hive_.file().size() - base_block_size_bytes; }

    void visit_key(std::uint32_t visit);
    void visit_subkeys(const KeyNode& key, std::uint32_t visit);
    void check_leaf(const SubkeysLeaf& leaf, std::uint32_t visit);
    void visit_values(const KeyNode& key, std::uint32_t visit);
    void visit_value(CellOffset offset, std::uint32_t visit);
    void check_security();

    /// Runs `part`; what it throws becomes damage, and the rest of the key is still looked at.
    template <typename Part>
    void guard(std::uint32_t visit, Part part);
    void claim(CellOffset cell);
    /// False when a value has claimed it before.
    bool claim_for_value(CellOffset cell);

    std::string path_of(std::uint32_t visit) const;
    void add_damage(std::uint32_t visit, const std::string& message, std::uint64_t at);
    void add_warning(std::uint32_t visit, const std::string& message, std::uint64_t at);
    std::string placed(std::uint32_t visit, const std::string& message) const;

    const Hive& hive_;
    CellSet owned_;        // cells that one key, list or security item may own
    CellSet value_cells_;  // key values and their data; some writers share these
    std::vector<Visit> visits_;
    std::vector<std::uint32_t> open_;  // visits that are still to be made
    std::vector<CellOffset> security_of_keys_;
    Structure result_;
};

// Paths are made for messages that are kept only: a hostile hive can be damaged in every cell.
void StructureCheck::add_damage(std::uint32_t visit, const std::string& message, std::uint64_t at) {
    ++result_.damage_count;
    if (result_.damage.size() < Structure::most_messages) {
        result_.damage.push_back({placed(visit, message), at});
    }
}

void StructureCheck::add_warning(std::uint32_t visit, const std::string& message,
                                 std::uint64_t at) {
    ++result_.warning_count;
    if (result_.warnings.size() < Structure::most_messages) {
        result_.warnings.push_back({placed(visit, message), at});
    }
}

std::string StructureCheck::placed(std::uint32_t visit, const std::string& message) const {
    return visit == no_visit ? message : path_of(visit) + ": " + message;
}

/// The last parts of the key's path; a hostile hive may nest without end.
std::string StructureCheck::path_of(std::uint32_t visit) const {
    constexpr int most_parts = 12;
    std::string path;
    for (int parts = 0; visit != no_visit; ++parts) {
        if (parts == most_parts) return "…\\" + path;
        try {
            const std::string name = KeyNode(hive_, visits_[visit].key).name().utf8();
            if (visits_[visit].parent_visit != no_visit) {
                path = path.empty() ? name : name + "\\" + path;
            }
        } catch (const Error&) {
            path = "?" + (path.empty() ? path : "\\" + path);
        }
        visit = visits_[visit].parent_visit;
    }
    return path.empty() ? "root key" : path;
}

template <typename Part>
void StructureCheck::guard(std::uint32_t visit, Part part) {
    try {
        part();
    } catch (const Error& error) {
        add_damage(visit, error.bare_message(),
                   error.offset().value_or(offset_in_file(visits_[visit].key)));
    }
}

void StructureCheck::claim(CellOffset cell) {
    if (hive_.is_allocated(cell) && (value_cells_.contains(cell) || !owned_.insert(cell))) {
        throw Error(ErrorCode::malformed_hive, "a cell is referred to twice")
            .offset(offset_in_file(cell));
    }
}

bool StructureCheck::claim_for_value(CellOffset cell) {
    if (!hive_.is_allocated(cell)) return true;  // whoever reads it says so
    if (owned_.contains(cell)) {
        throw Error(ErrorCode::malformed_hive, "a value refers to a cell that something else owns")
            .offset(offset_in_file(cell));
    }
    return value_cells_.insert(cell);
}

Structure StructureCheck::run() {
    for (const Damage& damage : hive_.layout_damage()) {
        add_damage(no_visit, damage.message, damage.offset_in_file);
    }
    visits_.push_back({hive_.base_block().root_offset, no_visit});
    open_.push_back(0);
    while (!open_.empty()) {
        const std::uint32_t visit = open_.back();
        open_.pop_back();
        guard(visit, [&] { visit_key(visit); });
    }
    check_security();
    return std::move(result_);
}

void StructureCheck::visit_key(std::uint32_t visit) {
    const KeyNode key(hive_, visits_[visit].key);
    claim(key.offset());
    ++result_.key_count;
    const std::uint32_t parent = visits_[visit].parent_visit;
    if (parent != no_visit && key.parent() != visits_[parent].key) {
        add_damage(visit,
                   "key node: names the parent " + std::to_string(key.parent()) + ", expected " +
                       std::to_string(visits_[parent].key),
                   offset_in_file(key.offset()) + 4 + key_node_parent_at);
    }
    guard(visit, [&] {
        if (!key.class_name().empty()) claim(key.class_name_cell());
    });
    if (key.security() != no_cell) security_of_keys_.push_back(key.security());
    guard(visit, [&] { visit_values(key, visit); });
    guard(visit, [&] { visit_subkeys(key, visit); });
}

void StructureCheck::visit_subkeys(const KeyNode& key, std::uint32_t visit) {
    if (key.subkey_count() == 0) return;
    if (is_index_root(hive_, key.subkeys_list())) claim(key.subkeys_list());
    for (const SubkeysLeaf& leaf : subkeys_leaves(hive_, key.subkeys_list())) {
        claim(leaf.offset());
        guard(visit, [&] { check_leaf(leaf, visit); });
    }
    // Claimed leaves keep the sum of all lists below the hive's size.
    const std::vector<CellOffset> subkeys = key.subkeys();
    for (auto subkey = subkeys.rbegin(); subkey != subkeys.rend(); ++subkey) {
        visits_.push_back({*subkey, visit});
        open_.push_back(static_cast<std::uint32_t>(visits_.size() - 1));
    }
}

/// Order and hashes of a leaf's names: only a warning, as nothing that we do depends on them.
void StructureCheck::check_leaf(const SubkeysLeaf& leaf, std::uint32_t visit) {
    // Windows has no longer names; many references to one long name would cost time for nothing.
    constexpr std::size_t longest_name_bytes = 512;
    const std::uint64_t at = offset_in_file(leaf.offset());
    std::optional<Name> previous;
    for (std::uint16_t i = 0; i < leaf.count(); ++i) {
        if (!hive_.is_allocated(leaf.key_node(i))) return;  // damage, found when it is visited
        const Name name = KeyNode(hive_, leaf.key_node(i)).name();
        if (name.bytes.size() > longest_name_bytes) return;
        if (leaf.kind() == SubkeysLeaf::Kind::hash &&
            upper_case_hash(name).value_or(leaf.hint(i)) != leaf.hint(i)) {
            add_warning(visit, "hash leaf: wrong hash of \"" + name.utf8() + "\"", at);
        }
        if (previous && compare_upper_case(*previous, name).value_or(-1) >= 0) {
            add_warning(visit, "subkeys list: \"" + name.utf8() + "\" is not in order", at);
        }
        previous = name;
    }
}

void StructureCheck::visit_values(const KeyNode& key, std::uint32_t visit) {
    if (key.value_count() == 0) return;
    // Before it is read: many keys that name one long list must not cost a walk of it each.
    claim(key.values_list());
    const std::vector<CellOffset> values = key.values();
    for (const CellOffset value : values) {
        guard(visit, [&] { visit_value(value, visit); });
    }
}

void StructureCheck::visit_value(CellOffset offset, std::uint32_t visit) {
    const KeyValue value(hive_, offset);
    ++result_.value_count;
    if (!claim_for_value(offset)) return;  // listed before: looked at already
    try {
        if (value.storage() == KeyValue::Storage::big_data) {
            // The record first: a second value that names it must not cost a walk of its segments.
            claim(value.data_offset());
            for (const CellOffset cell : value.data_cells()) {
                if (cell != value.data_offset()) claim(cell);
            }
        } else if (value.storage() == KeyValue::Storage::cell) {
            static_cast<void>(claim_for_value(value.data_offset()));
        }
        static_cast<void>(value.data_pieces());
    } catch (const Error& error) {
        throw Error(ErrorCode::malformed_hive,
                    "value \"" + value.name().utf8() + "\": " + error.bare_message())
            .offset(error.offset().value_or(offset_in_file(offset)));
    }
    if (value.storage() == KeyValue::Storage::cell && hive_.base_block().minor_version > 3 &&
        value.data_size_bytes() > big_data_segment_bytes) {
        add_warning(visit,
                    "value \"" + value.name().utf8() +
                        "\": more than 16344 bytes in one cell, which Windows does not accept",
                    offset_in_file(offset));
    }
}

void StructureCheck::check_security() {
    std::sort(security_of_keys_.begin(), security_of_keys_.end());
    for (auto first = security_of_keys_.begin(); first != security_of_keys_.end();) {
        const auto last = std::upper_bound(first, security_of_keys_.end(), *first);
        const CellOffset offset = *first;
        const auto references = static_cast<std::uint32_t>(last - first);
        first = last;
        try {
            claim(offset);
            const KeySecurity item(hive_, offset);
            if (item.reference_count() != references) {
                // Most editors of rescue disks leave it so. Nothing that an edit frees or keeps
                // depends on it, and no edit changes it.
                add_warning(no_visit,
                            "key security: counts " + std::to_string(item.reference_count()) +
                                " references, " + std::to_string(references) + " keys refer to it",
                            offset_in_file(offset));
            }
            if (KeySecurity(hive_, item.next()).previous() != offset ||
                KeySecurity(hive_, item.previous()).next() != offset) {
                add_damage(no_visit,
                           "key security: its neighbours in the list do not point back to it",
                           offset_in_file(offset));
            }
        } catch (const Error& error) {
            add_damage(no_visit, error.bare_message(),
                       error.offset().value_or(offset_in_file(offset)));
        }
    }
}

}  // namespace

Structure check_structure(const Hive& hive) {
    return StructureCheck(hive).run();
}

}  // namespace nlafix::regf
