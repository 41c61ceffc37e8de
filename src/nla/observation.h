// SPDX-License-Identifier: GPL-2.0-or-later
// One value, as a rule of the diagnosis sees it.
// Owns: reading a value so that damage of it spoils nothing else; absent and unreadable are not the
//   same.
// Never: judges what a value means.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "regf/key_node.h"

namespace nlafix::nla {

/// The hive that holds a value.
enum class HiveRole { system, software };

/// What a value holds when it is in order.
enum class Content {
    number,          // REG_DWORD
    bytes,           // any type
    strings,         // REG_MULTI_SZ
    comma_separated  // REG_SZ, REG_EXPAND_SZ or REG_MULTI_SZ, elements between commas
};

/// Where a value lies: below the control set, or below the root of SOFTWARE.
struct Place {
    HiveRole hive = HiveRole::system;
    const char* key = "";
    const char* value = "";
    Content content = Content::number;
};

struct Observation {
    enum class State { present, absent_value, absent_key, unreadable };
    Place place;
    std::uint32_t control_set = 0;  // 0 in SOFTWARE
    State state = State::absent_key;
    std::uint32_t type = 0;             // where the value is there
    std::uint32_t number = 0;           // of Content::number
    std::vector<std::string> elements;  // of a list: what Windows reads of it, UTF-8
    std::vector<std::string> all;       // of a list: every string
    std::string bytes;                  // of Content::bytes: the first of them, in hexadecimal
    std::string trouble;                // why it is unreadable, with what was found

    // Where it was found, for an edit.
    regf::CellOffset key_node = 0;
    std::vector<std::string> path;  // UTF-8 names from below the root to the key, as stored
    std::string stored_name;        // UTF-8

    bool is_present() const { return state == State::present; }
};

/// Reads the value at `place` below `from`, a control set's key or the root of SOFTWARE. Never
/// throws for what is in the hive.
Observation observe(const regf::KeyNode& from, std::uint32_t control_set, const Place& place);

/// "ControlSet001\Control\Terminal Server", or "SOFTWARE\Policies\...".
std::string key_of(const Observation& seen);

/// What stands there, for a person: "1", "0x20000000", "\"kerberos\" \"tspkg\"", "absent". Not
/// escaped.
std::string content_of(const Observation& seen);

/// A number for a person: flags in hexadecimal, small ones in decimal.
std::string number_text(std::uint32_t number);

}  // namespace nlafix::nla
