// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/carry_out.h"

#include <algorithm>
#include <bitset>
#include <exception>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"

namespace nlafix::commit {
namespace {

/// What no disk tears.
constexpr std::size_t sector_bytes = 512;

bool holds(Medium& medium, const Write& write) {
    Bytes found(write.after.size());
    medium.read(write.file, found, write.offset);
    return found == write.after;
}

void carry_out_epoch(Medium& medium, const Epoch& epoch, bool& touched) {
    for (const Write& write : epoch.writes) {
        if (holds(medium, write)) continue;
        touched = true;
        medium.write(write.file, write.after, write.offset);
    }
    for (const Resize& resize : epoch.resizes) {
        if (medium.size_bytes(resize.file) != resize.after_bytes) {
            touched = true;
            medium.resize(resize.file, resize.after_bytes);
        }
    }
    for (const FileIndex file : files_of(epoch)) medium.flush(file);
    // The next epoch is safe only on top of this one. What it cut off reads as zeros.
    for (const Write& write : epoch.writes) {
        if (holds(medium, write)) continue;
        throw Error(ErrorCode::io_error, "the disk does not give back what was written")
            .offset(write.offset);
    }
}

/// What one sector holds from before the first epoch to after the last one.
struct Sector {
    std::bitset<sector_bytes> is_written;
    std::vector<std::size_t> epochs;  // numbers, from 1, that change it, ascending
    std::vector<Bytes> contents;      // before all of them, then after each
};

using Place = std::pair<FileIndex, std::uint64_t>;  // a file, and a sector's offset in it

class Histories {
public:
    explicit Histories(const std::vector<Epoch>& epochs) {
        for (std::size_t i = 0; i < epochs.size(); ++i) {
            for (const Write& write : epochs[i].writes) add(write, i + 1);
        }
    }
    const std::map<Place, Sector>& sectors() const { return sectors_; }

private:
    void add(const Write& write, std::size_t number) {
        for (std::size_t done = 0; done < write.after.size();) {
            const std::uint64_t at = write.offset + done;
            const auto begin = static_cast<std::size_t>(at % sector_bytes);
            const std::size_t length = std::min(sector_bytes - begin, write.after.size() - done);
            Sector& sector = sectors_[{write.file, at - begin}];
            if (sector.contents.empty()) sector.contents.emplace_back(sector_bytes);
            for (std::size_t i = begin; i < begin + length; ++i) {
                if (sector.is_written[i]) continue;
                sector.is_written.set(i);
                for (Bytes& content : sector.contents) content[i] = write.before[done + i - begin];
            }
            if (sector.epochs.empty() || sector.epochs.back() != number) {
                sector.epochs.push_back(number);
                sector.contents.push_back(sector.contents.back());
            }
            std::copy_n(write.after.begin() + static_cast<std::ptrdiff_t>(done), length,
                        sector.contents.back().begin() + static_cast<std::ptrdiff_t>(begin));
            done += length;
        }
    }

    std::map<Place, Sector> sectors_;
};

/// After which numbers of epochs that were begun the medium can look as it does.
class Explanations {
public:
    explicit Explanations(std::size_t epochs) : epochs_(epochs), possible_(epochs + 1, true) {}

    void look_at(const Sector& sector, ByteView found) {
        const auto differs = [&](auto&& is_one) {
            for (std::size_t i = 0; i < sector_bytes; ++i) {
                if (sector.is_written[i] && !is_one(i)) return true;
            }
            return false;
        };
        const auto is_at = [&](std::size_t which) {
            return !differs([&](std::size_t i) { return sector.contents[which][i] == found[i]; });
        };
        is_before_ = is_before_ && is_at(0);
        is_after_ = is_after_ && is_at(sector.epochs.size());
        std::vector<bool> possible(epochs_ + 1, false);
        for (std::size_t which = 0; which <= sector.epochs.size(); ++which) {
            const std::size_t end =
                which < sector.epochs.size() ? sector.epochs[which] : epochs_ + 1;
            if (is_at(which)) {
                for (std::size_t k = which == 0 ? 0 : sector.epochs[which - 1]; k < end; ++k) {
                    possible[k] = true;
                }
            }
            // A cut in between: some bytes of the one, some of the other.
            if (which < sector.epochs.size() && !differs([&](std::size_t i) {
                    return sector.contents[which][i] == found[i] ||
                           sector.contents[which + 1][i] == found[i];
                })) {
                possible[end] = true;
            }
        }
        take(possible, [&] {
            return !differs([&](std::size_t i) {
                return std::any_of(sector.contents.begin(), sector.contents.end(),
                                   [&](const Bytes& content) { return content[i] == found[i]; });
            });
        });
    }

