// SPDX-License-Identifier: GPL-2.0-or-later
#include "hive_builder.cells.h"

#include <algorithm>

namespace nlafix::fixture {
namespace {

std::size_t round_up(std::size_t number, std::size_t unit) {
    return (number + unit - 1) / unit * unit;
}

}  // namespace

CellWriter::CellWriter(const HiveOptions& options)
    : bin_size_bytes_(options.bin_size_bytes),
      timestamp_(options.timestamp),
      file_(base_block_size_bytes) {}

std::uint32_t CellWriter::bins_end() const {
    return narrow<std::uint32_t>(file_.size() - base_block_size_bytes);
}

void CellWriter::open_bin(std::size_t cell_size) {
    const std::uint32_t start = bins_end();
    const std::size_t wanted = std::max(bin_size_bytes_, hive_bin::header_size + cell_size);
    const std::size_t size = round_up(wanted, page_size_bytes);
    file_.resize(file_.size() + size);
    const std::size_t header = base_block_size_bytes + start;
    put_text(file_, header, "hbin");
    put_u32(file_, header + hive_bin::offset, start);
    put_u32(file_, header + hive_bin::size, narrow<std::uint32_t>(size));
    if (start == 0) {
        put_u64(file_, header + hive_bin::timestamp, timestamp_);
    }
    bins_.push_back(start);
    next_ = start + static_cast<std::uint32_t>(hive_bin::header_size);
}

void CellWriter::close_bin(bool fill) {
    const std::uint32_t rest = bins_end() - next_;
    if (rest == 0) {
        return;
    }
    if (fill) {
        const std::size_t size_field = cell_size_field(last_cell_);
        put_u32(file_, size_field, get_u32(file_, size_field) - rest);
    } else {
        put_u32(file_, cell_size_field(next_), rest);
        free_cells_.push_back(next_);
    }
    next_ = bins_end();
}

std::uint32_t CellWriter::allocate(std::size_t record_size) {
    const std::uint32_t size = narrow<std::uint32_t>(round_up(4 + record_size, 8));
    if (next_ + size > bins_end()) {
        close_bin(false);
        open_bin(size);
    }
    last_cell_ = next_;
    put_u32(file_, cell_size_field(next_), 0 - size);
    next_ += size;
    return last_cell_;
}

std::uint32_t CellWriter::allocate_bytes(const Bytes& record) {
    const std::uint32_t cell = allocate(record.size());
    put_bytes(cell, 0, record);
    return cell;
}

std::uint32_t CellWriter::allocate_offsets(const std::vector<std::uint32_t>& offsets) {
    const std::uint32_t cell = allocate(4 * offsets.size());
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        put_u32(file_, field(cell, 4 * i), offsets[i]);
    }
    return cell;
}

void CellWriter::put_bytes(std::uint32_t cell, std::size_t offset_in_record, const Bytes& data) {
    std::copy(data.begin(), data.end(),
              file_.begin() + static_cast<std::ptrdiff_t>(field(cell, offset_in_record)));
}

}  // namespace nlafix::fixture
