// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/epoch.h"

#include <algorithm>
#include <set>
#include <utility>

namespace nlafix {
namespace {

/// `length` bytes of `file` from `offset`, zeros behind its end.
Bytes padded_range(const Bytes& file, std::uint64_t offset, std::size_t length) {
    Bytes range(length);
    if (offset < file.size()) {
        const auto at = static_cast<std::size_t>(offset);
        std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(at),
                    std::min(length, file.size() - at), range.begin());
    }
    return range;
}

/// What a shorter file loses is written to as well, so that the way back has it.
void keep_what_is_cut_off(Epoch& epoch, const std::vector<Bytes>& files) {
    for (const Resize& resize : epoch.resizes) {
        const Bytes& file = files.at(resize.file);
        if (resize.after_bytes >= file.size()) continue;
        Bytes lost(file.begin() + static_cast<std::ptrdiff_t>(resize.after_bytes), file.end());
        epoch.writes.push_back(
            {resize.file, resize.after_bytes, Bytes(lost.size()), std::move(lost)});
    }
}

}  // namespace

const char* word_of(Way way) {
    switch (way) {
        case Way::replace: return "replace";
        case Way::log_first: return "log-first";
        case Way::in_place: return "in-place";
        case Way::runlist_switch: break;
    }
    return "runlist-switch";
}

void apply_epoch(const Epoch& epoch, std::vector<Bytes>& files) {
    for (const Write& write : epoch.writes) {
        Bytes& file = files.at(write.file);
        const auto at = static_cast<std::size_t>(write.offset);
        file.resize(std::max(file.size(), at + write.after.size()));
        std::copy(write.after.begin(), write.after.end(),
                  file.begin() + static_cast<std::ptrdiff_t>(at));
    }
    for (const Resize& resize : epoch.resizes) {
        files.at(resize.file).resize(static_cast<std::size_t>(resize.after_bytes));
    }
}

std::vector<Bytes> fill_in_before(std::vector<Epoch>& epochs, std::vector<Bytes> files) {
    for (Epoch& epoch : epochs) {
        for (Write& write : epoch.writes) {
            write.before = padded_range(files.at(write.file), write.offset, write.after.size());
        }
        keep_what_is_cut_off(epoch, files);
        std::vector<std::uint64_t> sizes;
        sizes.reserve(files.size());
        for (const Bytes& file : files) sizes.push_back(file.size());
        apply_epoch(epoch, files);
        epoch.resizes.clear();
        for (const FileIndex file : files_of(epoch)) {
            if (files[file].size() == sizes[file]) continue;
            epoch.resizes.push_back({file, files[file].size(), sizes[file]});
        }
    }
    return files;
}

std::vector<Epoch> reversed(const std::vector<Epoch>& epochs, std::size_t count) {
    // Why this is as safe as the way there. Let S(k) be what the disk holds after epoch k. Undoing
    // epoch k overwrites the very sectors that epoch k wrote, from S(k) towards S(k-1), and a flush
    // stands before and behind it: a cut leaves some of them as in S(k) and others as in S(k-1),
    // which is what a cut of epoch k itself leaves. So there is no state that the way there does
    // not have. But only if S(k) is what is there: an epoch that was never begun must not be
    // undone, for its `before` is a state of its own.
    const auto end = epochs.begin() + static_cast<std::ptrdiff_t>(std::min(count, epochs.size()));
    std::vector<Epoch> back(epochs.begin(), end);
    std::reverse(back.begin(), back.end());
    for (Epoch& epoch : back) {
        for (Write& write : epoch.writes) std::swap(write.before, write.after);
        for (Resize& resize : epoch.resizes) std::swap(resize.before_bytes, resize.after_bytes);
    }
    return back;
}

std::vector<FileIndex> files_of(const Epoch& epoch) {
    std::set<FileIndex> files;
    for (const Write& write : epoch.writes) files.insert(write.file);
    for (const Resize& resize : epoch.resizes) files.insert(resize.file);
    return {files.begin(), files.end()};
}

Effort effort_of(const std::vector<Epoch>& epochs, std::size_t count) {
    Effort effort;
    for (std::size_t i = 0; i < std::min(count, epochs.size()); ++i) {
        for (const Write& write : epochs[i].writes) effort.bytes += write.after.size();
        effort.flushes += files_of(epochs[i]).size();
    }
    return effort;
}

}  // namespace nlafix
