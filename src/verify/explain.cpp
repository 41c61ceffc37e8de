// SPDX-License-Identifier: GPL-2.0-or-later
#include "verify/explain.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "regf/hive_bin.h"
#include "regf/key_node.h"
#include "regf/key_value.h"

namespace nlafix::verify {
namespace {

using regf::CellOffset;
using regf::KeyNode;
using regf::KeyValue;

[[noreturn]] void unexplained(const std::string& what, std::uint64_t offset_in_file) {
    throw Error(ErrorCode::verification_failed,
                "the edited copy is not what was planned: " + what + " differs")
        .offset(offset_in_file);
}

[[noreturn]] void differs(const std::string& what, const KeyNode& key) {
    unexplained(what + " of key \"" + key.name().utf8() + "\"", regf::offset_in_file(key.offset()));
}

/// Of a key's values, in bytes; a name is counted in UTF-16.
struct Lengths {
    std::uint32_t name;
    std::uint32_t data;
};

void raise(Lengths& lengths, const KeyNode& key) {
    for (const CellOffset offset : key.values()) {
        const KeyValue value(key.cells(), offset);
        const regf::Name name = value.name();
        const std::size_t name_bytes = name.bytes.size() * (name.compressed ? 2 : 1);
        lengths.name = std::max(lengths.name, static_cast<std::uint32_t>(name_bytes));
        lengths.data = std::max(lengths.data, value.data_size_bytes());
    }
}

bool is_not_zero(std::byte byte) {
    return byte != std::byte{0};
}

class Explanation {
public:
    Explanation(const regf::Hive& before, const regf::Hive& after, const nla::Plan& plan,
                std::uint64_t edit_time)
        : before_(before),
          after_(after),
          old_bins_(before.file().subspan(regf::base_block_size_bytes)),
          new_bins_(after.file().subspan(regf::base_block_size_bytes)),
          old_end_(before.base_block().bins_size_bytes),
          new_end_(after.base_block().bins_size_bytes),
          edit_time_(edit_time),
          released_(old_bins_.size()),
          used_(new_bins_.size()) {
        for (const nla::PlannedEdit& edit : plan.edits) edits_[edit.key_node].push_back(&edit);
        keys_are_written_once_ = plan.edits.size() == edits_.size();
    }

    void run();

private:
    using Edits = std::vector<const nla::PlannedEdit*>;

    void explain_key(const KeyNode& before, const KeyNode& after, const Edits& edits);
    void explain_fields(const KeyNode& before, const KeyNode& after) const;
    void explain_lengths(const KeyNode& before, const KeyNode& after) const;
    void explain_values(const KeyNode& before, const KeyNode& after, const Edits& edits);
    std::vector<CellOffset> values_that_stay(const KeyNode& key, Edits& open) const;
    static void explain_name(const KeyNode& key, const KeyValue& before, const KeyValue& after);
    static void explain_content(const KeyNode& key, const KeyValue& before, const KeyValue& after);
    void release_values(const KeyNode& key);
    void use_value(const KeyNode& key, const KeyValue& value);
    void use(CellOffset cell, const KeyNode& key);

    void explain_bin(std::uint32_t bin, std::uint32_t end);
    void explain_old_cell(CellOffset at) const;
    void explain_cells_of(std::uint32_t bin, std::uint32_t end) const;
    void explain_new_cell(CellOffset at) const;
    void explain_new_bins() const;
    void require_left_over(std::size_t begin, std::size_t end) const;
    void require_zeros(std::size_t begin, std::size_t end) const;

