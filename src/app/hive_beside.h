// SPDX-License-Identifier: GPL-2.0-or-later
// Another hive of the same Windows, beside SYSTEM: SOFTWARE, and what else tells about logins.
// Owns: making a readable hive of it; that nothing that is wrong with it is more than a warning.
// Never: writes it, judges it as a whole, or lets it decide an exit status.
#pragma once

#include <memory>
#include <string>

#include "app/hive_place.h"
#include "app/report.h"
#include "recovery/lazy_recovery.h"

namespace nlafix::app {

class HiveBeside {
public:
    /// `loss` is what a reader has to know when it cannot be read. Says in `report` what is wrong.
    HiveBeside(const std::string& name, const char* loss, HivePlace& place,
               recovery::LogPolicy policy, Report& report);
    HiveBeside(const HiveBeside&) = delete;
    HiveBeside& operator=(const HiveBeside&) = delete;

    /// Null where there is none that can be read.
    const regf::Cells* cells() const { return recovery_ ? &recovery_->hive() : nullptr; }
    /// Says in `report` what was found broken of what was read: called last.
    void report_damage(Report& report) const;

private:
    void read(recovery::LogPolicy policy, Report& report);

    std::string name_;
    std::unique_ptr<source::OpenHive> file_;
    std::unique_ptr<recovery::LazyRecovery> recovery_;
};

}  // namespace nlafix::app
