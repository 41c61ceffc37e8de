// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/clusters.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/error.h"
#include "disk/ntfs/mft_record.h"

namespace nlafix::disk {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;
constexpr std::size_t largest_kept = 64;

[[noreturn]] void throw_unclean(const std::string& what) {
    throw Error(ErrorCode::unclean_volume, what)
        .hint("let Windows repair the volume (chkdsk /f), then run this again");
}

bool bit_of(ByteView bytes, std::uint64_t bit) {
    return (std::to_integer<unsigned>(bytes[static_cast<std::size_t>(bit / 8)]) >> (bit % 8) & 1) !=
           0;
}

/// Walks over the free clusters in [begin, end), run by run in ascending order, until `visit`
/// returns false.
template <typename Visit>
void for_each_free_run(const VolumeOnDisk& volume, std::uint64_t begin, std::uint64_t end,
                       Visit visit) {
    // Of the run that is being walked over. No optional: GCC 12 takes it for uninitialized.
    constexpr std::uint64_t no_run = ~std::uint64_t{0};
    std::uint64_t first = no_run;
    for (std::uint64_t at = begin; at < end;) {
        const std::uint64_t byte = at / 8;
        const std::uint64_t last_byte = (end - 1) / 8;
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(chunk_bytes, last_byte - byte + 1));
        const Bytes chunk = read_data(volume, volume.geometry.bitmap, byte, size);
        const std::uint64_t chunk_end = std::min(end, (byte + size) * 8);
        while (at < chunk_end) {
            const std::byte value = chunk[static_cast<std::size_t>(at / 8 - byte)];
            const bool whole_byte = at % 8 == 0 && chunk_end - at >= 8;
            if (whole_byte && ((value == std::byte{0xff} && first == no_run) ||
                               (value == std::byte{0} && first != no_run))) {
                at += 8;  // nothing changes in it
                continue;
            }
            const bool used = bit_of(chunk, at - byte * 8);
            if (!used && first == no_run) first = at;
            if (used && first != no_run) {
                if (!visit(ClusterRun{first, at - first})) return;
                first = no_run;
            }
            ++at;
        }
    }
    if (first != no_run) visit(ClusterRun{first, end - first});
}

/// The largest runs that were seen, and the first that was large enough.
class FreeRuns {
public:
    explicit FreeRuns(std::uint64_t wanted) : wanted_(wanted) {}

    /// False when no more need be seen.
    bool add(const ClusterRun& run) {
        if (run.count >= wanted_) {
            fitting_ = run;
            return false;
        }
        if (largest_.size() == largest_kept && run.count <= largest_.back().count) return true;
        const auto smaller = [](const ClusterRun& a, const ClusterRun& b) {
            return a.count > b.count;
        };
        largest_.insert(std::upper_bound(largest_.begin(), largest_.end(), run, smaller), run);
        if (largest_.size() > largest_kept) largest_.pop_back();
        return true;
    }

    std::vector<ClusterRun> taken(std::size_t most_pieces) const {
        if (fitting_) return {{fitting_->first, wanted_}};
        std::vector<ClusterRun> pieces;
        std::uint64_t missing = wanted_;
        for (const ClusterRun& run : largest_) {
            if (missing == 0 || pieces.size() == most_pieces) break;
            pieces.push_back({run.first, std::min(run.count, missing)});
            missing -= pieces.back().count;
        }
        if (missing != 0) return {};
        std::sort(pieces.begin(), pieces.end(),
                  [](const ClusterRun& a, const ClusterRun& b) { return a.first < b.first; });
        return pieces;
    }
    bool is_in_one_piece() const { return fitting_.has_value(); }

private:
    std::uint64_t wanted_;
    std::optional<ClusterRun> fitting_;
    std::vector<ClusterRun> largest_;  // descending
};

