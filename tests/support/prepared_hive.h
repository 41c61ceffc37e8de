// SPDX-License-Identifier: GPL-2.0-or-later
// A built hive on its way through the stages, up to the point where a test wants to look.
#pragma once

#include <utility>
#include <vector>

#include "hive_builder.h"
#include "hivex/edit_image.h"
#include "nla/diagnosis.h"
#include "nla/plan.h"
#include "os/system.h"
#include "recovery/clean_hive.h"
#include "regf/hive.h"
#include "regf/structure.h"
#include "system_tree.h"

namespace nlafix::test {

/// When the tests edit: 2021-01-01 00:00:00 UTC as FILETIME, a year after the builder's times.
inline constexpr std::uint64_t edit_time = 132539328000000000;

/// A built hive, the logs beside it, and the plan for it.
struct PreparedHive {
    fixture::Built built;
    std::vector<recovery::LogFile> logs;
    recovery::CleanHive clean;
    nla::Plan plan;
    regf::CellSet shared;

    explicit PreparedHive(const fixture::Key& root, const fixture::HiveOptions& options = {},
                          bool create_missing = false,
                          std::vector<recovery::LogFile> log_files = {})
        : built(fixture::build(root, options)),
          logs(std::move(log_files)),
          clean(std::move(
              recovery::recover(built.bytes, logs, recovery::LogPolicy::apply).hive.value())),
          plan(plan_of(built.bytes, create_missing)),
          shared(regf::check_structure(regf::Hive(clean.image())).shared_cells) {}
    PreparedHive(const PreparedHive&) = delete;
    PreparedHive& operator=(const PreparedHive&) = delete;

    hivex::EditedImage edited() const {
        return hivex::edit_image(clean, plan, shared, edit_time, os::real_system());
    }

    /// The plan for what the Select key says boots.
    static nla::Plan plan_of(const Bytes& file, bool create_missing) {
        const regf::Hive hive(file);
        const auto sets = system::choose_control_sets(hive, system::read_select(hive), {});
        return nla::make_plan(nla::diagnose(hive, sets, {}), create_missing);
    }
};

}  // namespace nlafix::test
