// SPDX-License-Identifier: GPL-2.0-or-later
// The two edits, as pure functions on a value's bytes.
// Owns: what an element of the lists is, where the new one goes.
// Never: knows where the bytes come from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace nlafix::nla {

/// How a list is kept in a value.
enum class ListKind {
    strings,         // REG_MULTI_SZ: strings that end in NUL, the last one followed by another NUL
    comma_separated  // REG_SZ or REG_EXPAND_SZ: elements between commas, blanks around them
};

/// The longest list that is taken for one, in bytes. Windows ships with some dozens.
inline constexpr std::size_t most_list_bytes = std::size_t{64} * 1024;

/// How much of one is kept for reports, in bytes.
inline constexpr std::size_t most_list_bytes_kept = 4096;

struct ListEdit {
    bool present = false;               // the entry is there: nothing to write
    std::vector<std::string> elements;  // what Windows reads of the list, UTF-8
    std::vector<std::string> before;    // all strings of the value, for reports
    std::vector<std::string> after;     // the same after the edit
    Bytes data;                         // the value's new data; empty when `present`
};

/// Throws Error(list_too_long).
[[noreturn]] void throw_list_too_long(std::size_t size_bytes);

/// The edit that brings `entry` (ASCII) into the list in `data`. Throws Error(malformed_value) for
/// an odd length, invalid UTF-16, or text behind the NUL of a comma-separated list, and
/// Error(list_too_long) above `most_list_bytes`.
ListEdit edit_list(ListKind kind, ByteView data, std::string_view entry);

/// A list as it stands.
struct List {
    std::vector<std::string> elements;  // what Windows reads of it, UTF-8
    std::vector<std::string> all;       // all strings of the value
};

/// The list in `data`. Throws as edit_list does.
List read_list(ListKind kind, ByteView data);

/// Data of a value that holds nothing but `entry`.
Bytes list_of_one(ListKind kind, std::string_view entry);

}  // namespace nlafix::nla