/// Free runs from `hint` to the end, then those before it; `zone` is left out.
FreeRuns look_for(const VolumeOnDisk& volume, std::uint64_t count, std::uint64_t hint,
                  const ClusterRun& zone) {
    FreeRuns runs(count);
    const std::uint64_t end = volume.geometry.clusters;
    const std::uint64_t zone_begin = std::min(zone.first, end);
    const std::uint64_t zone_end = std::min(zone.first + zone.count, end);
    const auto look_in = [&](std::uint64_t from, std::uint64_t to) {
        if (from >= to || runs.is_in_one_piece()) return;
        for_each_free_run(volume, from, to, [&](const ClusterRun& run) { return runs.add(run); });
    };
    const auto look_outside_of_zone = [&](std::uint64_t from, std::uint64_t to) {
        look_in(from, std::min(to, zone_begin));
        look_in(std::max(from, zone_end), to);
    };
    look_outside_of_zone(std::min(hint, end), end);
    look_outside_of_zone(0, std::min(hint, end));
    return runs;
}

/// Which of a few clusters belong to how many files.
class Claims {
public:
    /// `runs` may not overlap.
    explicit Claims(std::vector<ClusterRun> runs) : runs_(std::move(runs)) {
        std::sort(runs_.begin(), runs_.end(),
                  [](const ClusterRun& a, const ClusterRun& b) { return a.first < b.first; });
        for (const ClusterRun& run : runs_) {
            begins_.push_back(counts_.size());
            counts_.resize(counts_.size() + static_cast<std::size_t>(run.count));
        }
    }

    void claim(const ClusterRun& claimed) {
        if (claimed.first == ClusterRun::hole) return;
        const std::uint64_t end = claimed.first + claimed.count;
        auto run = std::partition_point(runs_.begin(), runs_.end(), [&](const ClusterRun& r) {
            return r.first + r.count <= claimed.first;
        });
        for (; run != runs_.end() && run->first < end; ++run) {
            const std::uint64_t from = std::max(run->first, claimed.first);
            const std::uint64_t to = std::min(run->first + run->count, end);
            std::uint8_t* counts =
                counts_.data() + begins_[static_cast<std::size_t>(run - runs_.begin())];
            for (std::uint64_t at = from; at < to; ++at) {
                std::uint8_t& count = counts[at - run->first];
                if (count < 2) ++count;  // once too many is as bad as often too many
            }
        }
    }

    bool all_are(std::uint8_t count) const {
        return std::all_of(counts_.begin(), counts_.end(),
                           [&](std::uint8_t found) { return found == count; });
    }

private:
    std::vector<ClusterRun> runs_;      // ascending
    std::vector<std::size_t> begins_;   // of each run in counts_
    std::vector<std::uint8_t> counts_;  // of each cluster
};

void claim_runs_of(MutableByteView record, std::uint64_t number, std::vector<ClusterRun>& scratch,
                   Claims& once, Claims& never) {
    const RecordState state = take_off_fixups(record);
    if (state == RecordState::damaged) {
        throw_unclean("MFT record " + std::to_string(number) + " is damaged");
    }
    if (state == RecordState::unused) return;
    scratch.clear();
    for (const RecordAttribute& attribute : attributes_of(record)) {
        if (!attribute.is_resident) append_runs(attribute, scratch);
    }
    for (const ClusterRun& run : scratch) {
        once.claim(run);
        never.claim(run);
    }
}

void require_marked(const VolumeOnDisk& volume, const std::vector<ClusterRun>& runs, bool used) {
    for (const ClusterRun& run : runs) {
        const std::uint64_t first_byte = run.first / 8;
        const std::uint64_t last_byte = (run.first + run.count - 1) / 8;
        const Bytes bits = read_data(volume, volume.geometry.bitmap, first_byte,
                                     static_cast<std::size_t>(last_byte - first_byte + 1));
        for (std::uint64_t cluster = run.first; cluster < run.first + run.count; ++cluster) {
            if (bit_of(bits, cluster - first_byte * 8) != used) {
                throw_unclean("cluster " + std::to_string(cluster) + " is marked as " +
                              (used ? "free, but a file has it" : "used, but no file should"));
            }
        }
    }
}

}  // namespace

