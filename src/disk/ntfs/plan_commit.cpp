// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/plan_commit.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "disk/ntfs/clusters.h"
#include "disk/ntfs/in_place.h"
#include "disk/ntfs/ntfs_volume.h"
#include "disk/ntfs/runlist_switch.h"
#include "disk/ntfs/staging.h"

namespace nlafix::disk {
namespace {

constexpr std::uint64_t most_log_bytes = std::uint64_t{256} << 20;

[[noreturn]] void throw_not_verified(const std::string& what) {
    throw Error(ErrorCode::verification_failed,
                "the planned change of the volume is not right: " + what)
        .hint(report_this);
}

void require_same_content(ByteView expected, ByteView found, const std::string& path) {
    if (!equal(expected, found)) throw_not_verified(path + " would not hold what it should");
}

/// What a write may not change about a file. `is_switched`: its runs, sizes and two of its times
/// may.
bool is_same_file(const NtfsFile& before, const NtfsFile& after, bool is_switched) {
    NtfsFile expected = before;
    if (is_switched) {
        expected.size_bytes = after.size_bytes;
        expected.allocated_bytes = after.allocated_bytes;
        expected.initialized_bytes = after.initialized_bytes;
        expected.runs = after.runs;
        expected.data_changed = after.data_changed;
        expected.record_changed = after.record_changed;
    }
    return expected == after;
}

class Commit {
public:
    Commit(BlockDevice& device, const DiskRange& range, const FileChange& change)
        : change_(change),
          ntfs_(NtfsVolume::open(device, range)),
          volume_{device, range, ntfs_.geometry()},
          staging_(device) {}

    WritePlan make() {
        const NtfsFile file = require_file();
        const RunlistSwitch plan = plan_switch(volume_, file, change_.after, change_.time);
        return plan.why_not.empty() ? switched(file, plan) : written_in_place(file, plan);
    }

    std::uint64_t foresee() {
        const NtfsFile file = require_file();
        const RunlistSwitch plan = plan_switch(volume_, file, change_.after, change_.time);
        if (plan.why_not.empty()) {
            std::uint64_t clusters = 0;
            for (const ClusterRun& run : plan.fresh) clusters += run.count;
            return clusters * volume_.geometry.cluster_bytes;
        }
        static_cast<void>(require_way_in_place(file, plan));
        std::uint64_t bytes = 0;
        for (const Epoch& epoch : change_.in_place.epochs) {
            for (const Write& write : epoch.writes) bytes += write.after.size();
        }
        return bytes;
    }

private:
    NtfsFile require_file() {
        require_writable(ntfs_);
        const std::optional<NtfsFile> file = ntfs_.find(change_.path);
        if (!file) {
            throw Error(ErrorCode::no_such_file, "the volume holds no " + change_.path)
                .hint("name the partition that Windows is on");
        }
        require_writable(*file);
        require_plain_runs(*file);
        require_unchanged();
        return *file;
    }

    /// The runs have to make up the file: their sum is what memory is taken for.
    void require_plain_runs(const NtfsFile& file) const {
        std::uint64_t clusters = 0;
        for (const ClusterRun& run : file.runs) clusters += run.count;
        if (file.runs.empty() || clusters > volume_.geometry.clusters ||
            clusters * volume_.geometry.cluster_bytes != file.allocated_bytes ||
            file.size_bytes > file.allocated_bytes || file.initialized_bytes > file.size_bytes) {
            throw Error(ErrorCode::malformed_volume,
                        "the runs of " + file.path + " do not fit its size")
                .hint("let Windows repair the volume (chkdsk /f), then run this again");
        }
    }

    void require_unchanged() {
        if (!equal(ntfs_.read_file(change_.path, change_.before.size()), change_.before)) {
            throw Error(ErrorCode::hive_changed,
                        change_.path + " changed while nlafix was looking at it")
                .hint("make sure that nothing else uses the disk, then run this again");
        }
    }

    NtfsVolume staged() { return NtfsVolume::open(staging_.disk(), volume_.range); }

    WritePlan switched(const NtfsFile& file, const RunlistSwitch& plan) {
        stage_switch(staging_, volume_, file, plan, change_.after, [&](bool is_new) {
            NtfsVolume volume = staged();
            const ByteView expected = is_new ? change_.after : change_.before;
            require_same_content(expected, volume.read_file(file.path, expected.size()), file.path);
        });
        const NtfsFile after = staged().find(file.path).value();
        if (!is_same_file(file, after, true) || after.runs != plan.runs ||
            after.data_changed != change_.time || after.record_changed != change_.time) {
            throw_not_verified(file.path + " would be described in another way");
        }
        require_owners({staging_.disk(), volume_.range, volume_.geometry}, plan.runs, plan.freed);
        // Its second epoch is the switch.
        return {Way::runlist_switch, "", staging_.epochs(), 2};
    }

    /// Where the runlist cannot be switched for the reason in `failed`.
    InPlace require_way_in_place(const NtfsFile& file, const RunlistSwitch& failed) {
        InPlace plan = plan_in_place(ntfs_, change_.in_place.epochs, change_.in_place_files);
        if (plan.why_not.empty()) return plan;
        throw Error(failed.no_room ? ErrorCode::no_room : ErrorCode::unsuitable_file,
                    file.path + " cannot be written safely: " + failed.why_not +
                        "; and not in place either: " + plan.why_not)
            .hint(failed.no_room ? "make room on the volume, then run this again"
                                 : "mount the volume and give its folder as TARGET");
    }

    WritePlan written_in_place(const NtfsFile& file, const RunlistSwitch& failed) {
        const InPlace plan = require_way_in_place(file, failed);
        std::vector<Bytes> contents = contents_of(plan);
        for (const Epoch& epoch : change_.in_place.epochs) apply_epoch(epoch, contents);
        stage_in_place(staging_, volume_, plan, change_.in_place.epochs);
        NtfsVolume volume = staged();
        std::vector<ClusterRun> owned;
        for (FileIndex i = 0; i < plan.files.size(); ++i) {
            const NtfsFile& written = plan.files[i];
            if (written.path.empty()) continue;
            require_same_content(contents[i], volume.read_file(written.path, contents[i].size()),
                                 written.path);
            if (!is_same_file(written, volume.find(written.path).value(), false)) {
                throw_not_verified(written.path + " would be described in another way");
            }
            owned.insert(owned.end(), written.runs.begin(), written.runs.end());
        }
        require_owners({staging_.disk(), volume_.range, volume_.geometry}, owned, {});
        return {change_.in_place.way, failed.why_not, staging_.epochs(),
                change_.in_place.commits_at};
    }

    /// What the files that are written hold now.
    std::vector<Bytes> contents_of(const InPlace& plan) {
        std::vector<Bytes> contents(plan.files.size());
        for (FileIndex i = 0; i < plan.files.size(); ++i) {
            if (plan.files[i].path.empty()) continue;
            require_plain_runs(plan.files[i]);
            contents[i] = ntfs_.read_file(plan.files[i].path, most_log_bytes);
        }
        return contents;
    }

    const FileChange& change_;
    NtfsVolume ntfs_;
    VolumeOnDisk volume_;
    Staging staging_;
};

}  // namespace

WritePlan plan_commit(BlockDevice& device, const DiskRange& range, const FileChange& change) {
    return Commit(device, range, change).make();
}

std::uint64_t foresee_commit(BlockDevice& device, const DiskRange& range,
                             const FileChange& change) {
    return Commit(device, range, change).foresee();
}

}  // namespace nlafix::disk
