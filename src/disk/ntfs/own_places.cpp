// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/own_places.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "base/error.h"
#include "disk/ntfs/clusters.h"
#include "disk/ntfs/ntfs_volume.h"

namespace nlafix::disk {
namespace {

/// [first, end) of bytes or clusters.
struct Span {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
};

/// Sorted, without overlaps; neighbours are one.
class SpanSet {
public:
    explicit SpanSet(std::vector<Span> spans) {
        std::ranges::sort(spans, {}, &Span::first);
        for (const Span& span : spans) {
            if (!spans_.empty() && span.first <= spans_.back().end) {
                spans_.back().end = std::max(spans_.back().end, span.end);
            } else {
                spans_.push_back(span);
            }
        }
    }

    bool contains(const Span& span) const {
        const auto next = std::ranges::upper_bound(spans_, span.first, {}, &Span::first);
        return next != spans_.begin() && span.end <= std::prev(next)->end;
    }

    /// The parts of this set that `other` lacks.
    std::vector<Span> without(const SpanSet& other) const {
        std::vector<Span> left;
        for (Span span : spans_) {
            auto cut = std::ranges::upper_bound(other.spans_, span.first, {}, &Span::first);
            if (cut != other.spans_.begin()) --cut;
            for (; cut != other.spans_.end() && cut->first < span.end; ++cut) {
                if (cut->end <= span.first) continue;
                if (cut->first > span.first) left.push_back({span.first, cut->first});
                span.first = std::min(cut->end, span.end);
            }
            if (span.first < span.end) left.push_back(span);
        }
        return left;
    }

private:
    std::vector<Span> spans_;
};

void add_clusters(const NtfsFile& file, std::vector<Span>& clusters) {
    for (const ClusterRun& run : file.runs) {
        if (run.first != ClusterRun::hole) clusters.push_back({run.first, run.first + run.count});
    }
}

std::vector<ClusterRun> runs_of(const std::vector<Span>& clusters) {
    std::vector<ClusterRun> runs;
    runs.reserve(clusters.size());
    for (const Span& span : clusters) runs.push_back({span.first, span.end - span.first});
    return runs;
}

[[noreturn]] void throw_foreign(std::uint64_t offset) {
    throw Error(ErrorCode::malformed_backup,
                "the manifest wants to change the disk outside of the hive")
        .offset(offset)
        .hint("this is no backup that a fix made; look at where it comes from");
}

/// The places of one commit on the disk.
class Places {
public:
    Places(const VolumeOnDisk& volume, const SpanSet& clusters, std::vector<Span> bytes)
        : clusters_(clusters), bytes_(std::move(bytes)) {
        const std::uint64_t bitmap_bytes = (volume.geometry.clusters + 7) / 8;
        std::uint64_t at = 0;
        for (const Piece& piece : pieces_of(volume, volume.geometry.bitmap, 0, bitmap_bytes)) {
            bitmap_.push_back({piece, at});
            at += piece.size_bytes;
        }
    }

    /// Looks at each byte that `write` changes.
    void require(const Write& write) const {
        for (std::size_t at = 0; at < write.after.size();) {
            if (write.after[at] == write.before[at]) {
                ++at;
                continue;
            }
            std::size_t end = at + 1;
            while (end < write.after.size() && write.after[end] != write.before[end]) ++end;
            if (!bytes_.contains({write.offset + at, write.offset + end})) {
                for (std::size_t i = at; i < end; ++i) {
                    if (!bytes_.contains({write.offset + i, write.offset + i + 1}))
                        require_bits(write, i);
                }
            }
            at = end;
        }
    }

private:
    struct BitmapPiece {
        Piece on_disk;
        std::uint64_t first_byte = 0;  // of $Bitmap
    };

    /// The byte `at` of `write` has to lie in $Bitmap, and to change bits of own clusters alone.
    void require_bits(const Write& write, std::size_t at) const {
        const std::uint64_t offset = write.offset + at;
        const auto piece = std::ranges::find_if(bitmap_, [offset](const BitmapPiece& one) {
            return offset >= one.on_disk.offset &&
                   offset - one.on_disk.offset < one.on_disk.size_bytes;
        });
        if (piece == bitmap_.end()) throw_foreign(offset);
        const std::uint64_t byte = piece->first_byte + (offset - piece->on_disk.offset);
        auto bits = std::to_integer<unsigned>(write.after[at] ^ write.before[at]);
        for (; bits != 0; bits &= bits - 1) {
            const std::uint64_t cluster = byte * 8 + static_cast<unsigned>(std::countr_zero(bits));
            if (!clusters_.contains({cluster, cluster + 1})) throw_foreign(offset);
        }
    }

    const SpanSet& clusters_;
    SpanSet bytes_;
    std::vector<BitmapPiece> bitmap_;
};

/// The volume of `range`, which has to lie as `geometry` says: no epoch writes what that comes
/// from.
NtfsVolume open_as(BlockDevice& device, const DiskRange& range, const NtfsGeometry& geometry) {
    NtfsVolume volume = NtfsVolume::open(device, range);
    if (volume.geometry() == geometry) return volume;
    throw_foreign(range.offset);
}

NtfsFile found(NtfsVolume& volume, const std::string& path) {
    if (const std::optional<NtfsFile> file = volume.find(path)) return *file;
    throw Error(ErrorCode::hive_changed, "the volume holds no " + path + " any more");
}

}  // namespace

void require_own_places(BlockDevice& now, BlockDevice& before, BlockDevice& after,
                        const DiskRange& range, const std::string& path,
                        const std::vector<std::string>& others, const std::vector<Epoch>& epochs) {
    const VolumeOnDisk volume{before, range, NtfsVolume::open(now, range).geometry()};
    NtfsVolume old_volume = open_as(before, range, volume.geometry);
    NtfsVolume new_volume = open_as(after, range, volume.geometry);
    const NtfsFile old_file = found(old_volume, path);
    const NtfsFile new_file = found(new_volume, path);
    std::vector<Span> had;
    std::vector<Span> gets;
    add_clusters(old_file, had);
    add_clusters(new_file, gets);
    const SpanSet own(had);
    require_owners(volume, runs_of(own.without(SpanSet({}))), runs_of(SpanSet(gets).without(own)));

    std::vector<Span> clusters = std::move(had);
    clusters.insert(clusters.end(), gets.begin(), gets.end());
    const SpanSet switched(clusters);
    for (const std::string& other : others) {
        if (const auto file = old_volume.find(other)) add_clusters(*file, clusters);
    }
    std::vector<Span> bytes;
    for (const Span& span : clusters) {
        const std::uint64_t first = volume.offset_of_cluster(span.first);
        bytes.push_back({first, volume.offset_of_cluster(span.end)});
    }
    const std::uint64_t record_bytes = volume.geometry.record_bytes;
    if (old_file.record != new_file.record) throw_foreign(range.offset);
    for (const Piece& piece :
         pieces_of(volume, volume.geometry.mft, old_file.record * record_bytes, record_bytes)) {
        bytes.push_back({piece.offset, piece.offset + piece.size_bytes});
    }
    const Places places(volume, switched, std::move(bytes));
    for (const Epoch& epoch : epochs) {
        for (const Write& write : epoch.writes) places.require(write);
    }
}

}  // namespace nlafix::disk
