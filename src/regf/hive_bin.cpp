// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/hive_bin.h"

#include "regf/base_block.h"

namespace nlafix::regf {
namespace {

constexpr std::uint32_t bin_signature = 0x6e696268;  // "hbin"

}  // namespace

BinHeader read_bin_header(ByteView bytes, std::uint32_t offset, std::uint32_t bins_size_bytes) {
    if (u32_at(bytes, 0) != bin_signature) return {0, "no signature \"hbin\""};
    if (u32_at(bytes, 4) != offset) {
        return {0, "names the offset " + std::to_string(u32_at(bytes, 4)) + ", expected " +
                       std::to_string(offset)};
    }
    const std::uint32_t size = u32_at(bytes, bin_size_at);
    if (size == 0 || size % page_size_bytes != 0 || size > bins_size_bytes - offset) {
        return {0, "size " + std::to_string(size) +
                       " is no multiple of 4096 that fits into the hive bins data"};
    }
    return {size, ""};
}

std::string cell_problem(ByteView bin, std::uint32_t at) {
    return "cell: size " + std::to_string(static_cast<std::int32_t>(raw_cell_size(bin, at))) +
           " is no multiple of 8 that fits into its hive bin";
}

}  // namespace nlafix::regf