std::vector<Piece> pieces_of(const VolumeOnDisk& volume, const std::vector<ClusterRun>& runs,
                             std::uint64_t offset, std::uint64_t size_bytes) {
    std::vector<Piece> pieces;
    const std::uint64_t cluster = volume.geometry.cluster_bytes;
    std::uint64_t run_begin = 0;  // in the data
    for (const ClusterRun& run : runs) {
        if (size_bytes == 0) break;
        const std::uint64_t run_bytes = run.count * cluster;
        if (offset < run_begin + run_bytes) {
            if (run.first == ClusterRun::hole) break;
            const std::uint64_t skipped = offset - run_begin;
            const std::uint64_t length = std::min(size_bytes, run_bytes - skipped);
            pieces.push_back({volume.offset_of_cluster(run.first) + skipped, length});
            offset += length;
            size_bytes -= length;
        }
        run_begin += run_bytes;
    }
    if (size_bytes != 0) {
        throw Error(ErrorCode::malformed_volume, "a file is shorter than the volume says")
            .hint("let Windows repair the volume (chkdsk /f), then run this again");
    }
    return pieces;
}

Bytes read_data(const VolumeOnDisk& volume, const std::vector<ClusterRun>& runs,
                std::uint64_t offset, std::size_t size_bytes) {
    Bytes bytes(size_bytes);
    MutableByteView rest(bytes);
    for (const Piece& piece : pieces_of(volume, runs, offset, size_bytes)) {
        volume.device.read(rest.first(piece.size_bytes), piece.offset);
        rest = rest.subspan(piece.size_bytes);
    }
    return bytes;
}

void write_data(const VolumeOnDisk& volume, const std::vector<ClusterRun>& runs,
                std::uint64_t offset, ByteView bytes) {
    for (const Piece& piece : pieces_of(volume, runs, offset, bytes.size())) {
        volume.device.write(bytes.first(piece.size_bytes), piece.offset);
        bytes = bytes.subspan(piece.size_bytes);
    }
}

std::vector<ClusterRun> find_free(const VolumeOnDisk& volume, std::uint64_t count,
                                  std::uint64_t hint, std::size_t most_pieces) {
    if (count == 0) return {};
    const FreeRuns outside = look_for(volume, count, hint, volume.geometry.mft_zone);
    if (outside.is_in_one_piece()) return outside.taken(1);
    const FreeRuns anywhere = look_for(volume, count, hint, {0, 0});
    if (anywhere.is_in_one_piece()) return anywhere.taken(1);
    std::vector<ClusterRun> pieces = outside.taken(most_pieces);
    return pieces.empty() ? anywhere.taken(most_pieces) : pieces;
}

void mark(const VolumeOnDisk& volume, const std::vector<ClusterRun>& runs, bool used) {
    require_marked(volume, runs, !used);
    for (const ClusterRun& run : runs) {
        const std::uint64_t first_byte = run.first / 8;
        const std::uint64_t last_byte = (run.first + run.count - 1) / 8;
        const auto size = static_cast<std::size_t>(last_byte - first_byte + 1);
        Bytes bits = read_data(volume, volume.geometry.bitmap, first_byte, size);
        for (std::uint64_t cluster = run.first; cluster < run.first + run.count; ++cluster) {
            bits[static_cast<std::size_t>(cluster / 8 - first_byte)] ^=
                static_cast<std::byte>(1U << (cluster % 8));
        }
        write_data(volume, volume.geometry.bitmap, first_byte, bits);
    }
}

void require_owners(const VolumeOnDisk& volume, const std::vector<ClusterRun>& owned,
                    const std::vector<ClusterRun>& unowned) {
    require_marked(volume, owned, true);
    require_marked(volume, unowned, false);
    Claims once(owned);
    Claims never(unowned);
    const std::uint64_t record_bytes = volume.geometry.record_bytes;
    const std::uint64_t at_once = std::max<std::uint64_t>(1, chunk_bytes / record_bytes);
    std::vector<ClusterRun> scratch;
    for (std::uint64_t first = 0; first < volume.geometry.records; first += at_once) {
        const std::uint64_t count = std::min(at_once, volume.geometry.records - first);
        Bytes chunk = read_data(volume, volume.geometry.mft, first * record_bytes,
                                static_cast<std::size_t>(count * record_bytes));
        for (std::uint64_t i = 0; i < count; ++i) {
            claim_runs_of(MutableByteView(chunk).subspan(i * record_bytes, record_bytes), first + i,
                          scratch, once, never);
        }
    }
    if (!once.all_are(1) || !never.all_are(0)) {
        throw_unclean("clusters on the volume belong to two files, or to none");
    }
}

}  // namespace nlafix::disk
