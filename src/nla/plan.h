// SPDX-License-Identifier: GPL-2.0-or-later
// What has to be done to a hive.
// Owns: the table of the two values, and the plan.
// Never: reads or edits a hive, or knows where it comes from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "nla/list_edit.h"
#include "nla/observation.h"
#include "nla/scene.h"

namespace nlafix::nla {

struct Diagnosis;

/// One value that must hold one entry.
struct Requirement {
    Place place;  // below the control set
    const char* entry;
    ListKind kind;
    std::uint32_t created_type;  // of a value that has to be created
    const char* file;            // that the entry names, below the Windows folder; may be null
};

const std::vector<Requirement>& requirements();

/// One value that will be written.
struct PlannedEdit {
    std::uint32_t control_set = 0;  // 0 outside a control set
    std::string key;                // below the control set, or below the root
    regf::CellOffset key_node = 0;  // the key's cell
    std::vector<std::string> path;  // UTF-8 names from below the root to the key, as stored
    std::string value;              // UTF-8 name, as stored
    std::uint32_t type = 0;         // of the new data
    bool created = false;           // the value was absent
    bool removed = false;           // the value goes; there is no new data
    std::string added;              // the entry; empty in a repair of another value
    std::string repairs;            // the code of a repair (nla/repair.h); else empty
    std::vector<std::string> before, after;  // for reports; long ones are shortened
    std::uint32_t old_type = 0;              // of the old data, where there was any
    Bytes old_data;                          // only of a repair
    Bytes data;                              // the new data
};

/// The edit of the value that was seen, without what it becomes.
PlannedEdit edit_at(const Observation& seen);

/// "ControlSet001\Control\Lsa", or "SYSTEM\Setup".
std::string key_of(const PlannedEdit& edit);

/// What the value was and will be, for a person: "4", "\"kerberos\" \"tspkg\"", "absent".
std::string before_of(const PlannedEdit& edit);
std::string after_of(const PlannedEdit& edit);

/// What was found of one requirement in one control set.
struct ValueState {
    /// `without_file`: it is missing, and stays so, for the volume lacks the file that it names.
    enum class Kind { present, missing, without_file, absent_value, absent_key, unreadable };
    std::uint32_t control_set = 0;
    const Requirement* requirement = nullptr;
    Kind kind = Kind::present;
    std::uint32_t type = 0;
    std::vector<std::string> content;  // a long one is shortened
};

struct Plan {
    std::vector<PlannedEdit> edits;
    std::vector<ValueState> states;
    std::vector<std::string> warnings;
    /// Why the plan must not be carried out: the worst of what was found. The rest are warnings.
    std::optional<Error> obstacle;
};

/// The edits of the two lists, from what the diagnosis saw of them in each control set. With
/// `create_missing` an absent value is created; without it, it is an obstacle (no_value), as is an
/// absent key (no_key) or a value that cannot be read (malformed_value, malformed_hive). An entry
/// whose file is not among `files` is left out; null where that is not looked at. Never throws for
/// what is in the hive.
Plan make_plan(const Diagnosis& diagnosis, bool create_missing,
               const WindowsFiles* files = nullptr);

/// Takes `error` as the obstacle of `plan`, unless there is a worse one: then it is a warning.
void add_obstacle(Plan& plan, const Error& error);

}  // namespace nlafix::nla