    /// `sizes` are those of one file, before all epochs and after each.
    void look_at(const std::vector<std::uint64_t>& sizes, std::uint64_t found) {
        is_before_ = is_before_ && found == sizes.front();
        is_after_ = is_after_ && found == sizes.back();
        std::vector<bool> possible(epochs_ + 1, false);
        possible[0] = found == sizes.front();
        for (std::size_t k = 1; k <= epochs_; ++k) {
            const auto [low, high] = std::minmax(sizes[k - 1], sizes[k]);
            possible[k] = low <= found && found <= high;
        }
        take(possible, [] { return false; });
    }

    Progress result() const {
        if (is_foreign_) return {};
        if (is_after_) return {CommitState::after, epochs_};
        if (is_before_) return {CommitState::before, 0};
        const auto first = std::find(possible_.begin(), possible_.end(), true);
        // A medium that lost a flush shows several epochs at once: back from the latest of them.
        return {CommitState::between, first == possible_.end()
                                          ? at_least_
                                          : static_cast<std::size_t>(first - possible_.begin())};
    }

private:
    template <class IsMixture>
    void take(const std::vector<bool>& possible, const IsMixture& is_mixture) {
        const auto first = std::find(possible.begin(), possible.end(), true);
        if (first == possible.end()) {
            is_foreign_ = is_foreign_ || !is_mixture();
            at_least_ = epochs_;
        } else {
            at_least_ = std::max(at_least_, static_cast<std::size_t>(first - possible.begin()));
        }
        for (std::size_t k = 0; k <= epochs_; ++k) possible_[k] = possible_[k] && possible[k];
    }

    std::size_t epochs_;
    std::vector<bool> possible_;
    std::size_t at_least_ = 0;
    bool is_before_ = true;
    bool is_after_ = true;
    bool is_foreign_ = false;
};

/// The sizes of each file that changes, before all epochs and after each.
std::map<FileIndex, std::vector<std::uint64_t>> sizes_of(const std::vector<Epoch>& epochs) {
    std::map<FileIndex, std::vector<std::uint64_t>> sizes;
    for (std::size_t i = 0; i < epochs.size(); ++i) {
        for (const Resize& resize : epochs[i].resizes) {
            auto& known = sizes[resize.file];
            known.resize(i + 1, known.empty() ? resize.before_bytes : known.back());
            known.push_back(resize.after_bytes);
        }
    }
    for (auto& entry : sizes) entry.second.resize(epochs.size() + 1, entry.second.back());
    return sizes;
}

}  // namespace

void flush_all(Medium& medium, const std::vector<Epoch>& epochs) {
    std::set<FileIndex> files;
    for (const Epoch& epoch : epochs) {
        for (const FileIndex file : files_of(epoch)) files.insert(file);
    }
    for (const FileIndex file : files) medium.flush(file);
}

void carry_out(Medium& medium, const std::vector<Epoch>& epochs, bool& touched) {
    flush_all(medium, epochs);
    for (const Epoch& epoch : epochs) carry_out_epoch(medium, epoch, touched);
}

Progress progress_on(Medium& medium, const std::vector<Epoch>& epochs) {
    Explanations explanations(epochs.size());
    for (const auto& [file, sizes] : sizes_of(epochs)) {
        explanations.look_at(sizes, medium.size_bytes(file));
    }
    // Sectors that follow each other are read at once.
    constexpr std::size_t most_sectors_at_once = 2048;
    const Histories histories(epochs);
    const auto& sectors = histories.sectors();
    for (auto first = sectors.begin(); first != sectors.end();) {
        const auto [file, offset] = first->first;
        std::size_t count = 0;
        auto last = first;
        while (last != sectors.end() && count < most_sectors_at_once &&
               last->first == Place{file, offset + count * sector_bytes}) {
            ++last;
            ++count;
        }
        Bytes found(count * sector_bytes);
        medium.read(file, found, offset);
        for (std::size_t at = 0; first != last; ++first, at += sector_bytes) {
            explanations.look_at(first->second, ByteView(found).subspan(at, sector_bytes));
        }
    }
    return explanations.result();
}

bool take_back(Medium& medium, const std::vector<Epoch>& epochs) {
    try {
        // A write that failed may be on its way all the same (an image's server keeps it).
        flush_all(medium, epochs);
        const Progress progress = progress_on(medium, epochs);
        if (progress.state == CommitState::foreign) return false;
        bool touched = false;
        carry_out(medium, reversed(epochs, progress.begun), touched);
        return progress_on(medium, epochs).state == CommitState::before;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace nlafix::commit
