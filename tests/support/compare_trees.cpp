// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare_trees.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "regf/key_node.h"
#include "regf/key_security.h"
#include "regf/key_value.h"

namespace nlafix::test {
namespace {

using regf::CellOffset;
using regf::KeyNode;
using regf::KeyValue;

[[noreturn]] void differs(const std::string& what, const regf::Name& key) {
    throw Error(ErrorCode::verification_failed, "the edited copy is not what was planned: " + what +
                                                    " of key \"" + key.utf8() + "\" differs");
}

class Comparison {
public:
    Comparison(const regf::Hive& before, const regf::Hive& after, const nla::Plan& plan,
               std::uint64_t edit_time)
        : before_(before),
          after_(after),
          edit_time_(edit_time),
          compared_data_(before.file().size()),
          compared_security_(before.file().size()) {
        for (const nla::PlannedEdit& edit : plan.edits) edits_[edit.key_node].push_back(&edit);
    }

    void run();

private:
    using Edits = std::vector<const nla::PlannedEdit*>;
    struct Pair {
        CellOffset before;
        CellOffset after;
    };

    void compare_keys(Pair pair);
    void compare_fixed_fields(const KeyNode& before, const KeyNode& after, bool edited) const;
    void compare_security(const KeyNode& before, const KeyNode& after);
    void compare_untouched_values(const KeyNode& before, const KeyNode& after);
    void compare_edited_values(const KeyNode& before, const KeyNode& after, const Edits& edits);
    void compare_value(const KeyNode& key, const KeyValue& before, const KeyValue& after);
    void compare_subkeys(const KeyNode& before, const KeyNode& after);

