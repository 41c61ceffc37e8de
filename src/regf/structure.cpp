// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/structure.h"

#include <algorithm>
#include <optional>
#include <utility>

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
        : hive_(hive), owned_(bins_bytes()), value_cells_(bins_bytes()), reported_(bins_bytes()) {
        result_.shared_cells = CellSet(bins_bytes());
    }

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
    void open_leaf(const SubkeysLeaf& leaf, std::uint32_t visit);
    bool may_open(CellOffset key, std::uint32_t visit);
    void judge_name(const SubkeysLeaf& leaf, std::uint16_t index, std::uint32_t visit);
    void visit_values(const KeyNode& key, std::uint32_t visit);
    void visit_value(CellOffset offset, std::uint32_t visit);
    void visit_data(const KeyValue& value, std::uint32_t visit);
    void check_security();

    /// Runs `part`; what it throws becomes damage, and the rest of the key is still looked at.
    template <typename Part>
    void guard(std::uint32_t visit, Part part);
    /// False where something else owns the cell, which is damage, counted once. A cell that does
    /// not exist is free: whoever reads it says so.
    bool claim(CellOffset cell, std::uint32_t visit);
    /// False also where another value has claimed it, which is no damage.
    bool claim_for_value(CellOffset cell, std::uint32_t visit);
    void report_once(CellOffset cell, std::uint32_t visit, const char* message);
    void report_nowhere(CellOffset cell, std::uint32_t visit);

    std::string path_of(std::uint32_t visit) const;
    void add_damage(std::uint32_t visit, const std::string& message, std::uint64_t at);
    void add_warning(std::uint32_t visit, const std::string& message, std::uint64_t at);
    std::string placed(std::uint32_t visit, const std::string& message) const;

    const Hive& hive_;
    CellSet owned_;        // cells that one key, list or security item may own
    CellSet value_cells_;  // key values and their data; some writers share these
    CellSet reported_;     // damage that was counted
    std::vector<Visit> visits_;
    std::vector<std::uint32_t> open_;  // visits that are still to be made
    std::vector<CellOffset> security_of_keys_;
    std::vector<CellOffset> unused_data_;  // of values without data, which name a cell all the same
    std::optional<Name> previous_name_;    // in the leaf that is opened
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
    constexpr std::size_t most_message_bytes = 1024;
    const std::string text = shortened(message, most_message_bytes);
    return visit == no_visit ? text : path_of(visit) + ": " + text;
}

