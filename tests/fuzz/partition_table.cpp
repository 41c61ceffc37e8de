// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a disk: its partition table and the kinds of its volumes, and any bytes as an image.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "disk/image/image_format.h"
#include "disk/table/crc32.h"
#include "disk/table/partition_table.h"
#include "disk/table/volume_kind.h"
#include "image_bytes.h"
#include "memory_device.h"

using namespace nlafix;

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

/// Both checksums of a GPT in sectors of `sector_bytes`, where there is room for one.
void mend_gpt(MutableByteView disk, std::size_t sector_bytes) {
    constexpr std::size_t header_bytes = 92;
    if (disk.size() < 2 * sector_bytes) return;
    const MutableByteView header = disk.subspan(sector_bytes, sector_bytes);
    if (header[0] != std::byte{'E'}) return;
    put_u32(header, 12, header_bytes);
    const std::uint64_t first = u64_at(header, 72) % (disk.size() / sector_bytes);
    const std::uint64_t size = std::uint64_t{u32_at(header, 80)} * u32_at(header, 84);
    if (range_is_inside(first * sector_bytes, size, disk.size())) {
        put_u64(header, 72, first);
        put_u32(header, 88, disk::crc32(disk.subspan(first * sector_bytes, size)));
    }
    put_u32(header, 16, 0);
    put_u32(header, 16, disk::crc32(header.first(header_bytes)));
}

}  // namespace

/// Without right checksums nothing of a GPT would ever be read.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
    size = LLVMFuzzerMutate(data, size, max_size);
    const MutableByteView bytes(reinterpret_cast<std::byte*>(data), size);
    if (seed % 4 != 0) mend_gpt(bytes, 512);
    if (seed % 8 == 1) mend_gpt(bytes, 4096);
    return size;
}
#endif

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    test::MemoryDevice device(Bytes(bytes, bytes + size));
    try {
        for (const disk::Partition& part : disk::read_partition_table(device).partitions) {
            if (!range_is_inside(part.range.offset, part.range.size_bytes, device.size_bytes())) {
                std::abort();
            }
            static_cast<void>(disk::volume_kind_at(device, part.range));
        }
    } catch (const Error&) {
        // An answer like any other.
    }
    const disk::ImageFile file = test::image_file_of(device.content);
    static_cast<void>(disk::probe_image(file));
    for (const auto format : {disk::ImageFormat::qcow2, disk::ImageFormat::vhd,
                              disk::ImageFormat::vhdx, disk::ImageFormat::vmdk}) {
        try {
            static_cast<void>(disk::other_files_of(file, format));
        } catch (const Error&) {
            // An answer like any other.
        }
    }
    return 0;
}
