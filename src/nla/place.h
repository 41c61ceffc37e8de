// SPDX-License-Identifier: GPL-2.0-or-later
// Where a value lies that a rule of the diagnosis looks at, and what Windows ships there.
// Owns: the hives and rooms that there are, the kinds of content.
// Never: reads one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "system/generation.h"

namespace nlafix::nla {

/// What holds a value. `system` is the control set in SYSTEM, `system_root` the rest of SYSTEM,
/// `volume` the files below the Windows folder.
enum class HiveRole { system, system_root, software, security, sam, volume };

/// What a value holds when it is in order.
enum class Content {
    number,           // REG_DWORD
    bytes,            // any type
    text,             // REG_SZ or REG_EXPAND_SZ, up to its first NUL
    strings,          // REG_MULTI_SZ
    comma_separated,  // REG_SZ, REG_EXPAND_SZ or REG_MULTI_SZ, elements between commas
    other             // no value of a hive: what was found stands in Observation::text
};

/// What a value is as shipped, from one generation on. Before the first one it is absent.
struct Stock {
    system::Generation from = system::Generation::unknown;
    std::uint32_t number = 0;
    const char* text = nullptr;  // of a value that is no number
};

/// A value, by the key below the control set or below the root of the hive; for a file the folder
/// below the Windows folder, and its name.
struct Place {
    HiveRole hive = HiveRole::system;
    std::string key;
    std::string value;
    Content content = Content::number;
    std::vector<Stock> stock = {};  // oldest first
};

/// A REG_DWORD below the control set.
inline Place number_in(std::string key, std::string value, std::vector<Stock> stock = {}) {
    return {HiveRole::system, std::move(key), std::move(value), Content::number, std::move(stock)};
}

/// A REG_SZ or REG_EXPAND_SZ below the control set.
inline Place text_in(std::string key, std::string value, std::vector<Stock> stock = {}) {
    return {HiveRole::system, std::move(key), std::move(value), Content::text, std::move(stock)};
}

/// The same value, whatever is expected there.
inline bool same_place(const Place& a, const Place& b) {
    return a.hive == b.hive && a.key == b.key && a.value == b.value;
}

/// As shipped with `generation`: "1", "absent". Of an unknown one, everything that any has.
std::string stock_text(const Place& place, system::Generation generation);

/// True for a number that `generation` ships with; of an unknown one, that any does.
bool is_stock(const Place& place, system::Generation generation, std::uint32_t number);

/// The number that `generation` ships with; of one that has none, what the oldest one has that
/// knows the value, which all of them understand.
std::uint32_t stock_number(const Place& place, system::Generation generation);

/// A number for a person: flags in hexadecimal, small ones in decimal.
std::string number_text(std::uint32_t number);

}  // namespace nlafix::nla
