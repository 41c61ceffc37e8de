// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/software.h"

#include <utility>

#include "base/error.h"

namespace nlafix::app {
namespace {

void warn_that_it_was_not_read(const Error& error, Report& report) {
    report.warnings.push_back("the SOFTWARE hive was not looked at: " + error.message() +
                              "; policies in it may count instead of what SYSTEM says");
}

}  // namespace

std::optional<source::HiveFiles> read_software(
    Report& report, const std::function<std::optional<source::HiveFiles>()>& read) {
    try {
        std::optional<source::HiveFiles> files = read();
        if (!files) report.notes.push_back("there is no SOFTWARE hive beside it");
        return files;
    } catch (const Error& error) {
        warn_that_it_was_not_read(error, report);
        return std::nullopt;
    }
}

Software::Software(const std::optional<source::HiveFiles>& files, recovery::LogPolicy policy,
                   Report& report) {
    if (!files) return;
    try {
        open(*files, policy, report);
    } catch (const Error& error) {
        hive_.reset();
        warn_that_it_was_not_read(error, report);
    }
}

void Software::open(const source::HiveFiles& files, recovery::LogPolicy policy, Report& report) {
    recovery::Recovery recovery = recovery::recover(files.primary, files.logs, policy);
    for (const std::string& warning : recovery.warnings) {
        report.warnings.push_back("SOFTWARE: " + warning);
    }
    if (recovery.refusal) throw Error(*recovery.refusal);
    if (recovery.recovered) {
        report.notes.push_back("SOFTWARE is dirty and was read with its logs applied");
    }
    clean_ = std::move(recovery.hive);
    hive_.emplace(clean_->image());
    if (hive_->layout_damage().empty()) return;
    report.warnings.push_back("the SOFTWARE hive is damaged, and what it says may be incomplete: " +
                              hive_->layout_damage().front().message);
}

}  // namespace nlafix::app
