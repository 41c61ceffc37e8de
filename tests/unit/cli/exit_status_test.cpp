// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/exit_status.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace nlafix;

TEST_CASE("Of two exit statuses the worse one counts") {
    const std::vector<int> worst_first = {7, 130, 6, 5, 4, 3, 1, 0};
    for (std::size_t i = 0; i < worst_first.size(); ++i) {
        for (std::size_t j = 0; j < worst_first.size(); ++j) {
            CHECK(cli::worse(worst_first[i], worst_first[j]) == worst_first[std::min(i, j)]);
        }
    }
}

TEST_CASE("Each error has the exit status that the manual gives it") {
    struct Row {
        int status;
        std::vector<ErrorCode> codes;
    };
    using enum ErrorCode;
    for (const Row& row :
         std::vector<Row>{{3,
                           {dirty_without_logs,
                            dirty_logs_unusable,
                            hibernated,
                            read_only,
                            in_use,
                            link_leads_out,
                            unsafe_sibling,
                            hivex_refused,
                            verification_failed,
                            no_iconv,
                            interrupted_write,
                            hive_changed,
                            sequence_exhausted,
                            output_exists,
                            unclean_volume,
                            bitlocker,
                            unsuitable_file,
                            unreadable_file,
                            format_ambiguous,
                            untrusted_references,
                            no_image_support}},
                          {4,
                           {no_such_file, not_a_hive, no_windows, several_windows, no_partition,
                            no_control_set, no_key, no_value}},
                          {5,
                           {malformed_hive, unsupported_version, malformed_value, list_too_long,
                            malformed_backup, malformed_volume, malformed_disk}},
                          {6, {io_error, no_permission, no_room, no_backup_folder, no_memory}},
                          {7, {unconfirmed_write}},
                          {130, {interrupted}}}) {
        for (const ErrorCode code : row.codes) {
            CAPTURE(std::string(word_of(code)));
            CHECK(cli::exit_status_of(code) == row.status);
        }
    }
}

TEST_CASE("Status words and exit statuses of reports") {
    struct Row {
        app::Outcome outcome;
        std::string word;
        int status;
    };
    for (const Row& row : std::vector<Row>{{app::Outcome::nothing_to_do, "ok", 0},
                                           {app::Outcome::change_needed, "change-needed", 1},
                                           {app::Outcome::fixed, "fixed", 0},
                                           {app::Outcome::restored, "restored", 0}}) {
        app::Report report;
        report.outcome = row.outcome;
        CHECK(cli::status_word(report) == row.word);
        CHECK(cli::exit_status_of(report) == row.status);
    }
    app::Report report;
    report.outcome = app::Outcome::failed;
    report.error = Error(ErrorCode::hibernated, "x");
    CHECK(cli::status_word(report) == "refused");
    CHECK(cli::exit_status_of(report) == 3);
    report.error = Error(ErrorCode::malformed_hive, "x");
    CHECK(cli::status_word(report) == "error");
    CHECK(cli::exit_status_of(report) == 5);
}
