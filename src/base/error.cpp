// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"

#include <cstdio>
#include <system_error>
#include <utility>

namespace nlafix {

std::string_view word_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::is_a_backup: return "is-a-backup";
        case ErrorCode::dirty_without_logs: return "dirty-without-logs";
        case ErrorCode::dirty_logs_unusable: return "dirty-logs-unusable";
        case ErrorCode::hibernated: return "hibernated";
        case ErrorCode::read_only: return "read-only";
        case ErrorCode::in_use: return "in-use";
        case ErrorCode::link_leads_out: return "link-leads-out";
        case ErrorCode::unsafe_sibling: return "unsafe-sibling-value";
        case ErrorCode::hivex_refused: return "hivex-refused";
        case ErrorCode::verification_failed: return "verification-failed";
        case ErrorCode::no_iconv: return "no-iconv";
        case ErrorCode::parser_stopped: return "parser-stopped";
        case ErrorCode::backup_in_memory: return "backup-in-memory";
        case ErrorCode::interrupted_write: return "interrupted-write";
        case ErrorCode::hive_changed: return "hive-changed";
        case ErrorCode::several_backups: return "several-backups";
        case ErrorCode::untrusted_backup: return "untrusted-backup";
        case ErrorCode::sequence_exhausted: return "sequence-exhausted";
        case ErrorCode::output_exists: return "output-exists";
        case ErrorCode::bitlocker: return "bitlocker";
        case ErrorCode::unclean_volume: return "unclean-volume";
        case ErrorCode::unsuitable_file: return "unsuitable-file";
        case ErrorCode::unreadable_file: return "unreadable-file";
        case ErrorCode::format_ambiguous: return "format-ambiguous";
        case ErrorCode::untrusted_references: return "untrusted-references";
        case ErrorCode::no_image_support: return "no-image-support";
        case ErrorCode::pool_member: return "pool-member";
        case ErrorCode::no_such_file: return "no-such-file";
        case ErrorCode::no_backup: return "no-backup";
        case ErrorCode::not_a_hive: return "not-a-hive";
        case ErrorCode::no_windows: return "no-windows";
        case ErrorCode::several_windows: return "several-windows";
        case ErrorCode::no_partition: return "no-such-partition";
        case ErrorCode::no_control_set: return "no-such-control-set";
        case ErrorCode::no_key: return "no-such-key";
        case ErrorCode::no_value: return "no-such-value";
        case ErrorCode::malformed_hive: return "malformed-hive";
        case ErrorCode::unsupported_version: return "unsupported-version";
        case ErrorCode::malformed_value: return "malformed-value";
        case ErrorCode::list_too_long: return "list-too-long";
        case ErrorCode::malformed_backup: return "malformed-backup";
        case ErrorCode::malformed_volume: return "malformed-volume";
        case ErrorCode::malformed_disk: return "malformed-disk";
        case ErrorCode::io_error: return "io-error";
        case ErrorCode::no_permission: return "no-permission";
        case ErrorCode::no_room: return "no-room";
        case ErrorCode::no_backup_folder: return "no-backup-folder";
        case ErrorCode::no_memory: return "no-memory";
        case ErrorCode::unconfirmed_write: return "unconfirmed-write";
        case ErrorCode::interrupted: return "interrupted";
    }
    return "unknown";
}

Error::Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

Error&& Error::path(std::string value) && {
    path_ = std::move(value);
    return std::move(*this);
}

Error&& Error::offset(std::uint64_t bytes) && {
    offset_ = bytes;
    return std::move(*this);
}

Error&& Error::system_error(int error_number) && {
    system_error_ = error_number;
    return std::move(*this);
}

Error&& Error::hint(std::string value) && {
    hint_ = std::move(value);
    return std::move(*this);
}

Error&& Error::choices(std::vector<WindowsChoice> value) && {
    constexpr std::size_t most = 16;  // a report is bounded, a hostile disk is not
    if (value.size() > most) {
        add("; of " + std::to_string(value.size()) + ", these are the first");
        value.resize(most);
    }
    choices_ = std::move(value);
    return std::move(*this);
}

void Error::default_hint(std::string value) {
    if (hint_.empty()) hint_ = std::move(value);
}

void Error::default_path(const std::string& value) {
    if (path_.empty()) path_ = value;
}

std::string WindowsChoice::text() const {
    return (volume.empty() ? "" : volume + ": ") + hive + (name.empty() ? "" : ", " + name);
}

std::string Error::message() const {
    std::string text;
    for (const WindowsChoice& choice : choices_)
        text += (text.empty() ? ": " : "; ") + choice.text();
    return with_place(text) + suffix_;
}

std::string Error::message_without_choices() const {
    return with_place("") + suffix_;
}

std::string Error::with_place(const std::string& choices) const {
    std::string text;
    if (!path_.empty()) text = path_ + ": ";
    text += message_ + choices;
    if (offset_) {
        char place[32];
        std::snprintf(place, sizeof place, " (at byte 0x%llx)",
                      static_cast<unsigned long long>(*offset_));
        text += place;
    }
    if (system_error_ != 0) text += ": " + std::generic_category().message(system_error_);
    return text;
}

}  // namespace nlafix
