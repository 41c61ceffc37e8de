// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/file_device.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "disk/image/image_lock.h"
#include "os/block_devices.h"
#include "os/file_use.h"
#include "os/paths.h"

namespace nlafix::disk {
namespace {

// No disk has larger sectors; more would only make the overlay's blocks large.
constexpr std::uint32_t largest_sector_bytes = 65536;

struct OpenedFile {
    os::File file;
    std::vector<std::string> warnings;
    std::optional<Error> refusal;
};

Error device_in_use(const std::string& path) {
    return Error(ErrorCode::in_use, "it, or a partition of it, is mounted or otherwise in use")
        .path(path)
        .hint(
            "unmount it (lsblk shows where it is mounted), then run this again; or give the "
            "folder that it is mounted on as TARGET");
}

Error shared_loop_in_use(const std::string& path, const std::string& user) {
    return Error(ErrorCode::in_use, "its file is in use by " + user)
        .path(path)
        .hint("unmount or stop that (losetup -a and lsof name it), then run this again");
}

Error device_is_read_only(const std::string& path) {
    return Error(ErrorCode::read_only, "the device is read-only")
        .path(path)
        .hint("attach it for writing (blockdev --setrw), then run this again");
}

OpenedFile open_block_device(os::System& system, const std::string& path, Access access) {
    os::OpenOptions options;
    options.write = access == Access::write;
    options.exclusive = true;
    options.follow_links = false;
    std::optional<Error> refusal;
    try {
        os::File file = os::File::open(system, path, options);
        const auto user = os::other_user_of_loop(system, path);
        if (!user) return {std::move(file), {}, {}};
        refusal = shared_loop_in_use(path, *user);
    } catch (const Error& error) {
        if (error.system_error() != EBUSY) throw;
        refusal = device_in_use(path);
    }
    if (access == Access::write) throw Error(*refusal);
    options.exclusive = false;
    return {os::File::open(system, path, options),
            {"the device, or a partition of it, is mounted or otherwise in use: what was read may "
             "have changed meanwhile"},
            std::move(refusal)};
}

os::File open_image_file(os::System& system, const std::string& path, Access access) {
    if (access == Access::read) {
        os::File file = os::File::open_itself(system, path);
        lock_image(file, access);
        return file;
    }
    // With a handle that only reads, for the system to say who else may write. Where it cannot be
    // read, the open below says why.
    const os::File reader = os::File::open_itself(system, path);
    if (const auto reason = why_image_not_written(reader)) throw Error(*reason);
    os::OpenOptions options;
    options.write = true;
    options.follow_links = false;
    os::File file = os::File::open(system, path, options);
    if (file.status().identity != reader.status().identity) throw_exchanged(path);
    lock_image(file, access);
    return file;
}

}  // namespace

std::unique_ptr<FileDevice> FileDevice::open(os::System& system, const std::string& path,
                                             Access access) {
    const os::FileKind kind = os::status_of(system, path, false).kind;
    if (kind != os::FileKind::regular && kind != os::FileKind::block_device) {
        throw Error(ErrorCode::not_a_hive, "is neither a regular file nor a block device")
            .path(path)
            .hint("give a disk, a partition or an image of a disk");
    }
    if (kind == os::FileKind::regular) {
        std::unique_ptr<FileDevice> device(
            new FileDevice(open_image_file(system, path, access), access));
        device->limit_size(device->file_.status().size_bytes);
        return device;
    }
    OpenedFile opened = open_block_device(system, path, access);
    std::unique_ptr<FileDevice> device(new FileDevice(std::move(opened.file), access));
    device->warnings_ = std::move(opened.warnings);
    device->refusal_ = std::move(opened.refusal);
    // A machine runs on a device as well as on a file: qemu does not ask for it exclusively.
    lock_image(device->file_, access);
    device->read_block_device_status();
    return device;
}

void throw_exchanged(const std::string& path) {
    throw Error(ErrorCode::hive_changed, "is another file than a moment ago")
        .path(path)
        .hint("make sure that nothing else changes names there, then run this again");
}

std::optional<Error> why_image_not_written(const os::File& reader) {
    if (const auto writer = os::writer_of(reader)) {
        return Error(ErrorCode::in_use, "is in use: " + *writer + " has it open for writing")
            .path(reader.path())
            .hint(
                "shut down the machine that runs on it, or stop what uses it (lsof, fuser and "
                "losetup -a name it), then run this again");
    }
    // A folder, or a file of older programs; it stays behind where VMware did not end in order.
    const std::string lock = reader.path() + ".lck";
    if (os::status_if_any(reader.system(), lock, false)) {
        return Error(ErrorCode::in_use,
                     "is in use: VMware has locked it (" + os::name_of(lock) + ")")
            .path(reader.path())
            .hint(
                "shut down the machine that runs on it, then run this again; where no machine "
                "runs, "
                "the lock was left behind and can be removed");
    }
    if (os::file_system_of(reader.system(), reader.path()).read_only) {
        return Error(ErrorCode::read_only, "lies on a file system that is mounted read-only")
            .path(reader.path())
            .hint("mount it for writing, or copy the image elsewhere and give the copy");
    }
    return std::nullopt;
}

FileDevice::FileDevice(os::File file, Access access) : file_(std::move(file)), access_(access) {}

void FileDevice::read_block_device_status() {
    os::BlockDeviceStatus status;
    os::must([&] { return file_.system().block_device_status(file_.handle(), status); },
             "cannot ask for the size", file_.path());
    if (status.read_only) {
        if (access_ == Access::write) throw device_is_read_only(file_.path());
        if (!refusal_) refusal_ = device_is_read_only(file_.path());
    }
    if (!std::has_single_bit(status.sector_bytes) || status.sector_bytes > largest_sector_bytes) {
        throw Error(ErrorCode::io_error,
                    "has sectors of " + std::to_string(status.sector_bytes) + " bytes")
            .path(file_.path())
            .hint("copy it to an image, and give that");
    }
    is_block_device_ = true;
    alignment_bytes_ = std::max<std::uint32_t>(512, status.sector_bytes);
    limit_size(status.size_bytes);
}

void FileDevice::limit_size(std::uint64_t size_bytes) {
    size_bytes_ = size_bytes - size_bytes % alignment_bytes_;
}

void FileDevice::read(MutableByteView into, std::uint64_t offset) {
    try {
        require_readable(*this, offset, into.size());
        if (file_.read_into(into, offset) == into.size()) return;
        throw Error(ErrorCode::io_error, "became shorter while it was read").offset(offset);
    } catch (Error& error) {
        error.default_path(file_.path());
        throw;
    }
}

void FileDevice::write(ByteView from, std::uint64_t offset) {
    try {
        require_writable(*this, offset, from.size());
    } catch (Error& error) {
        error.default_path(file_.path());
        throw;
    }
    file_.write_fully(from, offset);
}

void FileDevice::flush() {
    if (access_ != Access::write) return;
    file_.flush();
    file_.drop_cache();  // what is read from here on is what the medium gives
}

}  // namespace nlafix::disk
