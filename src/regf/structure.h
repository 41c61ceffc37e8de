// SPDX-License-Identifier: GPL-2.0-or-later
// The whole hive, judged: everything that hangs on the root is visited once.
// Owns: what counts as damage and what only deserves a warning.
// Never: repairs.
#pragma once

#include <string>
#include <vector>

#include "regf/hive.h"

namespace nlafix::regf {

struct Structure {
    /// What could make an edit or its verification wrong. At most `most_messages`, with the number
    /// of all in `damage_count`; a cell that is referred to again and again is one.
    std::vector<Damage> damage;
    std::uint64_t damage_count = 0;
    /// What Windows would not write, but can live with.
    std::vector<Damage> warnings;
    std::uint64_t warning_count = 0;
    /// Key values and their data that more than one reference leads to. Some writers share them; an
    /// edit that frees one would free it under the other.
    CellSet shared_cells;
    std::uint64_t key_count = 0;
    std::uint64_t value_count = 0;

    static constexpr std::size_t most_messages = 20;
};

/// Walks the hive in time and memory linear in its size, without recursion. Never throws for what
/// is in the hive: it ends up in the result.
Structure check_structure(const Hive& hive);

}  // namespace nlafix::regf
