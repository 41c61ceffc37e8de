// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/hive_beside.h"

#include "base/error.h"

namespace nlafix::app {

HiveBeside::HiveBeside(const std::string& name, const char* loss, HivePlace& place,
                       recovery::LogPolicy policy, Report& report)
    : name_(name) {
    // A hive that was given on its own may come from anywhere.
    if (!report.location || report.location->kind == source::TargetKind::hive) return;
    try {
        file_ = place.open_beside(name);
        if (file_) {
            read(policy, report);
        } else {
            report.notes.push_back("there is no " + name + " hive beside it");
        }
    } catch (const Error& error) {
        report.warnings.push_back("the " + name + " hive was not looked at: " + error.message() +
                                  "; " + loss);
    }
}

void HiveBeside::read(recovery::LogPolicy policy, Report& report) {
    recovery_ = std::make_unique<recovery::LazyRecovery>(
        *file_, [this] { return file_->read_logs(); }, policy);
    for (const std::string& warning : recovery_->warnings()) {
        report.warnings.push_back(name_ + ": " + warning);
    }
    if (recovery_->recovered()) {
        report.notes.push_back(name_ + " is dirty and was read with its logs applied");
    }
}

void HiveBeside::report_damage(Report& report) const {
    if (!recovery_ || recovery_->hive().damage().empty()) return;
    report.warnings.push_back("the " + name_ + " hive is damaged, and what it says may be " +
                              "incomplete: " + recovery_->hive().damage().front().message);
}

}  // namespace nlafix::app
