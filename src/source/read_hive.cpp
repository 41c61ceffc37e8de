// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/read_hive.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "os/paths.h"
#include "regf/base_block.h"
#include "source/find_hive.h"
#include "source/log_budget.h"
#include "source/not_a_hive.h"
#include "source/windows_files.h"

namespace nlafix::source {
namespace {

recovery::LogFile read_log(os::System& system, const std::string& folder, const std::string& name,
                           LogBudget& budget, bool knows_allocation) {
    recovery::LogFile log;
    log.name = name;
    try {
        os::OpenOptions options;
        options.follow_links = false;  // a link may lead out of the volume
        const os::File file = os::File::open(system, os::join(folder, name), options);
        const os::FileStatus status = file.status();
        log.error =
            status.kind != os::FileKind::regular
                ? "it is no regular file"
                : budget.refusal_of(status.size_bytes,
                                    knows_allocation ? status.allocated_bytes : status.size_bytes);
        if (log.error.empty()) log.bytes = file.read_all(status.size_bytes);
    } catch (const Error& error) {
        log.error = error.message();
    }
    return log;
}

/// A log that the listing of its folder leaves out, which drivers of NTFS do with hidden files
/// where they are told to, and the logs of every Windows are hidden.
std::vector<std::string> hidden(os::System& system, const std::string& folder,
                                const std::string& name) {
    for (const std::string& spelled : {name, ascii_upper_case(name), ascii_lower_case(name)}) {
        if (os::status_if_any(system, os::join(folder, spelled), false)) return {spelled};
    }
    return {};
}

void require_hive(const os::File& hive) {
    source::require_hive(hive.read_range(0, telling_bytes), hive.path());
}

class OpenHiveFile final : public OpenHive {
public:
    explicit OpenHiveFile(os::File file)
        : file_(std::move(file)), size_bytes_(file_.status().size_bytes) {}

    std::uint64_t size_bytes() const override { return size_bytes_; }
    void read(MutableByteView into, std::uint64_t offset) override {
        if (file_.read_into(into, offset) == into.size()) return;
        throw Error(ErrorCode::io_error, "became shorter while it was read").path(file_.path());
    }
    std::vector<recovery::LogFile> read_logs() override { return source::read_logs(file_); }

private:
    os::File file_;
    std::uint64_t size_bytes_;
};

}  // namespace

HiveFiles read_hive(const os::File& hive) {
    require_hive(hive);
    HiveFiles files;
    files.primary = hive.read_all(most_hive_bytes);
    files.logs = read_logs(hive);
    return files;
}

std::vector<recovery::LogFile> read_logs(const os::File& hive) {
    std::vector<recovery::LogFile> logs;
    const std::string folder = os::folder_of(hive.path());
    const std::vector<std::string> names = os::names_in(hive.system(), folder);
    const os::FileStatus status = hive.status();
    LogBudget budget(status.size_bytes);
    // Some file systems say of no file what they store of it.
    const bool knows_allocation = status.allocated_bytes != 0;
    for (const std::string_view suffix : log_suffixes) {
        const std::string wanted = os::name_of(hive.path()) + std::string(suffix);
        std::vector<std::string> found = os::matching(names, wanted);
        if (found.empty()) found = hidden(hive.system(), folder, wanted);
        for (const std::string& name : found) {
            logs.push_back(read_log(hive.system(), folder, name, budget, knows_allocation));
        }
    }
    return logs;
}

void require_same_logs(const std::vector<recovery::LogFile>& before,
                       const std::vector<recovery::LogFile>& now, const std::string& path) {
    if (now == before) return;
    for (const recovery::LogFile& log : now) {
        const auto is_log = [&log](const recovery::LogFile& other) { return other == log; };
        if (log.error.empty() || std::ranges::any_of(before, is_log)) continue;
        throw Error(ErrorCode::io_error,
                    "the log " + log.name + " can no longer be read: " + log.error)
            .hint("look at the kernel's log (dmesg); if the disk fails, copy it first");
    }
    throw Error(ErrorCode::hive_changed,
                "the logs of " + path + " changed while nlafix was looking at them")
        .hint("make sure that nothing else writes there, then run this again");
}

std::unique_ptr<OpenHive> open_beside(const os::File& hive, const std::string& name) {
    os::System& system = hive.system();
    const auto path = find_below(system, os::folder_of(hive.path()), name);
    if (!path) return nullptr;
    os::OpenOptions options;
    options.follow_links = false;
    os::File file = os::File::open(system, *path, options);
    if (file.status().kind != os::FileKind::regular) {
        throw Error(ErrorCode::not_a_hive, "is no regular file").path(file.path());
    }
    require_hive(file);
    return std::make_unique<OpenHiveFile>(std::move(file));
}

}  // namespace nlafix::source
