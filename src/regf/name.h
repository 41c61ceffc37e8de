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

/// The name in upper case, where that needs no more than ASCII and Latin-1; nothing where only
/// Windows' own table could tell.
std::optional<std::u16string> simple_upper_case(const Name& name);

/// Hash of an upper-case name, as hash leaves store it (specification: hash leaf, note).
std::uint32_t name_hash(std::u16string_view upper_case);

}  // namespace nlafix::regf
