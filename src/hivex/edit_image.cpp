// SPDX-License-Identifier: GPL-2.0-or-later
#include "hivex/edit_image.h"

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "hivex/copy_edit.h"
#include "hivex/hazards.h"
#include "regf/base_block.h"

namespace nlafix::hivex {
namespace {

// No hive that Windows loads is larger than 2 GiB; this is for reading the copy back.
constexpr std::uint64_t most_image_bytes = std::uint64_t{1} << 33;

os::ScratchFile make_copy(os::System& system, const MakeScratch& elsewhere) {
    if (auto copy = os::ScratchFile::make(system)) return std::move(*copy);
    if (elsewhere) return elsewhere();
    throw Error(ErrorCode::io_error, "there is no place for a private copy of the hive")
        .hint("set TMPDIR to a folder that may be written, then run it again");
}

/// hivex compares with the bare XOR and does not know the two sums that Windows replaces.
Bytes plain_checksum(ByteView image) {
    std::uint32_t sum = 0;
    for (std::size_t at = 0; at < regf::checksum_at; at += 4) sum ^= u32_at(image, at);
    Bytes bytes(4);
    put_u32(bytes, 0, sum);
    return bytes;
}

os::ScratchFile copy_of(ByteView image, os::ScratchFile copy) {
    copy.file().write_fully(image, 0);
    copy.file().write_fully(plain_checksum(image), regf::checksum_at);
    return copy;
}

void stamp(Bytes& image, const recovery::CleanHive& hive, const nla::Plan& plan,
           std::uint64_t edit_time) {
    const MutableByteView bytes(image);
    for (const nla::PlannedEdit& edit : plan.edits) {
        // The cell's content starts behind its size field.
        const std::uint64_t key = regf::offset_in_file(edit.key_node) + 4;
        put_u64(bytes, static_cast<std::size_t>(key) + regf::key_node_last_written_at, edit_time);
    }
    if (hive.stamp().new_timestamp) {
        const std::uint64_t time = hive.stamp().timestamp_of_edit(edit_time);
        put_u64(bytes, regf::timestamp_at, time);
        put_u64(bytes, regf::first_bin_timestamp_at, time);
    }
    const std::uint32_t number = hive.stamp().highest_sequence + 2;
    regf::put_sequence_numbers(bytes, number, number);
}

EditedImage edit_through_copy(const recovery::CleanHive& hive, const nla::Plan& plan,
                              std::uint64_t edit_time, os::System& system,
                              const MakeScratch& elsewhere) {
    EditedImage result;
    result.edit_time = edit_time;
    os::ScratchFile copy = copy_of(hive.image(), make_copy(system, elsewhere));
    result.confined = edit_copy(system, copy, hive.image().size(), plan.edits);
    result.bytes = copy.file().read_all(most_image_bytes);
    stamp(result.bytes, hive, plan, edit_time);
    return result;
}

}  // namespace

EditedImage edit_image(const recovery::CleanHive& hive, const nla::Plan& plan,
                       const regf::CellSet& shared, std::uint64_t edit_time, os::System& system,
                       const MakeScratch& elsewhere) {
    require_no_hazard(hive, plan, shared);
    try {
        return edit_through_copy(hive, plan, edit_time, system, elsewhere);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::no_room) throw;
        // A copy lies in memory: the hints for disks would lead astray.
        throw Error(ErrorCode::io_error, "there is no room for a private copy of the hive")
            .system_error(error.system_error())
            .hint(error.system_error() == EFBIG
                      ? error.hint()
                      : "free some memory, or set TMPDIR to a folder with room, then run it again");
    }
}

}  // namespace nlafix::hivex
