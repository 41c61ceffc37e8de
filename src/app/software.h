// SPDX-License-Identifier: GPL-2.0-or-later
// The SOFTWARE hive beside SYSTEM: policies, and which Windows it is.
// Owns: making a readable hive of it; that nothing that is wrong with it is more than a warning.
// Never: writes it, or lets it decide an exit status.
#pragma once

#include <functional>
#include <optional>

#include "app/report.h"
#include "recovery/clean_hive.h"
#include "regf/hive.h"
#include "source/read_hive.h"

namespace nlafix::app {

/// What `read` gives; where it throws Error, or there is no SOFTWARE, `report` says so.
std::optional<source::HiveFiles> read_software(
    Report& report, const std::function<std::optional<source::HiveFiles>()>& read);

/// SOFTWARE as a hive to look values up in. It is not judged as a whole: it may be large.
class Software {
public:
    /// Replays the logs of a dirty one, as for SYSTEM. `files` must outlive the object.
    Software(const std::optional<source::HiveFiles>& files, recovery::LogPolicy policy,
             Report& report);
    Software(const Software&) = delete;
    Software& operator=(const Software&) = delete;

    /// Null where there is none that can be read.
    const regf::Hive* hive() const { return hive_ ? &*hive_ : nullptr; }

private:
    void open(const source::HiveFiles& files, recovery::LogPolicy policy, Report& report);

    std::optional<recovery::CleanHive> clean_;
    std::optional<regf::Hive> hive_;
};

}  // namespace nlafix::app
