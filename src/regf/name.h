// SPDX-License-Identifier: GPL-2.0-or-later
// Names of keys and values: Latin-1 when compressed, else UTF-16LE (specification: key node,
// key value).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace nlafix::regf {

/// A view of a stored name; the hive's bytes own it.
struct Name {
    ByteView bytes;
    bool compressed = true;

    /// UTF-8; lone surrogates as U+FFFD. Not escaped.
    std::string utf8() const;
    std::u16string units() const;
    /// Without regard to ASCII case, as lookups of the program's own ASCII names need it.
    bool equals_ascii(std::string_view ascii) const;
    bool same_bytes(const Name& other) const {
        return compressed == other.compressed && equal(bytes, other.bytes);
    }
};

/// Hash of the name in upper case, as hash leaves store it (specification: hash leaf, note).
/// Nothing for a name that only Windows' own table can turn into upper case.
std::optional<std::uint32_t> upper_case_hash(const Name& name);
/// The same of the program's own ASCII names.
std::uint32_t upper_case_hash(std::string_view ascii);

/// -1, 0 or 1 for the order of two names in upper case; nothing as above.
std::optional<int> compare_upper_case(const Name& a, const Name& b);

}  // namespace nlafix::regf
