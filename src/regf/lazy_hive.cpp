// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/lazy_hive.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "regf/hive_bin.h"

namespace nlafix::regf {
namespace {

constexpr std::uint32_t page_bytes = page_size_bytes;

// All that is ever read of one hive: single keys lie in some hundred bins.
constexpr std::uint64_t most_bytes = std::uint64_t{256} << 20;

BaseBlock base_block_of(ByteSource& file) {
    const BaseBlock base_block = read_base_block(read_range(file, 0, base_block_head_bytes));
    require_primary_file(base_block);
    return base_block;
}

}  // namespace

LazyHive::LazyHive(ByteSource& file) : file_(&file), base_block_(base_block_of(file)) {
    const std::uint64_t size = file.size_bytes();
    const std::uint64_t behind = size - std::min<std::uint64_t>(size, base_block_size_bytes);
    const std::uint64_t whole_pages = behind / page_size_bytes * page_size_bytes;
    bins_bytes_ = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(base_block_.bins_size_bytes, whole_pages));
    if (bins_bytes_ != base_block_.bins_size_bytes) {
        damage_.push_back({"hive bins data is cut: the base block names " +
                               std::to_string(base_block_.bins_size_bytes) +
                               " bytes, the file has " + std::to_string(behind),
                           size});
    }
    pages_.resize(bins_bytes_ / page_size_bytes);
    // A sound hive needs as many as it has pages; what leads nowhere is looked for up to its start.
    steps_left_ = 64 * pages_.size() + (std::uint64_t{1} << 20);
    bytes_left_ = std::min<std::uint64_t>(2 * std::uint64_t{bins_bytes_}, most_bytes);
}

ByteView LazyHive::page_at(std::uint32_t page) const {
    if (page_.empty() || page_start_ != page) {
        page_ = read_range(*file_, offset_in_file(page), page_size_bytes);
        page_start_ = page;
    }
    return page_;
}

/// Whether a bin starts on the page at `page` in the hive bins data.
bool LazyHive::starts_bin(std::uint32_t page) const {
    Page& state = pages_[page / page_size_bytes];
    if (state == Page::unknown) {
        const BinHeader header = read_bin_header(page_at(page), page, base_block_.bins_size_bytes);
        state = header.problem.empty() ? Page::start_of_a_bin : Page::in_a_bin;
    }
    return state == Page::start_of_a_bin;
}

const LazyHive::Bin& LazyHive::read_bin(std::uint32_t start) const {
    const auto known = bins_.find(start);
    if (known != bins_.end()) return known->second;
    const ByteView first = page_at(start);
    const std::uint32_t size = std::min(
        read_bin_header(first, start, base_block_.bins_size_bytes).size_bytes, bins_bytes_ - start);
    if (size < page_size_bytes || size > bytes_left_) {
        throw Error(ErrorCode::malformed_hive, "the hive bins are too large, or overlap")
            .offset(offset_in_file(start));
    }
    bytes_left_ -= size;
    Bin bin{Bytes(size), CellSet(size)};
    std::copy(first.begin(), first.end(), bin.bytes.begin());
    if (size > page_size_bytes) {
        file_->read(MutableByteView(bin.bytes).subspan(page_size_bytes),
                    offset_in_file(start + page_size_bytes));
    }
    const std::uint32_t end = visit_cells(bin.bytes, [&](std::uint32_t at, bool is_allocated) {
        if (is_allocated) bin.allocated.insert(at);
    });
    if (end != size) {
        damage_.push_back({cell_problem(bin.bytes, end), offset_in_file(start + end)});
    }
    return bins_.emplace(start, std::move(bin)).first->second;
}

LazyHive::Found LazyHive::among_known_bins(CellOffset offset) const {
    const auto behind = bins_.upper_bound(offset);
    if (behind == bins_.begin()) return {};
    const auto& [start, bin] = *std::prev(behind);
    return bin.allocated.contains(offset - start) ? Found{&bin, start} : Found{};
}

/// The bin in which an allocated cell starts at `offset`; none where there is none.
LazyHive::Found LazyHive::find(CellOffset offset) const {
    if (offset >= bins_bytes_ || offset % 8 != 0) return {};
    if (const Found known = among_known_bins(offset); known.bin != nullptr) return known;
    // Backwards to the header. What was a bin once may lie in free cells of a larger one: the one
    // that counts has the cell in its row.
    for (std::uint32_t page = offset - offset % page_bytes;; page -= page_bytes) {
        if (steps_left_ == 0) {
            throw Error(ErrorCode::malformed_hive, "the hive bins cannot be told from each other")
                .offset(offset_in_file(offset));
        }
        --steps_left_;
        if (starts_bin(page)) {
            const Bin& bin = read_bin(page);
            if (bin.allocated.contains(offset - page)) return {&bin, page};
        }
        if (page == 0) return {};
    }
}

bool LazyHive::is_allocated(CellOffset offset) const {
    return find(offset).bin != nullptr;
}

ByteView LazyHive::cell(CellOffset offset) const {
    const Found found = find(offset);
    if (found.bin == nullptr) throw_no_cell(offset);
    return cell_content(found.bin->bytes, offset - found.start);
}

}  // namespace nlafix::regf
