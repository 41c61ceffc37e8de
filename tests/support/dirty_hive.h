// SPDX-License-Identifier: GPL-2.0-or-later
// Writes dirty hives with their transaction logs, for unit tests, fixtures and fuzz corpora.
//
// Owns: which pages of the states that a hive went through go into which entry of which log, and
// where each entry came to lie, so that a test can break it. Never: knows the bytes of a log (that
// is log_builder), replays, or uses code of src/.
//
// Format: "Windows registry file format specification" (GitHub msuhanov/regf), section "Format of
// transaction log files".
#pragma once

#include <string>
#include <vector>

#include "log_builder.h"

namespace nlafix::fixture {

/// Bytes of the hive bins data that lie side by side.
struct PageRange {
    std::uint32_t offset;  // in the hive bins data
    std::uint32_t size_bytes;
};

/// Pages of `page_bytes` in which the hive bins data of `after` differ from those of `before`; what
/// has grown counts as different. `merged`: neighbours are one range, as Windows writes them.
std::vector<PageRange> changed_pages(const Bytes& before, const Bytes& after,
                                     std::size_t page_bytes, bool merged);

/// An entry that holds `pages` of `state`, padded to whole sectors, with both hashes.
Bytes make_entry(const Bytes& state, std::uint32_t sequence, const std::vector<PageRange>& pages,
                 std::uint32_t flags = 0);
/// Computes both hashes of the entry at `offset` anew.
void mend_entry(Bytes& log, std::size_t offset);

/// A log of the old format that holds `pages` of `state`.
Bytes make_old_log(const Bytes& state, std::uint32_t sequence, const std::vector<PageRange>& pages);

struct Log {
    std::string suffix;  // ".LOG1"
    Bytes bytes;
    std::vector<std::size_t> entries;  // offset of each; new format only
    std::size_t end = 0;               // of the last entry; remnants may follow
};

struct DirtyHive {
    Bytes primary;
    std::vector<Log> logs;  // in the order of their names
};

struct NewLogOptions {
    // The builder's hives are at 100; real logs mostly begin well above that.
    std::uint32_t first_sequence = 110;
    // The others go to a second log. As Windows writes it, that one's first entry holds every page
    // that changed since the primary file was written.
    std::size_t entries_in_first_log = 1000;
    bool begun_in_log2 = false;
    bool merged = true;
    // Whole entries of an earlier use behind the last one of each log.
    std::size_t remnants = 0;
    std::uint32_t flags = 0;
};

/// The primary file holds states[0]; entry k brings states[k]. States share their layout, and may
/// grow from one to the next.
DirtyHive dirty_hive_new(const std::vector<Bytes>& states, const NewLogOptions& options = {});

/// The primary file holds `before`; its one log, named `suffix`, brings `after`.
DirtyHive dirty_hive_old(const Bytes& before, const Bytes& after, std::string suffix = ".LOG1");

/// One more hive bin behind the last, with one free cell; needs a hive without slack.
void grow_by_bin(Bytes& hive, std::size_t bin_bytes = page_size_bytes);

/// Sets the sequence numbers and mends the checksum.
void put_sequences(Bytes& file, std::uint32_t primary, std::uint32_t secondary);

}  // namespace nlafix::fixture
