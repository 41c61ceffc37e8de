// SPDX-License-Identifier: GPL-2.0-or-later
// The part of MemorySystem that knows what a power cut may leave.
#include <algorithm>
#include <random>

#include "memory_system.h"

namespace nlafix::test {
namespace {

constexpr std::size_t sector_bytes = 512;
/// A write no longer than this is cut at every byte, a longer one at sectors and two bytes more.
constexpr std::size_t short_write_bytes = 16;

// What a choice number means for a write; what follows are the places where it is cut.
constexpr std::size_t kept = 0;
constexpr std::size_t dropped = 1;
constexpr std::size_t as_zeros = 2;  // the file is as long as it should be, and empty there
constexpr std::size_t first_cut = 3;

/// Lengths of what arrives of a write of `size` bytes that is cut.
std::vector<std::size_t> cuts_of(std::uint64_t offset, std::size_t size) {
    std::vector<std::size_t> cuts;
    if (size <= short_write_bytes) {
        for (std::size_t length = 1; length < size; ++length) {
            cuts.push_back(length);
        }
        return cuts;
    }
    const std::size_t to_sector = sector_bytes - static_cast<std::size_t>(offset % sector_bytes);
    for (std::size_t length = to_sector; length < size; length += sector_bytes) {
        cuts.push_back(length);
    }
    cuts.push_back(size / 3);
    cuts.push_back(size - 1);
    return cuts;
}

void put(Bytes& content, std::uint64_t offset, ByteView bytes) {
    const auto at = static_cast<std::size_t>(offset);
    content.resize(std::max(content.size(), at + bytes.size()));
    std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

void MemorySystem::apply(const NameChange& change, Names& names) {
    if (change.inode) {
        names[change.path] = change.inode;
    } else {
        names.erase(change.path);
    }
    if (!change.gone.empty()) {
        names.erase(change.gone);
    }
}

std::size_t MemorySystem::choices_of(const DataChange& change) {
    if (change.is_size) {
        return first_cut - 1;
    }
    return first_cut + cuts_of(change.offset, change.bytes.size()).size();
}

void MemorySystem::apply(const DataChange& change, std::size_t choice, Bytes& content) {
    if (choice == dropped) {
        return;
    }
    if (change.is_size) {
        content.resize(static_cast<std::size_t>(change.offset));
        return;
    }
    const ByteView bytes(change.bytes);
    if (choice == kept) {
        put(content, change.offset, bytes);
    } else if (choice == as_zeros) {
        content.resize(
            std::max(content.size(), static_cast<std::size_t>(change.offset) + bytes.size()));
    } else {
        const std::size_t length = cuts_of(change.offset, bytes.size())[choice - first_cut];
        put(content, change.offset, bytes.first(length));
    }
}

void MemorySystem::change(Inode& inode, DataChange change) {
    apply(change, kept, inode.now.content.edit());
    inode.pending.push_back(std::move(change));
    changed();
}

void MemorySystem::change_names(NameChange change) {
    apply(change, names_);
    pending_names_.push_back(std::move(change));
}

/// `choices`: one for each pending name, then one for each pending change of each of `changed`.
Medium MemorySystem::state_of(const std::vector<std::size_t>& choices,
                              const std::vector<InodePointer>& changed) const {
    std::size_t at = 0;
    Names names = flushed_names_;
    for (const NameChange& change : pending_names_) {
        if (choices[at++] == kept) {
            apply(change, names);
        }
    }
    std::map<const Inode*, SharedBytes> contents;
    for (const InodePointer& inode : changed) {
        SharedBytes& content = contents[inode.get()] = inode->flushed;
        for (const DataChange& change : inode->pending) {
            const std::size_t choice = choices[at++];
            if (choice != dropped) apply(change, choice, content.edit());
        }
    }
    Medium medium;
    for (const auto& [path, inode] : names) {
        StoredFile file = inode->now;
        const auto found = contents.find(inode.get());
        file.content = found == contents.end() ? inode->flushed : found->second;
        medium[path] = std::move(file);
    }
    return medium;
}

void MemorySystem::visit_crash_states(std::size_t most_states, std::uint64_t seed,
                                      const std::function<void(const Medium&)>& visit) const {
    std::vector<std::size_t> counts(pending_names_.size(), dropped + 1);
    std::set<InodePointer> inodes;
    for (const Names* names : {&names_, &flushed_names_}) {
        for (const auto& [path, inode] : *names) {
            inodes.insert(inode);
        }
    }
    // A file without a name now may get one back: its removal need not be on the medium.
    for (const NameChange& change : pending_names_) {
        if (change.inode) {
            inodes.insert(change.inode);
        }
    }
    std::vector<InodePointer> changed(inodes.begin(), inodes.end());
    // By number, not by address: a run must be the same every time.
    std::sort(changed.begin(), changed.end(),
              [](const auto& a, const auto& b) { return a->number < b->number; });
    std::erase_if(changed, [](const InodePointer& inode) { return inode->pending.empty(); });
    for (const InodePointer& inode : changed) {
        for (const DataChange& change : inode->pending) {
            counts.push_back(choices_of(change));
        }
    }
    std::size_t product = 1;
    for (const std::size_t count : counts) {
        product = std::min(product * count, most_states + 1);
    }
    std::vector<std::size_t> choices(counts.size(), kept);
    if (product <= most_states) {
        for (std::size_t number = 0; number < product; ++number) {
            std::size_t rest = number;
            for (std::size_t i = 0; i < counts.size(); ++i) {
                choices[i] = rest % counts[i];
                rest /= counts[i];
            }
            visit(state_of(choices, changed));
        }
        return;
    }
    std::mt19937_64 random(seed);
    for (std::size_t number = 0; number < most_states; ++number) {
        for (std::size_t i = 0; i < counts.size(); ++i) {
            // All kept and all dropped first, then one that differs from all kept, then any.
            const bool any = number >= 2 + counts.size();
            choices[i] = any               ? random() % counts[i]
                         : number < 2      ? number
                         : number - 2 == i ? 1 + random() % (counts[i] - 1)
                                           : kept;
        }
        visit(state_of(choices, changed));
    }
}

}  // namespace nlafix::test
