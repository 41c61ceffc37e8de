// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/overlay_device.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace nlafix::disk {
namespace {

constexpr std::size_t smallest_block_bytes = 4096;
constexpr std::size_t most_bytes_per_change = std::size_t{1} << 20;

ByteView part(const Bytes& bytes, std::size_t begin, std::size_t end) {
    return ByteView(bytes).subspan(begin, end - begin);
}

}  // namespace

OverlayDevice::OverlayDevice(BlockDevice& base, std::size_t most_bytes)
    : base_(base),
      block_bytes_(std::max<std::size_t>(smallest_block_bytes, base.alignment_bytes())),
      most_blocks_(most_bytes / block_bytes_) {}

std::size_t OverlayDevice::block_size(std::uint64_t index) const {
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(block_bytes_, base_.size_bytes() - index * block_bytes_));
}

void OverlayDevice::read(MutableByteView into, std::uint64_t offset) {
    require_readable(*this, offset, into.size());
    std::size_t done = 0;
    while (done < into.size()) {
        const std::uint64_t at = offset + done;
        const auto next = blocks_.lower_bound(at / block_bytes_);
        const std::uint64_t next_at =
            next == blocks_.end() ? base_.size_bytes() : next->first * block_bytes_;
        if (next_at > at) {
            const auto length =
                static_cast<std::size_t>(std::min<std::uint64_t>(next_at - at, into.size() - done));
            base_.read(into.subspan(done, length), at);
            done += length;
            continue;
        }
        const auto begin = static_cast<std::size_t>(at - next_at);
        const std::size_t length = std::min(next->second.size() - begin, into.size() - done);
        std::memcpy(into.data() + done, next->second.data() + begin, length);
        done += length;
    }
}

Bytes& OverlayDevice::block_for_writing(std::uint64_t index, bool is_overwritten) {
    if (const auto found = blocks_.find(index); found != blocks_.end()) return found->second;
    if (blocks_.size() >= most_blocks_) {
        throw Error(ErrorCode::io_error, "the change needs more than " +
                                             std::to_string(most_blocks_ * block_bytes_ >> 20) +
                                             " MiB of memory")
            .hint("mount the volume and give its folder as TARGET; that needs less");
    }
    Bytes block(block_size(index));
    if (!is_overwritten) base_.read(block, index * block_bytes_);
    return blocks_.emplace(index, std::move(block)).first->second;
}

void OverlayDevice::write(ByteView from, std::uint64_t offset) {
    require_readable(*this, offset, from.size());
    std::size_t done = 0;
    while (done < from.size()) {
        const std::uint64_t index = (offset + done) / block_bytes_;
        const auto begin = static_cast<std::size_t>((offset + done) % block_bytes_);
        const std::size_t length = std::min(block_size(index) - begin, from.size() - done);
        Bytes& block = block_for_writing(index, length == block_size(index));
        std::memcpy(block.data() + begin, from.data() + done, length);
        done += length;
    }
}

void OverlayDevice::compare(const Compare& visit) const {
    for (auto first = blocks_.begin(); first != blocks_.end();) {
        // Neighbours are read at once: a server answers few large requests sooner than many.
        const std::uint64_t run_at = first->first * block_bytes_;
        std::uint64_t run_end = run_at;
        auto end = first;
        while (end != blocks_.end() && end->first * block_bytes_ == run_end &&
               run_end - run_at + end->second.size() <= most_bytes_per_change) {
            run_end += end->second.size();
            ++end;
        }
        const Bytes before = read_bytes(base_, run_at, static_cast<std::size_t>(run_end - run_at));
        for (; first != end; ++first) {
            const auto at = static_cast<std::size_t>(first->first * block_bytes_ - run_at);
            visit(first->first, part(before, at, at + first->second.size()), first->second);
        }
    }
}

std::vector<Write> OverlayDevice::changes() const {
    std::vector<Write> list;
    const std::size_t unit = base_.alignment_bytes();
    compare([&](std::uint64_t index, ByteView before, ByteView after) {
        for (std::size_t begin = 0; begin < after.size(); begin += unit) {
            const ByteView old_unit = before.subspan(begin, unit);
            const ByteView new_unit = after.subspan(begin, unit);
            if (equal(old_unit, new_unit)) continue;
            const std::uint64_t at = index * block_bytes_ + begin;
            if (list.empty() || list.back().offset + list.back().after.size() != at ||
                list.back().after.size() + unit > most_bytes_per_change) {
                list.push_back({primary_file, at, {}, {}});
            }
            Write& write = list.back();
            write.before.insert(write.before.end(), old_unit.begin(), old_unit.end());
            write.after.insert(write.after.end(), new_unit.begin(), new_unit.end());
        }
    });
    return list;
}

std::size_t OverlayDevice::drop_unchanged() {
    std::vector<std::uint64_t> unchanged;
    compare([&](std::uint64_t index, ByteView before, ByteView after) {
        if (equal(before, after)) unchanged.push_back(index);
    });
    for (const std::uint64_t index : unchanged) blocks_.erase(index);
    return blocks_.size();
}

}  // namespace nlafix::disk
