// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a hive: reading everything in it ends in an answer or an Error.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "nla/diagnosis.h"
#include "nla/plan.h"
#include "regf/base_block.h"
#include "regf/structure.h"
#include "system/control_sets.h"

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

/// Without a right checksum nothing behind the base block would ever be read.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned) {
    size = LLVMFuzzerMutate(data, size, max_size);
    if (size >= nlafix::regf::base_block_head_bytes) {
        const nlafix::MutableByteView bytes(reinterpret_cast<std::byte*>(data), size);
        nlafix::put_u32(bytes, nlafix::regf::checksum_at, nlafix::regf::base_block_checksum(bytes));
    }
    return size;
}
#endif

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace nlafix;
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    try {
        const regf::Hive hive(bytes);
        static_cast<void>(regf::check_structure(hive));
        const system::Select select = system::read_select(hive);
        const auto sets = system::choose_control_sets(hive, select, {system::Choice::Kind::all, 0});
        static_cast<void>(nla::make_plan(nla::diagnose(hive, sets, {}), true));
    } catch (const Error&) {
        // An answer like any other.
    }
    return 0;
}