    const regf::Hive& before_;
    const regf::Hive& after_;
    std::uint64_t edit_time_;
    std::map<CellOffset, Edits> edits_;
    // Cells that are at the same place in both hives are compared once, however many refer to them.
    regf::CellSet compared_data_;
    regf::CellSet compared_security_;
    std::vector<Pair> open_;
    std::uint64_t edited_keys_seen_ = 0;
};

void Comparison::run() {
    open_.push_back({before_.base_block().root_offset, after_.base_block().root_offset});
    while (!open_.empty()) {
        const Pair pair = open_.back();
        open_.pop_back();
        compare_keys(pair);
    }
    if (edited_keys_seen_ != edits_.size()) {
        throw Error(ErrorCode::verification_failed, "a key that was to be edited was not reached");
    }
}

void Comparison::compare_keys(Pair pair) {
    const KeyNode before(before_, pair.before);
    const KeyNode after(after_, pair.after);
    if (pair.before != pair.after) differs("place", before.name());
    static const Edits none;
    const auto found = edits_.find(pair.before);
    const Edits& edits = found == edits_.end() ? none : found->second;
    if (!edits.empty()) ++edited_keys_seen_;
    if (!before.name().same_bytes(after.name())) differs("name", before.name());
    compare_fixed_fields(before, after, !edits.empty());
    if (!equal(before.class_name(), after.class_name())) differs("class name", before.name());
    compare_security(before, after);
    if (edits.empty()) {
        compare_untouched_values(before, after);
    } else {
        compare_edited_values(before, after, edits);
    }
    compare_subkeys(before, after);
}

/// Every field but those that hold values; for an edited key, also not its time.
void Comparison::compare_fixed_fields(const KeyNode& before, const KeyNode& after,
                                      bool edited) const {
    if (!edited) {
        if (!equal(before.fixed_part(), after.fixed_part())) differs("a field", before.name());
        return;
    }
    if (after.last_written() != edit_time_) differs("time", before.name());
    // 20 to 36: counts and lists of subkeys; 44 to 52: security and class name; 52 to 68: lengths.
    const auto same = [&](std::size_t begin, std::size_t end) {
        return equal(before.fixed_part().subspan(begin, end - begin),
                     after.fixed_part().subspan(begin, end - begin));
    };
    if (!same(0, regf::key_node_last_written_at) || !same(12, 36) ||
        !same(44, regf::key_node_lengths_at + 8) || !same(68, before.fixed_part().size())) {
        differs("a field", before.name());
    }
    for (const std::size_t value_length : {std::size_t{2}, std::size_t{3}}) {
        if (after.maximum_length(value_length) < before.maximum_length(value_length)) {
            differs("a maximum length", before.name());
        }
    }
}

void Comparison::compare_security(const KeyNode& before, const KeyNode& after) {
    if (before.security() != after.security()) differs("security", before.name());
    if (before.security() == regf::no_cell) return;
    if (!compared_security_.insert(before.security())) return;
    if (!equal(before_.cell(before.security()), after_.cell(after.security()))) {
        differs("security", before.name());
    }
}

/// The values of a key that was not edited are where they were, every cell of them.
void Comparison::compare_untouched_values(const KeyNode& before, const KeyNode& after) {
    if (before.value_count() == 0) return;  // the same count in both: the fixed fields are equal
    const std::vector<CellOffset> values = before.values();
    if (!equal(before_.cell(before.values_list()), after_.cell(after.values_list()))) {
        differs("the list of values", before.name());
    }
    for (const CellOffset offset : values) {
        const KeyValue value(before_, offset);
        if (!equal(before_.cell(offset), after_.cell(offset))) {
            differs("value \"" + value.name().utf8() + "\"", before.name());
        }
        compare_value(before, value, KeyValue(after_, offset));
    }
}

void Comparison::compare_edited_values(const KeyNode& before, const KeyNode& after,
                                       const Edits& edits) {
    const std::vector<CellOffset> old_values = before.values();
    const std::vector<CellOffset> new_values = after.values();
    const auto created = static_cast<std::size_t>(std::count_if(
        edits.begin(), edits.end(), [](const nla::PlannedEdit* edit) { return edit->created; }));
    if (new_values.size() != old_values.size() + created) {
        differs("number of values", before.name());
    }
    std::vector<bool> done(edits.size());
    for (std::size_t i = 0; i < new_values.size(); ++i) {
        const KeyValue value(after_, new_values[i]);
        const std::string name = value.name().utf8();
        const bool is_new = i >= old_values.size();
        bool planned = false;
        for (std::size_t e = 0; e < edits.size(); ++e) {
            if (done[e] || edits[e]->value != name || edits[e]->created != is_new) continue;
            done[e] = planned = true;
            if (value.type() != edits[e]->type || value.data() != edits[e]->data) {
                differs("value \"" + name + "\"", before.name());
            }
        }
        if (is_new && !planned) differs("value \"" + name + "\"", before.name());
        if (is_new) continue;
        const KeyValue old_value(before_, old_values[i]);
        if (!old_value.name().same_bytes(value.name()) || old_value.flags() != value.flags() ||
            old_value.type() != value.type()) {
            differs("value \"" + name + "\"", before.name());
        }
        if (!planned) compare_value(before, old_value, value);
    }
    if (std::find(done.begin(), done.end(), false) != done.end()) {
        differs("a planned value", before.name());
    }
}

void Comparison::compare_value(const KeyNode& key, const KeyValue& before, const KeyValue& after) {
    const bool same_place = before.storage() == KeyValue::Storage::cell &&
                            before.data_offset() == after.data_offset() &&
                            before.data_size_bytes() == after.data_size_bytes();
    if (same_place && !compared_data_.insert(before.data_offset())) return;
    if (same_place) {
        if (equal(before_.cell(before.data_offset()), after_.cell(after.data_offset()))) return;
    } else if (before.data_size_bytes() == after.data_size_bytes() &&
               before.data() == after.data()) {
        return;
    }
    differs("value \"" + before.name().utf8() + "\"", key.name());
}

void Comparison::compare_subkeys(const KeyNode& before, const KeyNode& after) {
    const std::vector<CellOffset> old_keys = before.subkeys();
    const std::vector<CellOffset> new_keys = after.subkeys();
    if (old_keys != new_keys) differs("subkeys", before.name());
    for (std::size_t i = old_keys.size(); i > 0; --i) {
        open_.push_back({old_keys[i - 1], new_keys[i - 1]});
    }
}

}  // namespace

void compare_trees(const regf::Hive& before, const regf::Hive& after, const nla::Plan& plan,
                   std::uint64_t edit_time) {
    Comparison(before, after, plan, edit_time).run();
}

}  // namespace nlafix::test
