// SPDX-License-Identifier: GPL-2.0-or-later
// Stands in for hivex where nobody packages it, so that what comes behind an edit is tested there
// too. Owns: edits of values that are there, with new data in one more bin, as hivex places it.
// Never: is part of the program.
#include "hivex/edit_image.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "hive_builder.h"
#include "hivex/hazards.h"
#include "regf/base_block.h"
#include "regf/hive.h"
#include "regf/key_node.h"
#include "regf/key_value.h"

namespace nlafix::hivex {
namespace {

namespace f = fixture;

constexpr std::uint32_t bin_bytes = 4096;

/// One more bin behind the last one, filled from its beginning.
class NewBin {
public:
    explicit NewBin(Bytes& image)
        : image_(image), begin_(f::get_u32(image, f::base_block::bins_size)) {
        image_.resize(std::max<std::size_t>(image_.size(), 4096 + begin_ + bin_bytes));
        clear(0, f::hive_bin::header_size);
        for (const char c : {'h', 'b', 'i', 'n'}) {
            image_[4096 + begin_ + next_++] = static_cast<std::byte>(c);
        }
        f::put_u32(image_, 4096 + begin_ + f::hive_bin::offset, begin_);
        f::put_u32(image_, 4096 + begin_ + f::hive_bin::size, bin_bytes);
        next_ = f::hive_bin::header_size;
        f::put_u32(image_, f::base_block::bins_size, begin_ + bin_bytes);
        f::mend_checksum(image_);
        put_free_rest();
    }

    /// The offset of a new cell with `data` in it.
    std::uint32_t add(const Bytes& data) {
        const std::uint32_t cell = begin_ + next_;
        const auto size = (static_cast<std::uint32_t>(data.size()) + 4 + 7) / 8 * 8;
        if (next_ + size > bin_bytes - 8) throw std::logic_error("more than this editor can do");
        clear(next_, size);
        f::put_u32(image_, 4096 + cell, 0U - size);
        std::copy(data.begin(), data.end(),
                  image_.begin() + static_cast<std::ptrdiff_t>(f::field(cell, 0)));
        next_ += size;
        put_free_rest();
        return cell;
    }

private:
    /// Of what lay behind the last bin before, only what is free stays.
    void clear(std::uint32_t from, std::uint32_t size) {
        const auto at = image_.begin() + 4096 + begin_ + from;
        std::fill(at, at + size, std::byte{0});
    }
    void put_free_rest() { f::put_u32(image_, 4096 + begin_ + next_, bin_bytes - next_); }

    Bytes& image_;
    std::uint32_t begin_;
    std::uint32_t next_ = 0;
};

void raise(Bytes& image, std::size_t maximum, std::size_t length) {
    f::put_u32(image, maximum,
               std::max(f::get_u32(image, maximum), static_cast<std::uint32_t>(length)));
}

void put_values(Bytes& image, NewBin& bin, regf::CellOffset key,
                const std::vector<regf::CellOffset>& values) {
    Bytes list(4 * values.size());
    for (std::size_t i = 0; i < values.size(); ++i) f::put_u32(list, 4 * i, values[i]);
    const auto count = static_cast<std::uint32_t>(values.size());
    f::put_u32(image, f::field(key, f::key_node::value_count), count);
    f::put_u32(image, f::field(key, f::key_node::value_list),
               values.empty() ? f::no_offset : bin.add(list));
}

void remove_value(Bytes& image, NewBin& bin, const nla::PlannedEdit& edit) {
    std::vector<regf::CellOffset> kept;
    const regf::Hive hive(image);
    for (const regf::CellOffset offset : regf::KeyNode(hive, edit.key_node).values()) {
        if (regf::KeyValue(hive, offset).name().utf8() != edit.value) kept.push_back(offset);
    }
    put_values(image, bin, edit.key_node, kept);
}

/// A value without data, behind those that `key` has.
std::uint32_t create_value(Bytes& image, NewBin& bin, const nla::PlannedEdit& edit) {
    Bytes value(f::key_value::name);
    f::put_text(value, 0, "vk");
    f::put_u16(value, f::key_value::name_length, static_cast<std::uint16_t>(edit.value.size()));
    f::put_u32(value, f::key_value::type, edit.type);
    f::put_u16(value, f::key_value::flags, 1);  // one byte for each character of the name
    for (const char c : edit.value) value.push_back(static_cast<std::byte>(c));
    const std::uint32_t cell = bin.add(value);

    std::vector<regf::CellOffset> values = regf::KeyNode(regf::Hive(image), edit.key_node).values();
    values.push_back(cell);
    put_values(image, bin, edit.key_node, values);
    raise(image, f::field(edit.key_node, f::key_node::largest_value_name), 2 * edit.value.size());
    return cell;
}

std::uint32_t cell_of_value(Bytes& image, NewBin& bin, const nla::PlannedEdit& edit) {
    const regf::Hive hive(image);
    for (const regf::CellOffset offset : regf::KeyNode(hive, edit.key_node).values()) {
        if (regf::KeyValue(hive, offset).name().utf8() == edit.value) return offset;
    }
    return create_value(image, bin, edit);
}

void set_value(Bytes& image, NewBin& bin, const nla::PlannedEdit& edit) {
    const std::uint32_t value = cell_of_value(image, bin, edit);
    f::put_u32(image, f::field(value, f::key_value::data_size),
               static_cast<std::uint32_t>(edit.data.size()));
    f::put_u32(image, f::field(value, f::key_value::data), bin.add(edit.data));
    raise(image, f::field(edit.key_node, f::key_node::largest_value_data), edit.data.size());
}

void carry_out(Bytes& image, NewBin& bin, const nla::PlannedEdit& edit, std::uint64_t edit_time) {
    if (edit.removed) {
        remove_value(image, bin, edit);
    } else {
        set_value(image, bin, edit);
    }
    f::put_u64(image, f::field(edit.key_node, f::key_node::last_written), edit_time);
}

}  // namespace

EditedImage edit_image(const recovery::CleanHive& hive, const nla::Plan& plan,
                       const regf::CellSet& shared, std::uint64_t edit_time, os::System&,
                       const MakeScratch&) {
    require_no_hazard(hive, plan, shared);
    EditedImage result;
    result.edit_time = edit_time;
    result.bytes.assign(hive.image().begin(), hive.image().end());
    NewBin bin(result.bytes);
    for (const nla::PlannedEdit& edit : plan.edits) carry_out(result.bytes, bin, edit, edit_time);
    if (hive.stamp().new_timestamp) {
        f::put_u64(result.bytes, regf::timestamp_at, edit_time);
        f::put_u64(result.bytes, regf::base_block_size_bytes + f::hive_bin::timestamp, edit_time);
    }
    const std::uint32_t number = hive.stamp().highest_sequence + 2;
    regf::put_sequence_numbers(result.bytes, number, number);
    return result;
}

}  // namespace nlafix::hivex
