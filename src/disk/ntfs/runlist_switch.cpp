// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/runlist_switch.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "disk/ntfs/mft_record.h"

namespace nlafix::disk {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;
constexpr std::size_t most_pieces = 64;

/// Changed clusters that are no further apart than this move together with what lies between them:
/// tried in this order, until the runs fit. The last one moves the whole file.
constexpr std::array<std::uint64_t, 5> gaps = {0, 8, 64, 512, ~std::uint64_t{0}};

std::uint64_t clusters_for(std::uint64_t bytes, std::uint32_t cluster_bytes) {
    return (bytes + cluster_bytes - 1) / cluster_bytes;
}

std::uint64_t total(const std::vector<ClusterRun>& runs) {
    std::uint64_t count = 0;
    for (const ClusterRun& run : runs) count += run.count;
    return count;
}

/// Adds to `runs`, or makes the last one longer.
void append(std::vector<ClusterRun>& runs, const ClusterRun& run) {
    if (run.count == 0) return;
    if (!runs.empty() && runs.back().first + runs.back().count == run.first) {
        runs.back().count += run.count;
    } else {
        runs.push_back(run);
    }
}

/// The clusters of `runs` that hold the file's clusters [first, first + count), as far as there
/// are.
std::vector<ClusterRun> part_of(const std::vector<ClusterRun>& runs, std::uint64_t first,
                                std::uint64_t count) {
    std::vector<ClusterRun> part;
    std::uint64_t begin = 0;  // of the run, in the file
    for (const ClusterRun& run : runs) {
        const std::uint64_t from = std::max(begin, first);
        const std::uint64_t to = std::min(begin + run.count, first + count);
        if (from < to) append(part, {run.first + (from - begin), to - from});
        begin += run.count;
    }
    return part;
}

/// The clusters of the file (ClusterRun::first counts in the file) whose content on the disk is not
/// that of `after`, or that the file does not have yet.
std::vector<ClusterRun> changed_clusters(const VolumeOnDisk& volume, const NtfsFile& file,
                                         ByteView after) {
    const std::uint32_t cluster = volume.geometry.cluster_bytes;
    const std::uint64_t wanted = clusters_for(after.size(), cluster);
    const std::uint64_t present = std::min(wanted, total(file.runs));
    const std::uint64_t at_once = std::max<std::uint64_t>(1, chunk_bytes / cluster);
    std::vector<ClusterRun> changed;
    for (std::uint64_t first = 0; first < present; first += at_once) {
        const std::uint64_t count = std::min(at_once, present - first);
        const std::uint64_t begin = first * cluster;
        const auto size = static_cast<std::size_t>(
            std::min<std::uint64_t>(count * cluster, after.size() - begin));
        const Bytes found = read_data(volume, file.runs, begin, size);
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::size_t at = static_cast<std::size_t>(i * cluster);
            const std::size_t length = std::min<std::size_t>(cluster, size - at);
            const ByteView wanted_bytes =
                after.subspan(static_cast<std::size_t>(begin) + at, length);
            if (!equal(ByteView(found).subspan(at, length), wanted_bytes)) {
                append(changed, {first + i, 1});
            }
        }
    }
    append(changed, {present, wanted - present});
    return changed;
}

/// `changed`, with gaps of up to `gap` clusters closed; the whole file for the largest gap.
std::vector<ClusterRun> closed(const std::vector<ClusterRun>& changed, std::uint64_t gap,
                               std::uint64_t clusters_of_file) {
    if (gap == gaps.back()) return {{0, clusters_of_file}};
    std::vector<ClusterRun> result;
    for (const ClusterRun& run : changed) {
        if (!result.empty() && run.first - (result.back().first + result.back().count) <= gap) {
            result.back().count = run.first + run.count - result.back().first;
        } else {
            result.push_back(run);
        }
    }
    return result;
}

/// The runs of the file once `plan.moved` lie in `plan.fresh`; and what they leave.
void splice(const NtfsFile& file, RunlistSwitch& plan) {
    std::uint64_t at = 0;        // in the file
    std::uint64_t in_fresh = 0;  // in `fresh`
    const auto keep_until = [&](std::uint64_t end) {
        for (const ClusterRun& run : part_of(file.runs, at, end - at)) append(plan.runs, run);
        at = end;
    };
    for (const ClusterRun& moved : plan.moved) {
        keep_until(moved.first);
        for (const ClusterRun& run : part_of(plan.fresh, in_fresh, moved.count)) {
            append(plan.runs, run);
        }
        for (const ClusterRun& run : part_of(file.runs, moved.first, moved.count)) {
            append(plan.freed, run);
        }
        in_fresh += moved.count;
        at = moved.first + moved.count;
    }
    // Room behind the end that the file has, it keeps.
    keep_until(std::max(at, total(file.runs)));
}

