// SPDX-License-Identifier: GPL-2.0-or-later
// What tells about a Windows beside its SYSTEM hive: other hives, and the files on its volume.
// Owns: that all of it is read only, by single keys, and that what cannot be had is a warning.
// Never: judges any of it.
#pragma once

#include <cstdint>
#include <memory>

#include "app/hive_beside.h"
#include "nla/scene.h"

namespace nlafix::app {

/// The files, as the diagnosis asks for them.
class FileEvidence final : public nla::WindowsFiles {
public:
    explicit FileEvidence(std::unique_ptr<source::FilesOfWindows> files)
        : files_(std::move(files)) {}

    bool is_at_hand() const { return files_ != nullptr; }
    std::optional<nla::FileFacts> find(std::string_view path) const override;
    std::optional<std::vector<std::string>> names_in(std::string_view path) const override;
    Bytes security_of(std::string_view path) const override;

private:
    std::unique_ptr<source::FilesOfWindows> files_;
};

class Evidence {
public:
    /// `place` must outlive the object; `now` is a FILETIME.
    Evidence(HivePlace& place, recovery::LogPolicy policy, std::uint64_t now, Report& report);
    Evidence(const Evidence&) = delete;
    Evidence& operator=(const Evidence&) = delete;

    const nla::Surroundings& surroundings() const { return surroundings_; }
    /// As HiveBeside::report_damage.
    void report_damage(Report& report) const;

private:
    HiveBeside software_;
    HiveBeside security_;
    HiveBeside sam_;
    FileEvidence files_;
    nla::Surroundings surroundings_;
};

}  // namespace nlafix::app
