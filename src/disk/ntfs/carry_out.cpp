// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/carry_out.h"

#include <algorithm>
#include <map>
#include <string>

#include "base/error.h"

namespace nlafix::disk {
namespace {

/// What no disk tears.
constexpr std::size_t sector_bytes = 512;
constexpr std::size_t most_bytes_at_once = std::size_t{1} << 20;

Bytes read_back(BlockDevice& device, const DiskWrite& write) {
    return read_bytes(device, write.offset, write.after.size());
}

/// Writes one epoch, flushes it, and looks whether the disk gives it back: the next epoch is safe
/// only on top of this one.
void carry_out_epoch(BlockDevice& device, const DiskEpoch& epoch) {
    for (const DiskWrite& write : epoch.writes) device.write(write.after, write.offset);
    device.flush();
    for (const DiskWrite& write : epoch.writes) {
        if (!equal(read_back(device, write), write.after)) {
            throw Error(ErrorCode::io_error, "the disk does not give back what was written")
                .offset(write.offset);
        }
    }
}

/// The sectors that `epochs` write, each with all that it holds from before the first epoch to
/// after the last one, in order.
using Histories = std::map<std::uint64_t, std::vector<ByteView>>;

Histories histories_of(const std::vector<DiskEpoch>& epochs) {
    Histories histories;
    for (const DiskEpoch& epoch : epochs) {
        for (const DiskWrite& write : epoch.writes) {
            for (std::size_t at = 0; at < write.after.size(); at += sector_bytes) {
                const std::size_t length = std::min(sector_bytes, write.after.size() - at);
                std::vector<ByteView>& history = histories[write.offset + at];
                if (history.empty()) {
                    history.push_back(ByteView(write.before).subspan(at, length));
                }
                history.push_back(ByteView(write.after).subspan(at, length));
            }
        }
    }
    return histories;
}

/// Sectors that follow each other are read at once.
struct Window {
    std::uint64_t offset = 0;
    Bytes bytes;

    ByteView sector_at(BlockDevice& device, const Histories& histories,
                       Histories::const_iterator sector) {
        const std::size_t size = sector->second.front().size();
        if (sector->first < offset ||
            !range_is_inside(sector->first - offset, size, bytes.size())) {
            offset = sector->first;
            std::uint64_t end = offset;
            for (auto next = sector;
                 next != histories.end() && next->first == end && end - offset < most_bytes_at_once;
                 ++next) {
                end += next->second.front().size();
            }
            bytes = read_bytes(device, offset, static_cast<std::size_t>(end - offset));
        }
        return ByteView(bytes).subspan(static_cast<std::size_t>(sector->first - offset), size);
    }
};

/// True when every byte of `found` is one that some content of `history` has there: a transfer that
/// failed may have ended within a sector, although a disk tears none.
bool is_mixture(ByteView found, const std::vector<ByteView>& history) {
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto has_it = [&](ByteView content) { return content[i] == found[i]; };
        if (std::none_of(history.begin(), history.end(), has_it)) return false;
    }
    return true;
}

}  // namespace

void carry_out(BlockDevice& device, const std::vector<DiskEpoch>& epochs) {
    try {
        for (const DiskEpoch& epoch : epochs) carry_out_epoch(device, epoch);
    } catch (const Error& error) {
        throw Error(ErrorCode::unconfirmed_write,
                    "the write began and could not be confirmed: " + error.message())
            .hint(error.hint());
    }
}

std::vector<DiskEpoch> reversed(const std::vector<DiskEpoch>& epochs) {
    // Why this is as safe as the way there. Let S(k) be the disk after epoch k. Undoing epoch k
    // overwrites the very sectors that epoch k wrote, from S(k) towards S(k-1), and a flush stands
    // before and behind it: a cut leaves some of them as in S(k) and others as in S(k-1), which is
    // what a cut of epoch k itself leaves. So there is no state that the way there does not have,
    // and what holds for each of those holds here. A commit that was cut in epoch k is such a
    // state: undoing the later epochs first writes what is there already, and changes nothing.
    std::vector<DiskEpoch> back(epochs.rbegin(), epochs.rend());
    for (DiskEpoch& epoch : back) {
        for (DiskWrite& write : epoch.writes) std::swap(write.before, write.after);
    }
    return back;
}

CommitState state_on(BlockDevice& device, const std::vector<DiskEpoch>& epochs) {
    bool is_before = true;
    bool is_after = true;
    const Histories histories = histories_of(epochs);
    Window window;
    for (auto sector = histories.begin(); sector != histories.end(); ++sector) {
        const std::vector<ByteView>& history = sector->second;
        const ByteView found = window.sector_at(device, histories, sector);
        const auto is_found = [&](ByteView content) { return equal(content, found); };
        if (std::none_of(history.begin(), history.end(), is_found) && !is_mixture(found, history)) {
            return CommitState::foreign;
        }
        is_before = is_before && is_found(history.front());
        is_after = is_after && is_found(history.back());
    }
    if (is_after) return CommitState::after;
    return is_before ? CommitState::before : CommitState::between;
}

}  // namespace nlafix::disk