std::size_t strides_that_differ(ByteView a, ByteView b) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < a.size(); at += fixup_stride_bytes) {
        if (!equal(a.subspan(at, fixup_stride_bytes), b.subspan(at, fixup_stride_bytes))) ++count;
    }
    return count;
}

Bytes record_on_disk(const VolumeOnDisk& volume, const NtfsFile& file) {
    const std::uint32_t size = volume.geometry.record_bytes;
    return read_data(volume, volume.geometry.mft, file.record * size, size);
}

/// The file's record with `runs`, with fix-ups; empty where that is not a change of one sector.
Bytes new_record(const VolumeOnDisk& volume, ByteView raw, const std::vector<ClusterRun>& runs,
                 std::uint64_t size_bytes, std::uint64_t time) {
    Bytes record(raw.begin(), raw.end());
    if (take_off_fixups(record) != RecordState::in_use) {
        throw Error(ErrorCode::malformed_volume, "the file's MFT record is damaged")
            .hint("let Windows repair the volume (chkdsk /f), then run this again");
    }
    Bytes changed =
        record_with_data(record, {runs, size_bytes, volume.geometry.cluster_bytes, time});
    if (changed.empty()) return {};
    put_on_fixups(changed);
    return strides_that_differ(raw, changed) == 1 ? changed : Bytes();
}

void write_fresh_clusters(const VolumeOnDisk& volume, const RunlistSwitch& plan, ByteView after) {
    const std::uint32_t cluster = volume.geometry.cluster_bytes;
    std::uint64_t in_fresh = 0;
    for (const ClusterRun& moved : plan.moved) {
        const std::uint64_t begin = moved.first * cluster;
        const std::uint64_t end =
            std::min<std::uint64_t>(begin + moved.count * cluster, after.size());
        Bytes content(after.begin() + static_cast<std::ptrdiff_t>(begin),
                      after.begin() + static_cast<std::ptrdiff_t>(end));
        content.resize(static_cast<std::size_t>(moved.count * cluster));  // zeros behind the end
        write_data(volume, plan.fresh, in_fresh * cluster, content);
        in_fresh += moved.count;
    }
}

}  // namespace

RunlistSwitch plan_switch(const VolumeOnDisk& volume, const NtfsFile& file, ByteView after,
                          std::uint64_t time) {
    RunlistSwitch plan;
    if (file.has_attribute_list) {
        plan.why_not = "the file has an attribute list: its runs stand in several MFT records";
        return plan;
    }
    const std::uint64_t clusters = clusters_for(after.size(), volume.geometry.cluster_bytes);
    const Bytes raw = record_on_disk(volume, file);
    const std::vector<ClusterRun> changed = changed_clusters(volume, file, after);
    const std::uint64_t hint = file.runs.back().first + file.runs.back().count;
    for (const std::uint64_t gap : gaps) {
        plan = {};
        plan.moved = closed(changed, gap, clusters);
        plan.fresh = find_free(volume, total(plan.moved), hint, most_pieces);
        if (plan.fresh.empty() && !plan.moved.empty()) {
            plan.no_room = true;
            plan.why_not = "the volume has no room for " + std::to_string(total(plan.moved)) +
                           " clusters in at most " + std::to_string(most_pieces) + " pieces";
            return plan;  // wider gaps need more
        }
        splice(file, plan);
        plan.record = new_record(volume, raw, plan.runs, after.size(), time);
        if (!plan.record.empty()) return plan;
    }
    plan.why_not = "the new runs do not fit into the first sector of the file's MFT record";
    return plan;
}

void stage_switch(Staging& staging, const VolumeOnDisk& volume, const NtfsFile& file,
                  const RunlistSwitch& plan, ByteView after,
                  const std::function<void(bool is_new)>& ended) {
    const VolumeOnDisk staged{staging.epoch(), volume.range, volume.geometry};
    mark(staged, plan.fresh, true);
    write_fresh_clusters(staged, plan, after);
    staging.end_epoch("new clusters");
    ended(false);
    const std::uint32_t record_bytes = volume.geometry.record_bytes;
    write_data(staged, volume.geometry.mft, file.record * record_bytes, plan.record);
    staging.end_epoch("MFT record");
    ended(true);
    mark(staged, plan.freed, false);
    staging.end_epoch("old clusters");
    ended(true);
}

}  // namespace nlafix::disk
