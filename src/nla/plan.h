// SPDX-License-Identifier: GPL-2.0-or-later
// What has to be done to a hive.
// Owns: the table of the two values, the plan, the warnings about entries that no Windows ships.
// Never: edits a hive, or knows where it comes from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "nla/list_edit.h"
#include "regf/hive.h"
#include "system/control_sets.h"

namespace nlafix::nla {

/// One value that must hold one entry.
struct Requirement {
    const char* key;  // below the control set
    const char* value;
    const char* entry;
    ListKind kind;
    std::uint32_t created_type;  // of a value that has to be created
};

const std::vector<Requirement>& requirements();

/// One value that will be written.
struct PlannedEdit {
    std::uint32_t control_set = 0;
    std::string key;                // below the control set, as in Requirement
    regf::CellOffset key_node = 0;  // the key's cell
    std::vector<std::string> path;  // UTF-8 names from below the root to the key, as stored
    std::string value;              // UTF-8 name, as stored
    std::uint32_t type = 0;
    bool created = false;          // the value was absent
    std::string added;             // the entry; empty in a repair of another value
    std::string repairs;           // the code of a repair (nla/repair.h); else empty
    std::uint32_t old_number = 0;  // of a REG_DWORD, which only repairs edit
    std::uint32_t new_number = 0;
    std::vector<std::string> before, after;  // for reports
    Bytes data;                              // the new data
};

/// What was found of one requirement in one control set.
struct ValueState {
    enum class Kind { present, missing, absent_value, absent_key, unreadable };
    std::uint32_t control_set = 0;
    const Requirement* requirement = nullptr;
    Kind kind = Kind::present;
    std::uint32_t type = 0;
    std::vector<std::string> content;
};

struct Plan {
    std::vector<PlannedEdit> edits;
    std::vector<ValueState> states;
    std::vector<std::string> warnings;
    /// Why the plan must not be carried out: the worst of what was found. The rest are warnings.
    std::optional<Error> obstacle;
};

/// The edits for `sets`. With `create_missing` an absent value is created; without it, it is an
/// obstacle (no_value), as is an absent key (no_key) or a value that cannot be read
/// (malformed_value, malformed_hive). Never throws for what is in the hive.
Plan make_plan(const std::vector<system::ControlSet>& sets, bool create_missing);

/// Takes `error` as the obstacle of `plan`, unless there is a worse one: then it is a warning.
void add_obstacle(Plan& plan, const Error& error);

}  // namespace nlafix::nla
