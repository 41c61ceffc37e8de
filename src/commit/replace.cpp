// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/replace.h"

#include <algorithm>
#include <array>
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
        const auto now = os::status_if_any(hive.system(), hive.path(), false);
        return now && now->identity == hive.status().identity;
    } catch (const Error&) {
        return false;
    }
}

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
    : file_(std::move(other.file_)),
      path_(std::exchange(other.path_, {})),
      identity_(other.identity_) {}

Replacement& Replacement::operator=(Replacement&& other) noexcept {
    std::swap(file_, other.file_);
    std::swap(path_, other.path_);
    std::swap(identity_, other.identity_);
    return *this;
}

Replacement::~Replacement() {
    if (!path_.empty()) os::remove_quietly(file_.system(), path_);
}

std::optional<Replacement> Replacement::begin(const os::File& hive,
                                              const std::string& temporary_path) {
    if (!can_replace(hive)) return std::nullopt;
    if (os::status_if_any(hive.system(), temporary_path, false)) {
        os::remove(hive.system(), temporary_path);
    }
    os::OpenOptions options;
    options.write = true;
    options.create_new = true;
    options.follow_links = false;
    Replacement replacement(os::File::open(hive.system(), temporary_path, options), temporary_path);
    replacement.identity_ = replacement.file_.status().identity;
    if (!copy_metadata(hive, replacement.file_)) return std::nullopt;
    // Whoever comes for the hive after the rename must find it locked as well.
    static_cast<void>(hive.system().lock(replacement.file_.handle()));
    return replacement;
}

void Replacement::fill(ByteView content) const {
    file_.write_fully(content, 0);
    file_.flush();
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

}  // namespace nlafix::commit
