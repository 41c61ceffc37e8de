// SPDX-License-Identifier: GPL-2.0-or-later
// A hive that is a file of this machine.
#include "app/file_place.h"

#include "app/disk_place.h"
#include "disk/open_disk.h"

#include <optional>

#include "app/software.h"
#include "os/file.h"
#include "os/paths.h"
#include "source/hibernation.h"
#include "store/hive_lock.h"
#include "store/interrupted.h"
#include "store/output_file.h"
#include "store/scratch.h"

namespace nlafix::app {
namespace {

/// Absolute, or empty when it is the hive's own folder: a backup there is found by the hive.
std::string resolved_backup_folder(os::System& system, const std::string& hive_path,
                                   const std::string& given) {
    if (given.empty() || !os::status_if_any(system, given, true)) return given;
    const std::string folder = os::real_path_of(system, given);
    return folder == os::folder_of(hive_path) ? "" : folder;
}

class FilePlace final : public HivePlace {
public:
    FilePlace(os::System& system, source::HiveLocation location)
        : system_(system), path_(std::move(location.path)), kind_(location.kind) {}

    void locate(Report&) override {}

    source::HiveFiles read(Access access) override {
        if (access == Access::write) {
            file_ = store::open_locked(system_, path_);
            store::refuse_interrupted_write(system_, path_);
        } else {
            store::refuse_interrupted_write(system_, path_);
            file_ = os::File::open(system_, path_, {});
        }
        return source::read_hive(*file_);
    }

    std::optional<source::HiveFiles> read_software(Report& report) override {
        // A hive that was given on its own may come from anywhere.
        if (kind_ != source::TargetKind::folder)
            return std::nullopt;
        return app::read_software(report, [this] { return source::read_beside(*file_, "SOFTWARE"); });
    }

    void refuse_hibernation() override { app::refuse_hibernation(system_, path_); }

    void require_writable(const Options& options, std::uint64_t image_bytes) override {
        store::require_writable(
            *file_, resolved_backup_folder(system_, path_, options.backup_folder), image_bytes);
    }

    os::ScratchFile make_scratch(const Options& options) override {
        return store::make_scratch(
            *file_, resolved_backup_folder(system_, path_, options.backup_folder));
    }

    Stored store(const source::HiveFiles& files, const verify::VerifiedImage& image,
                 store::StoreOptions store_options, const Options& options) override {
        store_options.backup_folder = resolved_backup_folder(system_, path_, options.backup_folder);
        const store::StoreResult result =
            store::store_image(*file_, files.primary, image, store_options);
        return {result.backup, result.in_place ? "in-place" : "replace", ""};
    }

    void write_output(const std::string& path, ByteView content) override {
        store::write_output(*file_, path, content);
    }

private:
    os::System& system_;
    std::string path_;
    source::TargetKind kind_;
    std::optional<os::File> file_;  // from read() on; with Access::write it is locked
};

}  // namespace

void refuse_hibernation(os::System& system, const std::string& hive_path) {
    const auto file = source::find_hibernation(system, hive_path);
    if (!file) return;
    throw Error(ErrorCode::hibernated,
                "Windows is hibernated or was shut down for a fast startup (" + *file +
                    "); it would resume with the registry it has in memory")
        .path(hive_path)
        .hint(
            "start that Windows and shut it down completely (shutdown /s /t 0), then run this "
            "again");
}

std::unique_ptr<HivePlace> make_file_place(os::System& system,
                                           const source::HiveLocation& location) {
    return std::make_unique<FilePlace>(system, location);
}

std::unique_ptr<HivePlace> find_place(os::System& system, const Options& options, Report& report) {
    if (disk::looks_like_disk(system, report.target)) {
        return find_on_disk(system, options, report);
    }
    if (options.partition || options.image_format) {
        report.warnings.push_back(
            "--partition and --format are for disks and images; this is none");
    }
    report.location = source::find_hive(system, report.target);
    report.place = report.location->path;
    report.identity = os::status_of(system, report.place, true).identity;
    return make_file_place(system, *report.location);
}

}  // namespace nlafix::app
