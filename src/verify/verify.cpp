// SPDX-License-Identifier: GPL-2.0-or-later
#include "verify/verify.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "verify/explain.h"

namespace nlafix::verify {
namespace {

struct Range {
    std::size_t begin;
    std::size_t end;
};

/// The base block may differ in these fields only.
void compare_base_blocks(ByteView before, ByteView after, bool new_timestamp) {
    constexpr std::array<Range, 4> may_differ = {{
        {regf::primary_sequence_at, regf::timestamp_at},  // both sequence numbers
        {regf::timestamp_at, regf::timestamp_at + 8},
        {regf::bins_size_at, regf::bins_size_at + 4},
        {regf::checksum_at, regf::checksum_at + 4},
    }};
    for (std::size_t at = 0; at < regf::base_block_size_bytes; ++at) {
        if (before[at] == after[at]) continue;
        const auto range = std::find_if(may_differ.begin(), may_differ.end(), [at](const Range& r) {
            return at >= r.begin && at < r.end;
        });
        const bool is_timestamp = range != may_differ.end() && range->begin == regf::timestamp_at;
        if (range != may_differ.end() && (!is_timestamp || new_timestamp)) continue;
        throw Error(ErrorCode::verification_failed,
                    "the edited copy is not what was planned: its base block differs")
            .offset(at);
    }
}

/// As before, or beside logs of the old format both the time of the edit: the first bin's stands in
/// for that of a torn base block.
void compare_timestamps(ByteView before, ByteView after, bool new_timestamp, std::uint64_t time) {
    for (const std::size_t at : {regf::timestamp_at, regf::first_bin_timestamp_at}) {
        const std::uint64_t expected = new_timestamp ? time : u64_at(before, at);
        if (u64_at(after, at) == expected) continue;
        throw Error(ErrorCode::verification_failed,
                    "the edited copy is not what was planned: a timestamp is wrong")
            .offset(at);
    }
}

void compare_numbers(const regf::BaseBlock& after, std::uint32_t expected) {
    if (after.primary_sequence == expected && after.secondary_sequence == expected) return;
    throw Error(ErrorCode::verification_failed,
                "the edited copy is not what was planned: its sequence numbers are wrong");
}

}  // namespace

VerifiedImage verify(const recovery::CleanHive& before, const nla::Plan& plan,
                     hivex::EditedImage after, std::optional<std::uint32_t> final_sequence) {
    try {
        const regf::Hive old_hive(before.image());
        const regf::Hive new_hive(after.bytes);
        compare_base_blocks(before.image(), after.bytes, before.stamp().new_timestamp);
        compare_timestamps(before.image(), after.bytes, before.stamp().new_timestamp,
                           before.stamp().timestamp_of_edit(after.edit_time));
        compare_numbers(new_hive.base_block(),
                        final_sequence.value_or(before.stamp().highest_sequence + 2));
        explain_differences(old_hive, new_hive, plan, after.edit_time);
    } catch (Error& error) {
        // Whatever the reader objects to in the copy, it is the copy that is wrong.
        throw Error(ErrorCode::verification_failed, error.message()).hint(report_this);
    }
    return VerifiedImage(std::move(after.bytes));
}

}  // namespace nlafix::verify
