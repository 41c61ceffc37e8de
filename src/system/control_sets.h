// SPDX-License-Identifier: GPL-2.0-or-later
// Which control sets Windows will boot: the Select key of a SYSTEM hive.
// Owns: reading Select, choosing control sets.
// Never: edits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "regf/hive.h"
#include "regf/key_node.h"

namespace nlafix::system {

/// The four numbers of the key Select; nothing where a value is absent.
struct Select {
    std::optional<std::uint32_t> current;
    std::optional<std::uint32_t> default_set;
    std::optional<std::uint32_t> failed;
    std::optional<std::uint32_t> last_known_good;
};

struct Choice {
    enum class Kind { boot, current, default_set, all, number };
    Kind kind = Kind::boot;
    std::uint32_t number = 0;  // 1 to 999, for Kind::number
};

/// A control set that exists.
struct ControlSet {
    std::uint32_t number = 0;
    regf::KeyNode key;
};

/// Throws Error(no_key) without the key Select, Error(malformed_value) when Current or Default is
/// no REG_DWORD of at least 4 bytes; the other two are for reports, and absent then.
Select read_select(const regf::Hive& hive);

/// False for a choice that can be made without the key Select.
bool depends_on_select(const Choice& choice);

/// "ControlSet001" for 1.
std::string control_set_name(std::uint32_t number);

/// Takes what has no key `Control\Lsa` out of `sets`, such as a key that only bears the name of a
/// control set, unless none would be left. Their numbers.
std::vector<std::uint32_t> take_stubs(std::vector<ControlSet>& sets);

/// The control sets of `choice`, at least one, each once. `boot` is Current and Default. While
/// Current is 0 (Windows was never booted) Default stands for it. Throws Error(no_control_set) when
/// one of them does not exist.
std::vector<ControlSet> choose_control_sets(const regf::Hive& hive, const Select& select,
                                            const Choice& choice);

}  // namespace nlafix::system
