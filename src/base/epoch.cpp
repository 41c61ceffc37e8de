// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/epoch.h"

#include <algorithm>
#include <set>
#include <utility>

namespace nlafix {
namespace {

constexpr std::size_t page_bytes = 4096;
const Bytes zeros(page_bytes);

/// What a shorter file loses is written to as well, so that the way back has it.
void keep_what_is_cut_off(Epoch& epoch, const std::vector<PatchedFile>& files) {
    for (const Resize& resize : epoch.resizes) {
        const PatchedFile& file = files.at(resize.file);
        if (resize.after_bytes >= file.size_bytes()) continue;
        Bytes lost = file.range(resize.after_bytes,
                                static_cast<std::size_t>(file.size_bytes() - resize.after_bytes));
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

ByteView PatchedFile::piece(std::uint64_t offset) const {
    if (offset >= size_bytes_) return {};
    const auto next = pages_.lower_bound(offset / page_bytes);
    const bool is_written = next != pages_.end() && next->first == offset / page_bytes;
    const std::uint64_t end =
        std::min(size_bytes_, is_written             ? (next->first + 1) * page_bytes
                              : next != pages_.end() ? next->first * page_bytes
                                                     : size_bytes_);
    const auto length = static_cast<std::size_t>(end - offset);
    if (is_written) return ByteView(next->second).subspan(offset % page_bytes, length);
    if (offset >= kept_bytes_) return ByteView(zeros).first(std::min(length, page_bytes));
    return file_.subspan(static_cast<std::size_t>(offset),
                         std::min(length, static_cast<std::size_t>(kept_bytes_ - offset)));
}

Bytes PatchedFile::range(std::uint64_t offset, std::size_t length) const {
    Bytes range(length);
    for (std::size_t done = 0; done < length;) {
        const ByteView found = piece(offset + done);
        if (found.empty()) break;
        const std::size_t part = std::min(found.size(), length - done);
        std::copy_n(found.begin(), part, range.begin() + static_cast<std::ptrdiff_t>(done));
        done += part;
    }
    return range;
}

Bytes& PatchedFile::page_at(std::uint64_t index) {
    const auto known = pages_.find(index);
    if (known != pages_.end()) return known->second;
    return pages_.emplace(index, range(index * page_bytes, page_bytes)).first->second;
}

void PatchedFile::write(std::uint64_t offset, ByteView bytes) {
    while (!bytes.empty()) {
        Bytes& page = page_at(offset / page_bytes);
        const auto at = static_cast<std::size_t>(offset % page_bytes);
        const std::size_t part = std::min(bytes.size(), page_bytes - at);
        std::copy_n(bytes.begin(), part, page.begin() + static_cast<std::ptrdiff_t>(at));
        bytes = bytes.subspan(part);
        offset += part;
        size_bytes_ = std::max(size_bytes_, offset);
    }
}

void PatchedFile::resize(std::uint64_t size_bytes) {
    if (size_bytes < size_bytes_) {
        pages_.erase(pages_.lower_bound((size_bytes + page_bytes - 1) / page_bytes), pages_.end());
        const auto last = pages_.find(size_bytes / page_bytes);
        if (last != pages_.end()) {
            Bytes& page = last->second;
            std::fill(page.begin() + static_cast<std::ptrdiff_t>(size_bytes % page_bytes),
                      page.end(), std::byte{0});
        }
        kept_bytes_ = std::min(kept_bytes_, size_bytes);
    }
    size_bytes_ = size_bytes;
}

std::vector<PatchedFile> fill_in_before(std::vector<Epoch>& epochs,
                                        const std::vector<ByteView>& contents) {
    std::vector<PatchedFile> files(contents.begin(), contents.end());
    for (Epoch& epoch : epochs) {
        for (Write& write : epoch.writes) {
            write.before = files.at(write.file).range(write.offset, write.after.size());
        }
        keep_what_is_cut_off(epoch, files);
        std::vector<std::uint64_t> sizes;
        sizes.reserve(files.size());
        for (const PatchedFile& file : files) sizes.push_back(file.size_bytes());
        for (const Write& write : epoch.writes) {
            files.at(write.file).write(write.offset, write.after);
        }
        for (const Resize& resize : epoch.resizes) {
            files.at(resize.file).resize(resize.after_bytes);
        }
        epoch.resizes.clear();
        for (const FileIndex file : files_of(epoch)) {
            if (files[file].size_bytes() == sizes[file]) continue;
            epoch.resizes.push_back({file, files[file].size_bytes(), sizes[file]});
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