/// The last parts of the key's path; a hostile hive may nest without end, and name keys at length.
std::string StructureCheck::path_of(std::uint32_t visit) const {
    constexpr int most_parts = 12;
    constexpr std::size_t most_name_bytes = 256;
    std::string path;
    for (int parts = 0; visit != no_visit; ++parts) {
        if (parts == most_parts) return "…\\" + path;
        try {
            const std::string name =
                shortened(KeyNode(hive_, visits_[visit].key).name().utf8(), most_name_bytes);
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

void StructureCheck::report_once(CellOffset cell, std::uint32_t visit, const char* message) {
    if (reported_.insert(cell)) add_damage(visit, message, offset_in_file(cell));
}

/// A reference to no cell. Without an exception: a hostile list holds nothing else.
void StructureCheck::report_nowhere(CellOffset cell, std::uint32_t visit) {
    const bool is_inside = cell / 8 < bins_bytes() / 8;
    if (is_inside && !reported_.insert(cell)) return;
    if (result_.damage.size() < Structure::most_messages) {
        add_damage(visit, no_cell_message(cell), offset_in_file(cell));
    } else {
        ++result_.damage_count;
    }
}

bool StructureCheck::claim(CellOffset cell, std::uint32_t visit) {
    if (!hive_.is_allocated(cell)) return true;
    if (!value_cells_.contains(cell) && owned_.insert(cell)) return true;
    report_once(cell, visit, "a cell is referred to twice");
    return false;
}

bool StructureCheck::claim_for_value(CellOffset cell, std::uint32_t visit) {
    if (!hive_.is_allocated(cell)) return true;
    if (owned_.contains(cell)) {
        report_once(cell, visit, "a value refers to a cell that something else owns");
        return false;
    }
    if (value_cells_.insert(cell)) return true;
    result_.shared_cells.insert(cell);
    return false;
}

Structure StructureCheck::run() {
    for (const Damage& damage : hive_.layout_damage()) {
        add_damage(no_visit, damage.message, damage.offset_in_file);
    }
    visits_.push_back({hive_.base_block().root_offset, no_visit});
    static_cast<void>(claim(hive_.base_block().root_offset, 0));
    open_.push_back(0);
    while (!open_.empty()) {
        const std::uint32_t visit = open_.back();
        open_.pop_back();
        guard(visit, [&] { visit_key(visit); });
    }
    check_security();
    for (const CellOffset cell : unused_data_) {
        if (owned_.contains(cell) || !value_cells_.insert(cell)) result_.shared_cells.insert(cell);
    }
    return std::move(result_);
}

/// A key that was claimed when its list was read.
void StructureCheck::visit_key(std::uint32_t visit) {
    const KeyNode key(hive_, visits_[visit].key);
    ++result_.key_count;
    const std::uint32_t parent = visits_[visit].parent_visit;
    if (parent != no_visit && key.parent() != visits_[parent].key) {
        add_damage(visit,
                   "key node: names the parent " + std::to_string(key.parent()) + ", expected " +
                       std::to_string(visits_[parent].key),
                   offset_in_file(key.offset()) + 4 + key_node_parent_at);
    }
    guard(visit, [&] {
        if (!key.class_name().empty()) static_cast<void>(claim(key.class_name_cell(), visit));
    });
    if (key.security() != no_cell) security_of_keys_.push_back(key.security());
    guard(visit, [&] { visit_values(key, visit); });
    guard(visit, [&] { visit_subkeys(key, visit); });
}

void StructureCheck::visit_subkeys(const KeyNode& key, std::uint32_t visit) {
    if (key.subkey_count() == 0) return;
    if (is_index_root(hive_, key.subkeys_list()) && !claim(key.subkeys_list(), visit)) return;
    // Claimed leaves keep the sum of all lists below the hive's size.
    const std::vector<SubkeysLeaf> leaves = subkeys_leaves(hive_, key.subkeys_list());
    std::uint64_t listed = 0;
    for (const SubkeysLeaf& leaf : leaves) {
        if (!claim(leaf.offset(), visit)) return;
        listed += leaf.count();
    }
    key.require_subkey_count(listed);
    const auto first = static_cast<std::ptrdiff_t>(open_.size());
    for (const SubkeysLeaf& leaf : leaves) open_leaf(leaf, visit);
    std::reverse(open_.begin() + first, open_.end());  // the last one is visited first
}

void StructureCheck::open_leaf(const SubkeysLeaf& leaf, std::uint32_t visit) {
    previous_name_.reset();
    for (std::uint16_t i = 0; i < leaf.count(); ++i) {
        const CellOffset key = leaf.key_node(i);
        if (!may_open(key, visit)) continue;
        judge_name(leaf, i, visit);
        visits_.push_back({key, visit});
        open_.push_back(static_cast<std::uint32_t>(visits_.size() - 1));
    }
}

/// Claims the key at `key`, so that each is looked at once, however many lists name it.
bool StructureCheck::may_open(CellOffset key, std::uint32_t visit) {
    if (hive_.is_allocated(key) && !value_cells_.contains(key) && owned_.insert(key)) return true;
    visits_.push_back({key, visit});  // for the path in the message
    const auto child = static_cast<std::uint32_t>(visits_.size() - 1);
    if (hive_.is_allocated(key)) {
        report_once(key, child, "a cell is referred to twice");
    } else {
        report_nowhere(key, child);
    }
    visits_.pop_back();
    return false;
}

/// Order and hash of a name: only a warning, as nothing that we do depends on them.
void StructureCheck::judge_name(const SubkeysLeaf& leaf, std::uint16_t index, std::uint32_t visit) {
    const std::uint64_t at = offset_in_file(leaf.offset());
    std::optional<Name> previous = std::exchange(previous_name_, std::nullopt);
    try {
        previous_name_ = KeyNode(hive_, leaf.key_node(index)).name();
    } catch (const Error&) {
        return;  // damage, found when it is visited
    }
    const Name& name = *previous_name_;
    if (leaf.kind() == SubkeysLeaf::Kind::hash &&
        upper_case_hash(name).value_or(leaf.hint(index)) != leaf.hint(index)) {
        add_warning(visit, "hash leaf: wrong hash of \"" + name.utf8() + "\"", at);
    }
    if (previous && compare_upper_case(*previous, name).value_or(-1) >= 0) {
        add_warning(visit, "subkeys list: \"" + name.utf8() + "\" is not in order", at);
    }
}

void StructureCheck::visit_values(const KeyNode& key, std::uint32_t visit) {
    if (key.value_count() == 0) return;
    // Before it is read: many keys that name one long list must not cost a walk of it each.
    if (!claim(key.values_list(), visit)) return;
    const std::vector<CellOffset> values = key.values();
    for (const CellOffset value : values) {
        ++result_.value_count;
        if (!hive_.is_allocated(value)) {
            report_nowhere(value, visit);
        } else if (claim_for_value(value, visit)) {
            guard(visit, [&] { visit_value(value, visit); });
        }
    }
}

void StructureCheck::visit_value(CellOffset offset, std::uint32_t visit) {
    const KeyValue value(hive_, offset);
    try {
        visit_data(value, visit);
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

void StructureCheck::visit_data(const KeyValue& value, std::uint32_t visit) {
    switch (value.storage()) {
        case KeyValue::Storage::none:
            if (hive_.is_allocated(value.data_offset()))
                unused_data_.push_back(value.data_offset());
            return;
        case KeyValue::Storage::in_the_key_value: break;
        case KeyValue::Storage::cell:
            if (!claim_for_value(value.data_offset(), visit) &&
                owned_.contains(value.data_offset())) {
                return;
            }
            break;
        case KeyValue::Storage::big_data:
            // The record first: a second value that names it must not cost a walk of its segments.
            if (!claim(value.data_offset(), visit)) return;
            for (const CellOffset cell : value.data_cells()) {
                if (cell != value.data_offset() && !claim(cell, visit)) return;
            }
            break;
    }
    static_cast<void>(value.data_pieces());
}

void StructureCheck::check_security() {
    std::sort(security_of_keys_.begin(), security_of_keys_.end());
    for (auto first = security_of_keys_.begin(); first != security_of_keys_.end();) {
        const auto last = std::upper_bound(first, security_of_keys_.end(), *first);
        const CellOffset offset = *first;
        const auto references = static_cast<std::uint32_t>(last - first);
        first = last;
        try {
            if (!claim(offset, no_visit)) continue;
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
