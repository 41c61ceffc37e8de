// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/backups.h"
#include "app/session.h"
#include "base/text.h"
#include "cli/exit_status.h"
#include "cli/json_line.h"
#include "cli/text_report.h"
#include "nlafix_version.h"
#include "os/path_syntax.h"
#include "os/terminal.h"

namespace nlafix::cli {
namespace {

using app::BackupEntry;

/// "yes", "nothing-to-undo" or "no".
const char* undo_word(const BackupEntry& entry) {
    if (entry.error) return "no";
    return entry.is_original ? "nothing-to-undo" : "yes";
}

std::string undo_command(const BackupEntry& entry) {
    return entry.error || entry.is_original ? ""
                                            : "nlafix undo " + os::shell_quoted(entry.paths.copy);
}

std::string json_backup(const BackupEntry& entry) {
    return json_line({{"schema", "nlafix.backup/1"},
                      {"tool", NLAFIX_VERSION},
                      {"backup", entry.paths.copy},
                      {"manifest", entry.paths.manifest},
                      {"created", text_or_null(entry.created)},
                      {"state", text_or_null(entry.state)},
                      {"computer_name", text_or_null(entry.machine)},
                      {"target", text_or_null(entry.target)},
                      {"hive", text_or_null(entry.hive)},
                      {"undo", undo_word(entry)},
                      {"next", text_or_null(undo_command(entry))},
                      {"error", error_json(entry.error)}});
}

std::string text_backup(const BackupEntry& entry) {
    std::string text = escaped(entry.paths.copy) + '\n';
    if (!entry.created.empty()) {
        text += fmt::format(
            "  {}{}, {}{}{}, {}\n", entry.machine.empty() ? "" : "of ",
            entry.machine.empty() ? entry.created : escaped(entry.machine) + ", " + entry.created,
            escaped(entry.target), entry.hive.empty() ? "" : ", ", escaped(entry.hive),
            entry.state);
    }
    if (entry.error)
        return text + fmt::format("  undo:   no: {}\n", escaped(entry.error->message()));
    if (entry.is_original) return text + "  undo:   not needed: the original is there\n";
    return text + "  undo:   " + undo_command(entry) + '\n';
}

}  // namespace

int run_backups(const Invocation& invocation, os::System& system,
                const std::function<bool()>& was_interrupted) {
    std::vector<std::string> folders = invocation.targets;
    if (folders.empty()) folders.emplace_back(".");
    app::Session session(system, was_interrupted);
    int status = status_done;
    bool found_any = false;
    bool is_written = true;
    const auto fail = [&status](const Error& error) {
        static_cast<void>(
            os::write_all(os::Stream::errors, error_text(error.message(), error.hint())));
        status = worse(status, exit_status_of(error.code()));
    };
    for (const std::string& folder : folders) {
        try {
            app::list_backups(session, system, folder, [&](const BackupEntry& entry) {
                found_any = true;
                is_written =
                    os::write_all(os::Stream::output,
                                  invocation.json ? json_backup(entry) : text_backup(entry)) &&
                    is_written;
            });
        } catch (const Error& error) {
            fail(error);
        }
    }
    if (!is_written) return status_io;
    if (status == status_done && !found_any) {
        fail(Error(ErrorCode::no_backup,
                   "no backup of nlafix in " +
                       std::string(folders.size() == 1 ? folders.front() : "these folders"))
                 .hint("name the folder that fix printed behind \"backup:\", or gave to "
                       "--backup-dir: nlafix backups DIR"));
    }
    return status;
}

}  // namespace nlafix::cli
