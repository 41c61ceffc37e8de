// SPDX-License-Identifier: GPL-2.0-or-later
#include "hivex/outline.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "regf/base_block.h"
#include "regf/hive.h"
#include "regf/key_node.h"
#include "regf/key_value.h"

namespace nlafix::hivex {
namespace {

// As hivex lays a value out: lib/write.c and lib/hivex-internal.h of hivex 1.3.
constexpr std::size_t page_bytes = 4096, bin_header_bytes = 32, cell_alignment = 8;
constexpr std::size_t cell_size_bytes = 4, list_entry_bytes = 4;
constexpr std::size_t value_record_bytes = 25;  // it counts the first letter of the name twice
constexpr std::size_t most_inline_bytes = 4;

/// hivex puts new cells behind the last bin, and takes a new bin where one does not fit.
class Allocator {
public:
    explicit Allocator(std::uint64_t end_of_bins) : end_(end_of_bins), next_(end_of_bins) {}

    void allocate(std::size_t bytes) {
        const std::size_t size = rounded_up(bytes, cell_alignment);
        if (next_ + size > end_) {
            next_ = end_ + bin_header_bytes;
            end_ += rounded_up(size + bin_header_bytes, page_bytes);
        }
        next_ += size;
    }
    std::uint64_t end() const { return end_; }

private:
    std::uint64_t end_, next_;
};

struct ValueSize {
    std::string name;  // UTF-8
    std::size_t name_bytes = 0;
    std::size_t data_bytes = 0;
};

}  // namespace

/// One edit after the other.
class Outline::Maker {
public:
    Maker(const regf::Hive& hive, std::vector<regf::CellOffset>& touched)
        : hive_(hive), touched_(touched), allocator_(hive.end_of_bins()) {}

    /// hivex frees all values of the key, and writes them anew.
    void add(const nla::PlannedEdit& edit) {
        const regf::KeyNode key(hive_, edit.key_node);
        auto known = values_.find(edit.key_node);
        if (known == values_.end()) known = values_.emplace(edit.key_node, values_of(key)).first;
        std::vector<ValueSize>& values = known->second;
        const auto edited = std::ranges::find(values, edit.value, &ValueSize::name);
        if (edit.removed) {
            if (edited != values.end()) values.erase(edited);
        } else if (edited == values.end()) {
            values.push_back({edit.value, edit.value.size(), edit.data.size()});
        } else {
            edited->data_bytes = edit.data.size();
        }
        if (values.empty()) return;  // the list goes, too
        allocator_.allocate(cell_size_bytes + values.size() * list_entry_bytes);
        for (const ValueSize& value : values) {
            allocator_.allocate(value_record_bytes + value.name_bytes);
            if (value.data_bytes > most_inline_bytes) {
                allocator_.allocate(cell_size_bytes + value.data_bytes);
            }
        }
    }
    std::uint64_t end_of_bins() const { return allocator_.end(); }

private:
    std::vector<ValueSize> values_of(const regf::KeyNode& key) {
        touched_.push_back(key.offset());
        std::vector<ValueSize> sizes;
        if (key.value_count() != 0) touched_.push_back(key.values_list());
        for (const regf::CellOffset offset : key.values()) {
            const regf::KeyValue value(hive_, offset);
            touched_.push_back(offset);
            if (!value.data_is_inline()) touched_.push_back(value.data_offset());
            const regf::Name name = value.name();
            sizes.push_back({name.utf8(), name.bytes.size(), value.data_size_bytes()});
        }
        return sizes;
    }

    const regf::Hive& hive_;
    std::vector<regf::CellOffset>& touched_;
    Allocator allocator_;
    std::map<regf::CellOffset, std::vector<ValueSize>> values_;  // by key
};

Outline::Outline(const recovery::CleanHive& hive, const nla::Plan& plan) : hive_(hive) {
    const regf::Hive parsed(hive.image());
    Maker maker(parsed, touched_);
    for (const nla::PlannedEdit& edit : plan.edits) maker.add(edit);
    old_end_ = parsed.end_of_bins();
    new_end_ = maker.end_of_bins();
}

std::uint64_t Outline::size_bytes() const {
    return std::max<std::uint64_t>(hive_.image().size(), new_end_);
}

Bytes Outline::image() const {
    Bytes image(static_cast<std::size_t>(size_bytes()));
    std::copy(hive_.image().begin(), hive_.image().end(), image.begin());
    const auto change = [&image](std::uint64_t at) {
        if (at >= image.size()) return;
        std::byte& byte = image[static_cast<std::size_t>(at)];
        byte = ~byte;
    };
    // The start of a cell, where its size is.
    for (const regf::CellOffset cell : touched_) change(regf::offset_in_file(cell));
    for (std::uint64_t at = old_end_; at < new_end_; ++at) change(at);
    put_u32(image, regf::bins_size_at,
            static_cast<std::uint32_t>(new_end_ - regf::base_block_size_bytes));
    const std::uint32_t number = hive_.stamp().highest_sequence + 2;
    regf::put_sequence_numbers(image, number, number);
    return image;
}

}  // namespace nlafix::hivex
