// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/commit.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "commit/private_file.h"
#include "os/path_syntax.h"
#include "os/paths.h"

namespace nlafix::commit {
namespace {

// NTFS is not among them, whatever driver of Linux shows it: a new file would lose its security
// descriptor, and ntfs-3g renames over a file in two steps. "NTFS" is what Windows itself calls it,
// whose ReplaceFile keeps the descriptor.
constexpr std::array<std::string_view, 10> replacing_file_systems = {
    "ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs", "f2fs", "zfs", "overlay", "NTFS"};

[[noreturn]] void throw_unconfirmed(const Error& cause) {
    throw Error(ErrorCode::unconfirmed_write,
                "the write began and could not be confirmed: " + cause.message());
}

/// True when the hive's name certainly stands for the open hive. Never throws: a disk that died
/// during the rename does not answer this either.
bool is_still(const os::File& hive) {
    try {
        const auto now = os::status_if_any(hive.system(), hive.path(), true);
        return now && now->identity == hive.status().identity;
    } catch (const Error&) {
        return false;
    }
}

/// The files of a list of epochs, open for writing, and the way back for what did not touch the
/// hive.
class WriteTargets {
public:
    WriteTargets(const os::File& hive, const std::vector<std::string>& log_paths,
                 const std::vector<Epoch>& epochs) {
        for (const Epoch& epoch : epochs) {
            for (const FileIndex file : files_of(epoch)) {
                if (targets_.contains(file)) continue;
                targets_.emplace(file, file == primary_file
                                           ? open(hive.system(), hive.path(), true)
                                           : open_log(hive, log_paths.at(file - 1)));
            }
        }
        for (auto& [file, target] : targets_) sizes_[file] = target.status().size_bytes;
    }

    /// The epochs rest on what is seen. Of a run that was killed, that may not be on the medium.
    void flush() {
        for (auto& [file, target] : targets_) target.flush();
    }

    void carry_out(const Epoch& epoch) {
        if (!epoch.touches_hive) remember(epoch);
        for (const Write& write : epoch.writes) {
            targets_.at(write.file).write_fully(write.bytes, write.offset);
        }
        for (const Resize& resize : epoch.resizes) {
            targets_.at(resize.file).set_size(resize.size_bytes);
        }
        for (const FileIndex file : files_of(epoch)) targets_.at(file).flush();
        if (epoch.read_back) require_on_disk(epoch);
    }

    void close() {
        for (auto& [file, target] : targets_) target.close();
    }

    /// Writes what was there before, and gives room back. Flushed, as the record of the write goes
    /// next. False where that fails.
    bool take_back() {
        try {
            for (auto write = replaced_.rbegin(); write != replaced_.rend(); ++write) {
                targets_.at(write->file).write_fully(write->bytes, write->offset);
            }
            for (auto& [file, target] : targets_) {
                if (!remembered_.contains(file)) continue;
                target.set_size(sizes_.at(file));
                target.flush();
            }
            return true;
        } catch (const Error&) {
            return false;
        }
    }

private:
    static os::File open(os::System& system, const std::string& path, bool follow_links) {
        os::OpenOptions options;
        options.write = true;
        options.follow_links = follow_links;
        return os::File::open(system, path, options);
    }

    static os::File open_log(const os::File& hive, const std::string& path) {
        if (!os::status_if_any(hive.system(), path, false)) {
            create_private_file(path, hive).close();
            os::flush_folder(hive.system(), os::folder_of(path));
        }
        os::File file = open(hive.system(), path, false);
        if (file.status().kind == os::FileKind::regular) return file;
        throw Error(ErrorCode::io_error, "is no regular file").path(path);
    }

    void remember(const Epoch& epoch) {
        for (const Write& write : epoch.writes) {
            remembered_.insert(write.file);
            replaced_.push_back(
                {write.file, write.offset,
                 targets_.at(write.file).read_range(write.offset, write.bytes.size())});
        }
    }

    void require_on_disk(const Epoch& epoch) const {
        for (const Write& write : epoch.writes) {
            const os::File& file = targets_.at(write.file);
            file.drop_cache();
            if (equal(file.read_range(write.offset, write.bytes.size()), write.bytes)) continue;
            throw Error(ErrorCode::io_error, "the disk does not give back what was written")
                .path(file.path());
        }
    }

    std::map<FileIndex, os::File> targets_;
    std::map<FileIndex, std::uint64_t> sizes_;  // before all
    std::vector<Write> replaced_;               // bytes that were there
    std::set<FileIndex> remembered_;
};

}  // namespace

bool can_replace(const os::File& hive) {
    const std::string type = os::file_system_of(hive.system(), hive.path()).type;
    const bool known = std::find(replacing_file_systems.begin(), replacing_file_systems.end(),
                                 type) != replacing_file_systems.end();
    return known && hive.status().link_count == 1;
}

Replacement::Replacement(os::File file, std::string path)
    : file_(std::move(file)), path_(std::move(path)) {}

Replacement::Replacement(Replacement&& other) noexcept
    : file_(std::move(other.file_)), path_(std::exchange(other.path_, {})) {}

Replacement::~Replacement() {
    if (!path_.empty()) os::remove_quietly(file_.system(), path_);
}

std::optional<Replacement> Replacement::prepare(const os::File& hive, ByteView content,
                                                const std::string& temporary_path) {
    os::OpenOptions options;
    options.write = true;
    options.create_new = true;
    options.follow_links = false;
    Replacement replacement(os::File::open(hive.system(), temporary_path, options), temporary_path);
    if (!copy_metadata(hive, replacement.file_)) return std::nullopt;
    // Whoever comes for the hive after the rename must find it locked as well.
    static_cast<void>(hive.system().lock(replacement.file_.handle()));
    replacement.file_.write_fully(content, 0);
    replacement.file_.flush();
    return replacement;
}

void Replacement::take_the_place_of(const os::File& hive) {
    os::System& system = hive.system();
    // Where that costs the lock there is one on the old file still, which has the name until now.
    if (!os::renames_open_files) file_.close();
    try {
        os::rename(system, path_, hive.path());
    } catch (const Error& error) {
        if (is_still(hive)) throw;
        throw_unconfirmed(error);
    }
    path_.clear();
    try {
        os::flush_folder(system, os::folder_of(hive.path()));
    } catch (const Error& error) {
        throw_unconfirmed(error);
    }
}

void write_in_place(const os::File& hive, const std::vector<Epoch>& epochs,
                    const std::vector<std::string>& log_paths) {
    WriteTargets targets(hive, log_paths, epochs);
    bool touched = false;
    try {
        targets.flush();
        for (const Epoch& epoch : epochs) {
            touched = touched || epoch.touches_hive;
            targets.carry_out(epoch);
        }
        targets.close();
    } catch (const Error& error) {
        if (touched || !targets.take_back()) throw_unconfirmed(error);
        throw;
    }
}

void confirm(os::System& system, const std::string& path, ByteView expected) {
    try {
        const os::File file = os::File::open(system, path, {});
        file.drop_cache();
        if (!file.holds(expected)) {
            throw Error(ErrorCode::io_error, "the disk does not give back what was written");
        }
    } catch (const Error& error) {
        throw_unconfirmed(error);
    }
}

}  // namespace nlafix::commit
