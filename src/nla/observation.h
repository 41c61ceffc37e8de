// SPDX-License-Identifier: GPL-2.0-or-later
// One value, as a rule of the diagnosis sees it.
// Owns: reading a value so that damage of it spoils nothing else; absent and unreadable are not the
//   same.
// Never: judges what a value means.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "nla/place.h"
#include "regf/key_node.h"

namespace nlafix::nla {

struct Observation {
    enum class State { present, absent_value, absent_key, unreadable };
    Place place;
    std::uint32_t control_set = 0;  // 0 outside a control set
    State state = State::absent_key;
    std::uint32_t type = 0;             // where the value is there
    Bytes data;                         // the same
    std::uint32_t number = 0;           // of Content::number
    std::string text;                   // of Content::text and other, UTF-8
    std::vector<std::string> elements;  // of a list: what Windows reads of it, UTF-8
    std::vector<std::string> all;       // of a list: every string
    std::string trouble;                // why it is unreadable, with what was found
    ErrorCode trouble_code = ErrorCode::malformed_value;

    // Where it was found, for an edit.
    regf::CellOffset key_node = 0;
    std::vector<std::string> path;  // UTF-8 names from below the root to the key, as stored
    std::string stored_name;        // UTF-8

    bool is_present() const { return state == State::present; }
    /// The value itself is there, whether it can be read or not.
    bool is_there() const { return is_present() || type != 0; }
};

/// Reads the value at `place` below `from`, a control set's key or the root of a hive. Never
/// throws for what is in the hive.
Observation observe(const regf::KeyNode& from, std::uint32_t control_set, const Place& place);

/// Takes `data` for the content of the value. Throws Error(malformed_value) for what its place does
/// not expect.
void read_data(std::uint32_t type, Bytes data, Observation& seen);

/// What was found that is no value of a hive: a file, an account, a rule of the firewall.
Observation found_elsewhere(HiveRole hive, std::string key, std::string value, std::string text);

/// "ControlSet001\Control\Terminal Server", "SOFTWARE\Policies\...", "SYSTEM\Setup", or a folder.
std::string key_of(const Observation& seen);

/// What stands there, for a person: "1", "0x20000000", "\"kerberos\" \"tspkg\"", "absent". Not
/// escaped.
std::string content_of(const Observation& seen);

/// The first bytes of a value, in hexadecimal.
std::string bytes_text(const Observation& seen);

/// "REG_SZ, 18 bytes: 6b 00 65 00 ...".
std::string described(const Observation& seen);

}  // namespace nlafix::nla
