// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/exit_status.h"

#include <algorithm>
#include <array>

namespace nlafix::cli {

int exit_status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::is_a_backup: return status_usage;
        case ErrorCode::dirty_without_logs:
        case ErrorCode::dirty_logs_unusable:
        case ErrorCode::hibernated:
        case ErrorCode::read_only:
        case ErrorCode::in_use:
        case ErrorCode::link_leads_out:
        case ErrorCode::unsafe_sibling:
        case ErrorCode::hivex_refused:
        case ErrorCode::verification_failed:
        case ErrorCode::no_iconv:
        case ErrorCode::parser_stopped:
        case ErrorCode::backup_in_memory:
        case ErrorCode::interrupted_write:
        case ErrorCode::hive_changed:
        case ErrorCode::several_backups:
        case ErrorCode::untrusted_backup:
        case ErrorCode::sequence_exhausted:
        case ErrorCode::output_exists:
        case ErrorCode::unclean_volume:
        case ErrorCode::bitlocker:
        case ErrorCode::unsuitable_file:
        case ErrorCode::unreadable_file:
        case ErrorCode::format_ambiguous:
        case ErrorCode::untrusted_references:
        case ErrorCode::no_image_support:
        case ErrorCode::pool_member: return status_refused;
        case ErrorCode::no_such_file:
        case ErrorCode::no_backup:
        case ErrorCode::not_a_hive:
        case ErrorCode::no_windows:
        case ErrorCode::several_windows:
        case ErrorCode::no_partition:
        case ErrorCode::no_control_set:
        case ErrorCode::no_key:
        case ErrorCode::no_value: return status_missing;
        case ErrorCode::malformed_hive:
        case ErrorCode::unsupported_version:
        case ErrorCode::malformed_value:
        case ErrorCode::list_too_long:
        case ErrorCode::malformed_backup:
        case ErrorCode::malformed_volume:
        case ErrorCode::malformed_disk: return status_malformed;
        case ErrorCode::io_error:
        case ErrorCode::no_permission:
        case ErrorCode::no_room:
        case ErrorCode::no_backup_folder:
        case ErrorCode::no_memory: return status_io;
        case ErrorCode::unconfirmed_write: return status_unconfirmed;
        case ErrorCode::interrupted: return status_interrupted;
    }
    return status_io;
}

namespace {

/// There is a finding that lets nobody in.
bool is_blocked(const app::Report& report) {
    if (!report.diagnosis) return false;
    const auto& findings = report.diagnosis->findings;
    return std::any_of(findings.begin(), findings.end(), [](const nla::Finding& finding) {
        return finding.severity == nla::Severity::blocks;
    });
}

}  // namespace

int exit_status_of(const app::Report& report) {
    if (report.error) return exit_status_of(report.error->code());
    return report.outcome == app::Outcome::change_needed || (report.strict && is_blocked(report))
               ? status_change_needed
               : status_done;
}

int worse(int a, int b) {
    static constexpr std::array<int, 9> worst_first = {
        status_unconfirmed, status_interrupted,   status_io,
        status_malformed,   status_missing,       status_refused,
        status_usage,       status_change_needed, status_done};
    const auto place = [](int status) {
        return std::find(worst_first.begin(), worst_first.end(), status);
    };
    return place(a) <= place(b) ? a : b;
}

std::string_view status_word(const app::Report& report) {
    switch (report.outcome) {
        case app::Outcome::nothing_to_do: return is_blocked(report) ? "blocked" : "ok";
        case app::Outcome::written: return report.error ? "error" : "ok";
        case app::Outcome::change_needed: return "change-needed";
        case app::Outcome::fixed: return "fixed";
        case app::Outcome::restored: return "restored";
        case app::Outcome::skipped: return "skipped";
        case app::Outcome::failed: break;
    }
    return exit_status_of(report) == status_refused ? "refused" : "error";
}

}  // namespace nlafix::cli
