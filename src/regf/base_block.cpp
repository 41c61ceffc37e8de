// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/base_block.h"

#include <string>

#include "base/error.h"

namespace nlafix::regf {
namespace {

constexpr std::uint32_t signature = 0x66676572;  // "regf"

[[noreturn]] void throw_field(const char* field, std::size_t at, std::uint32_t found,
                              const char* expected) {
    throw Error(ErrorCode::malformed_hive, std::string("base block: ") + field + " is " +
                                               std::to_string(found) + ", expected " + expected)
        .offset(at);
}

}  // namespace

bool has_hive_signature(ByteView file) {
    return file.size() >= 4 && u32_at(file, 0) == signature;
}

std::uint32_t base_block_checksum(ByteView head) {
    std::uint32_t sum = 0;
    for (std::size_t at = 0; at < checksum_at; at += 4) sum ^= u32_at(head, at);
    if (sum == 0) return 1;
    if (sum == 0xffffffff) return 0xfffffffe;
    return sum;
}

BaseBlock read_base_block(ByteView head) {
    if (!has_hive_signature(head)) {
        throw Error(ErrorCode::not_a_hive,
                    "is not a registry hive: it does not start with \"regf\"")
            .hint("give a SYSTEM hive, or the folder of a mounted Windows volume");
    }
    if (head.size() < base_block_head_bytes) {
        throw Error(ErrorCode::malformed_hive,
                    "base block is cut: the file has " + std::to_string(head.size()) + " bytes")
            .offset(head.size());
    }
    BaseBlock b;
    b.primary_sequence = u32_at(head, primary_sequence_at);
    b.secondary_sequence = u32_at(head, secondary_sequence_at);
    b.timestamp = u64_at(head, timestamp_at);
    b.major_version = u32_at(head, 20);
    b.minor_version = u32_at(head, 24);
    b.file_type = u32_at(head, 28);
    b.file_format = u32_at(head, 32);
    b.root_offset = u32_at(head, 36);
    b.bins_size_bytes = u32_at(head, bins_size_at);
    b.stored_checksum = u32_at(head, checksum_at);
    b.right_checksum = base_block_checksum(head);
    return b;
}

void require_primary_file(const BaseBlock& b) {
    if (!b.checksum_is_right()) {
        throw_field("checksum", checksum_at, b.stored_checksum,
                    std::to_string(b.right_checksum).c_str());
    }
    if (b.major_version != 1 || b.minor_version < 3 || b.minor_version > 6) {
        throw Error(ErrorCode::unsupported_version,
                    "hive version " + std::to_string(b.major_version) + "." +
                        std::to_string(b.minor_version) + " is not known; 1.3 to 1.6 are")
            .offset(20)
            .hint("nlafix repairs hives of Windows NT 4 and later");
    }
    if (b.file_type == 1 || b.file_type == 2 || b.file_type == 6) {
        throw Error(
            ErrorCode::malformed_hive,
            "is a transaction log, not a hive: its file type is " + std::to_string(b.file_type))
            .offset(28)
            .hint("give the hive that the log belongs to; its name lacks .LOG, .LOG1 or .LOG2");
    }
    if (b.file_type != 0) throw_field("file type", 28, b.file_type, "0 (primary file)");
    if (b.file_format != 1) throw_field("file format", 32, b.file_format, "1 (memory load)");
    if (b.bins_size_bytes == 0 || b.bins_size_bytes % page_size_bytes != 0) {
        throw_field("hive bins data size", bins_size_at, b.bins_size_bytes,
                    "a multiple of 4096 above 0");
    }
}

void put_sequence_numbers(MutableByteView head, std::uint32_t primary, std::uint32_t secondary) {
    put_u32(head, primary_sequence_at, primary);
    put_u32(head, secondary_sequence_at, secondary);
    put_u32(head, checksum_at, base_block_checksum(head));
}

}  // namespace nlafix::regf
