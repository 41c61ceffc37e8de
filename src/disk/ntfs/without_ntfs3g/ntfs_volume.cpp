// SPDX-License-Identifier: GPL-2.0-or-later
// NTFS volumes in a build without libntfs-3g: none can be opened.
#include "disk/ntfs/ntfs_volume.h"
#include "base/error.h"

namespace nlafix::disk {

struct NtfsVolume::Impl {};

NtfsVolume::NtfsVolume(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NtfsVolume::NtfsVolume(NtfsVolume&&) noexcept = default;
NtfsVolume& NtfsVolume::operator=(NtfsVolume&&) noexcept = default;
NtfsVolume::~NtfsVolume() = default;

NtfsVolume NtfsVolume::open(BlockDevice& /*device*/, const DiskRange& /*range*/) {
    throw Error(ErrorCode::no_image_support,
                "this nlafix was built without libntfs-3g and reads no NTFS volumes itself")
        .hint("mount the volume and give its folder as TARGET, or build nlafix with libntfs-3g");
}

// No volume was ever opened: nothing below is reached.
std::string NtfsVolume::label() const {
    return {};
}
std::uint64_t NtfsVolume::serial() const {
    return 0;
}
NtfsGeometry NtfsVolume::geometry() {
    return {};
}
NtfsState NtfsVolume::state() {
    return {};
}
std::optional<NtfsFile> NtfsVolume::find(const std::string& /*path*/) {
    return std::nullopt;
}
std::vector<NtfsEntry> NtfsVolume::list(const std::string& /*path*/) {
    return {};
}
Bytes NtfsVolume::read_file(const std::string& /*path*/, std::uint64_t /*limit*/) {
    return {};
}
std::unique_ptr<ByteSource> NtfsVolume::open_file(const std::string& /*path*/) {
    return nullptr;
}
Bytes NtfsVolume::read_head(const std::string& /*path*/, std::size_t /*count*/) {
    return {};
}

}  // namespace nlafix::disk
