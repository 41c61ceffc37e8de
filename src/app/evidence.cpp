// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/evidence.h"

#include <algorithm>
#include <string>

namespace nlafix::app {

namespace {

std::string with_slashes(std::string_view path) {
    std::string name(path);
    std::replace(name.begin(), name.end(), '\\', '/');
    return name;
}

}  // namespace

std::optional<nla::FileFacts> FileEvidence::find(std::string_view path) const {
    const auto size = files_->size_of(with_slashes(path));
    return size ? std::optional(nla::FileFacts{*size}) : std::nullopt;
}

std::optional<std::vector<std::string>> FileEvidence::names_in(std::string_view path) const {
    return files_->names_in(with_slashes(path));
}

Bytes FileEvidence::security_of(std::string_view path) const {
    return files_->security_of(with_slashes(path));
}

Evidence::Evidence(HivePlace& place, recovery::LogPolicy policy, std::uint64_t now, Report& report)
    : software_("SOFTWARE", "policies in it may count instead of what SYSTEM says", place, policy,
                report),
      security_("SECURITY", "the rights to log in are not looked at", place, policy, report),
      sam_("SAM", "local accounts are not looked at", place, policy, report),
      files_(place.files_around()) {
    surroundings_.software = software_.cells();
    surroundings_.security = security_.cells();
    surroundings_.sam = sam_.cells();
    if (files_.is_at_hand()) surroundings_.files = &files_;
    surroundings_.now = now;
}

void Evidence::report_damage(Report& report) const {
    for (const HiveBeside* hive : {&software_, &security_, &sam_}) hive->report_damage(report);
}

}  // namespace nlafix::app
