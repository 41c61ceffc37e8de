// SPDX-License-Identifier: GPL-2.0-or-later
// The base block: the first 4096 bytes of a primary file (specification: base block).
// Owns: its fields, its checksum, and the writing of the few fields that an edit changes.
// Never: decides what a dirty hive means (src/recovery does).
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace nlafix::regf {

inline constexpr std::size_t base_block_size_bytes = 4096;
/// What a log keeps of a base block, and all that its checksum covers.
inline constexpr std::size_t base_block_head_bytes = 512;
inline constexpr std::size_t page_size_bytes = 4096;

inline constexpr std::size_t primary_sequence_at = 4;
inline constexpr std::size_t secondary_sequence_at = 8;
inline constexpr std::size_t timestamp_at = 12;
inline constexpr std::size_t file_type_at = 28;
inline constexpr std::size_t bins_size_at = 40;
inline constexpr std::size_t flags_at = 144;
inline constexpr std::size_t checksum_at = 508;

/// Timestamp of the first hive bin, in the file: it stands in for that of a torn base block where
/// logs of the old format are about.
inline constexpr std::size_t first_bin_timestamp_at = base_block_size_bytes + 20;

struct BaseBlock {
    std::uint32_t primary_sequence = 0;
    std::uint32_t secondary_sequence = 0;
    std::uint64_t timestamp = 0;  // FILETIME
    std::uint32_t major_version = 0;
    std::uint32_t minor_version = 0;
    std::uint32_t file_type = 0;
    std::uint32_t file_format = 0;
    std::uint32_t root_offset = 0;      // in the hive bins data
    std::uint32_t bins_size_bytes = 0;  // of the hive bins data
    std::uint32_t stored_checksum = 0;
    std::uint32_t right_checksum = 0;

    bool checksum_is_right() const { return stored_checksum == right_checksum; }
    bool sequence_numbers_agree() const { return primary_sequence == secondary_sequence; }
};

/// True when `file` starts with the signature of a hive.
bool has_hive_signature(ByteView file);

/// XOR-32 of the first 508 of `head`'s bytes, with 0 and 0xFFFFFFFF replaced as Windows does.
std::uint32_t base_block_checksum(ByteView head);

/// Fields of a base block; `head` has at least 512 bytes. Judges nothing but the signature.
/// Throws Error(not_a_hive) without the signature, Error(malformed_hive) if too short.
BaseBlock read_base_block(ByteView head);

/// Throws unless this is a primary file that the reader knows, with a right checksum and bins that
/// are multiples of a page: Error(unsupported_version) or Error(malformed_hive).
void require_primary_file(const BaseBlock& base_block);

/// Sets both sequence numbers in `head` and mends its checksum.
void put_sequence_numbers(MutableByteView head, std::uint32_t primary, std::uint32_t secondary);

}  // namespace nlafix::regf