    const regf::Hive& before_;
    const regf::Hive& after_;
    ByteView old_bins_;  // with what lies behind the last bin
    ByteView new_bins_;
    std::uint32_t old_end_;  // of the last bin
    std::uint32_t new_end_;
    std::uint64_t edit_time_;
    std::map<CellOffset, Edits> edits_;
    bool keys_are_written_once_ = true;
    regf::CellSet released_;  // cells that the values of edited keys had
    regf::CellSet used_;      // cells that they have
};

void Explanation::run() {
    if (!after_.layout_damage().empty()) {
        const regf::Damage& damage = after_.layout_damage().front();
        throw Error(ErrorCode::verification_failed, "the edited copy is damaged: " + damage.message)
            .offset(damage.offset_in_file);
    }
    if (new_end_ < old_end_ || new_bins_.size() < old_bins_.size()) {
        unexplained("its size", regf::bins_size_at);
    }
    for (const auto& [key, edits] : edits_) release_values(KeyNode(before_, key));
    for (const auto& [key, edits] : edits_) {
        explain_key(KeyNode(before_, key), KeyNode(after_, key), edits);
    }
    for (std::uint32_t bin = 0; bin < old_end_;) {
        const std::uint32_t end = bin + u32_at(old_bins_, bin + regf::bin_size_at);
        explain_bin(bin, end);
        bin = end;
    }
    explain_new_bins();
    require_left_over(new_end_, new_bins_.size());
}

// Keys that were edited

void Explanation::release_values(const KeyNode& key) {
    if (key.value_count() == 0) return;
    static_cast<void>(released_.insert(key.values_list()));
    for (const CellOffset offset : key.values()) {
        static_cast<void>(released_.insert(offset));
        for (const CellOffset cell : KeyValue(before_, offset).data_cells()) {
            static_cast<void>(released_.insert(cell));
        }
    }
}

/// `cell` holds a part of a value of `key`, and of nothing else.
void Explanation::use(CellOffset cell, const KeyNode& key) {
    if (!after_.is_allocated(cell)) differs("a reference", key);
    const bool is_of_another = before_.is_allocated(cell) && !released_.contains(cell);
    if (is_of_another || !used_.insert(cell)) differs("a cell with two owners", key);
}

void Explanation::explain_key(const KeyNode& before, const KeyNode& after, const Edits& edits) {
    if (before.cell().size() != after.cell().size()) differs("the cell", before);
    explain_fields(before, after);
    explain_lengths(before, after);
    if (after.value_count() != 0) {
        use(after.values_list(), after);
        const ByteView list = after_.cell(after.values_list());
        const std::size_t begin = after.values_list() + regf::cell_content_at;
        require_zeros(begin + std::size_t{4} * after.value_count(), begin + list.size());
    }
    explain_values(before, after, edits);
}

/// Every field but time, count and list of values, and two maximum lengths; and the name.
void Explanation::explain_fields(const KeyNode& before, const KeyNode& after) const {
    const ByteView old_cell = before.cell();
    const ByteView new_cell = after.cell();
    const auto same = [&](std::size_t begin, std::size_t end) {
        return equal(old_cell.subspan(begin, end - begin), new_cell.subspan(begin, end - begin));
    };
    if (after.last_written() != edit_time_) differs("the time", before);
    if (!same(0, regf::key_node_last_written_at) ||
        !same(regf::key_node_last_written_at + 8, regf::key_node_value_count_at) ||
        !same(regf::key_node_security_at, regf::key_node_lengths_at + 8) ||
        !same(regf::key_node_lengths_at + 16, old_cell.size())) {
        differs("a field", before);
    }
}

/// The longest name and the longest data of a value: as before, or what the values need that hivex
/// wrote; where it wrote a key more than once, also those that the next edit replaced.
void Explanation::explain_lengths(const KeyNode& before, const KeyNode& after) const {
    Lengths needed = {before.maximum_length(2), before.maximum_length(3)};
    raise(needed, after);
    Lengths on_the_way = needed;
    raise(on_the_way, before);
    const auto explained = [&](std::size_t index, std::uint32_t Lengths::*length) {
        const std::uint32_t found = after.maximum_length(index);
        return found == before.maximum_length(index) || found == needed.*length ||
               found == on_the_way.*length;
    };
    if (!explained(2, &Lengths::name) || !explained(3, &Lengths::data)) {
        differs("a maximum length", before);
    }
}

/// The values that the key keeps, in their order, then those that the plan creates.
void Explanation::explain_values(const KeyNode& before, const KeyNode& after, const Edits& edits) {
    Edits open = edits;
    const std::vector<CellOffset> kept = values_that_stay(before, open);
    const std::vector<CellOffset> values = after.values();
    const auto created = static_cast<std::size_t>(std::count_if(
        edits.begin(), edits.end(), [](const nla::PlannedEdit* edit) { return edit->created; }));
    if (values.size() != kept.size() + created) differs("the number of values", before);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const KeyValue value(after_, values[i]);
        use_value(after, value);
        const std::string name = value.name().utf8();
        const bool is_new = i >= kept.size();
        if (!is_new) explain_name(before, KeyValue(before_, kept[i]), value);
        const auto edit = std::find_if(open.begin(), open.end(), [&](const auto* candidate) {
            return candidate->value == name && candidate->created == is_new;
        });
        if (edit == open.end()) {
            if (is_new) differs("value \"" + name + "\"", before);
            explain_content(before, KeyValue(before_, kept[i]), value);
            continue;
        }
        if (value.type() != (*edit)->type || value.data() != (*edit)->data) {
            differs("value \"" + name + "\"", before);
        }
        open.erase(edit);
    }
    if (!open.empty()) differs("a planned value", before);
}

/// Takes the edits that remove a value out of `open`.
std::vector<CellOffset> Explanation::values_that_stay(const KeyNode& key, Edits& open) const {
    std::vector<CellOffset> kept;
    for (const CellOffset offset : key.values()) {
        const std::string name = KeyValue(before_, offset).name().utf8();
        const auto removal = std::find_if(open.begin(), open.end(), [&](const auto* candidate) {
            return candidate->removed && candidate->value == name;
        });
        if (removal == open.end()) {
            kept.push_back(offset);
        } else {
            open.erase(removal);
        }
    }
    return kept;
}

void Explanation::explain_name(const KeyNode& key, const KeyValue& before, const KeyValue& after) {
    if (before.name().same_bytes(after.name()) && before.flags() == after.flags()) return;
    differs("value \"" + before.name().utf8() + "\"", key);
}

/// A value beside the planned ones: another place, the same content.
void Explanation::explain_content(const KeyNode& key, const KeyValue& before,
                                  const KeyValue& after) {
    if (before.type() == after.type() && before.data_size_bytes() == after.data_size_bytes() &&
        before.data() == after.data()) {
        return;
    }
    differs("value \"" + before.name().utf8() + "\"", key);
}

void Explanation::use_value(const KeyNode& key, const KeyValue& value) {
    static_cast<void>(value.data_pieces());  // throws unless they fit into their cells
    use(value.offset(), key);
    const std::size_t begin = value.offset() + regf::cell_content_at;
    const ByteView cell = after_.cell(value.offset());
    const std::size_t name_bytes = value.name().bytes.size();
    require_zeros(begin + regf::key_value_name_at + name_bytes, begin + cell.size());
    if (u16_at(cell, regf::key_value_spare_at) != 0) differs("a value's spare field", key);
    if (value.data_is_inline()) {
        const ByteView unused = cell.subspan(8, 4).subspan(std::min(value.data_size_bytes(), 4U));
        if (std::any_of(unused.begin(), unused.end(), is_not_zero)) {
            differs("what follows a value's data", key);
        }
    }
    for (const CellOffset data : value.data_cells()) use(data, key);
    if (value.storage() == KeyValue::Storage::cell) {
        const std::size_t content = value.data_offset() + regf::cell_content_at;
        require_zeros(content + value.data_size_bytes(),
                      content + after_.cell(value.data_offset()).size());
    }
}

// Bins and cells

void Explanation::explain_bin(std::uint32_t bin, std::uint32_t end) {
    const std::uint32_t size = end - bin;
    if (equal(old_bins_.subspan(bin, size), new_bins_.subspan(bin, size))) return;
    const std::uint32_t cells = bin + regf::bin_header_bytes;
    // The first bin's timestamp belongs to the base block's (verify.cpp).
    const std::uint32_t header = bin == 0 ? regf::bin_timestamp_at : regf::bin_header_bytes;
    const std::uint32_t behind_time = bin + regf::bin_timestamp_at + 8;
    if (!equal(old_bins_.subspan(bin, header), new_bins_.subspan(bin, header)) ||
        !equal(old_bins_.subspan(behind_time, cells - behind_time),
               new_bins_.subspan(behind_time, cells - behind_time))) {
        unexplained("a hive bin's header", regf::offset_in_file(bin));
    }
    regf::visit_cells(old_bins_.subspan(bin, size), [&](std::uint32_t at, bool is_allocated) {
        if (is_allocated) explain_old_cell(bin + at);
    });
    explain_cells_of(bin, end);
}

/// What was allocated is where it was, as it was, but for what edited keys gave up and changed.
void Explanation::explain_old_cell(CellOffset at) const {
    if (released_.contains(at)) return;
    if (!after_.is_allocated(at)) unexplained("a cell", regf::offset_in_file(at));
    const bool is_edited_key = edits_.count(at) != 0;  // explained by its fields
    if (!is_edited_key && !equal(before_.cell(at), after_.cell(at))) {
        unexplained("a cell", regf::offset_in_file(at));
    }
}

/// What is allocated now was so before, or belongs to an edited key; free bytes are what they were.
void Explanation::explain_cells_of(std::uint32_t bin, std::uint32_t end) const {
    std::uint32_t free_from = bin;
    bool is_free = false;
    const auto end_free_cell = [&](std::uint32_t at) {
        if (is_free) require_left_over(free_from + regf::cell_content_at, at);
    };
    regf::visit_cells(new_bins_.subspan(bin, end - bin), [&](std::uint32_t at, bool is_allocated) {
        end_free_cell(bin + at);
        free_from = bin + at;
        is_free = !is_allocated;
        if (is_allocated) explain_new_cell(bin + at);
    });
    end_free_cell(end);
}

void Explanation::explain_new_cell(CellOffset at) const {
    if (used_.contains(at) || edits_.count(at) != 0) return;
    if (before_.is_allocated(at) && equal(before_.cell(at), after_.cell(at))) return;
    unexplained("a cell", regf::offset_in_file(at));
}

/// Bins that the edit needed besides: they take the place of what lay behind the last bin, if
/// anything did.
void Explanation::explain_new_bins() const {
    for (std::uint32_t bin = old_end_; bin < new_end_;) {
        const std::uint32_t end = bin + u32_at(new_bins_, bin + regf::bin_size_at);
        require_zeros(bin + regf::bin_size_at + 4, bin + regf::bin_header_bytes);
        explain_cells_of(bin, end);
        bin = end;
    }
}

/// [begin, end) of the new bins is free: what lay there before, else zeros. hivex writes all values
/// of a key anew for each edit, and what it wrote for the one before is free then.
void Explanation::require_left_over(std::size_t begin, std::size_t end) const {
    if (!keys_are_written_once_) return;
    const std::size_t known = std::clamp(old_bins_.size(), begin, end);
    if (known > begin &&
        !equal(old_bins_.subspan(begin, known - begin), new_bins_.subspan(begin, known - begin))) {
        unexplained("a free byte", regf::offset_in_file(begin));
    }
    require_zeros(known, end);
}

/// [begin, end) of the new bins is room in what the edit made.
void Explanation::require_zeros(std::size_t begin, std::size_t end) const {
    const ByteView room = new_bins_.subspan(begin, end - begin);
    if (std::any_of(room.begin(), room.end(), is_not_zero)) {
        unexplained("a free byte", regf::offset_in_file(begin));
    }
}

}  // namespace

void explain_differences(const regf::Hive& before, const regf::Hive& after, const nla::Plan& plan,
                         std::uint64_t edit_time) {
    Explanation(before, after, plan, edit_time).run();
}

}  // namespace nlafix::verify
