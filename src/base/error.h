// SPDX-License-Identifier: GPL-2.0-or-later
// The one exception of the program, and the stable words that name what went wrong.
// Owns: error codes, message, path, offset, system error and hint of a failure.
// Never: prints, or knows exit statuses (src/cli does).
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nlafix {

/// What went wrong. Each code stands for one thing that the user does next; its word (`word_of`)
/// is part of the JSON contract.
enum class ErrorCode {
    // What was given is nothing that the command works on.
    is_a_backup,
    // Refused: the target may be repaired later, or in another way.
    dirty_without_logs,
    dirty_logs_unusable,
    hibernated,
    read_only,
    in_use,
    link_leads_out,
    unsafe_sibling,
    hivex_refused,
    verification_failed,
    no_iconv,
    parser_stopped,
    backup_in_memory,
    interrupted_write,
    hive_changed,
    several_backups,
    untrusted_backup,
    sequence_exhausted,
    output_exists,
    unclean_volume,
    bitlocker,
    unsuitable_file,
    unreadable_file,
    format_ambiguous,
    untrusted_references,
    no_image_support,
    pool_member,
    // Something that has to be there is not.
    no_such_file,
    no_backup,
    not_a_hive,
    no_windows,
    several_windows,
    no_partition,
    no_control_set,
    no_key,
    no_value,
    // Bytes that break their format.
    malformed_hive,
    unsupported_version,
    malformed_value,
    list_too_long,
    malformed_backup,
    malformed_volume,
    malformed_disk,
    // The machine did not do what was asked.
    io_error,
    no_permission,
    no_room,
    no_backup_folder,
    no_memory,
    // The write began and could not be confirmed.
    unconfirmed_write,
    // A signal came before the first write.
    interrupted,
};

/// The stable word of `code`, such as "dirty-without-logs".
std::string_view word_of(ErrorCode code);

/// One of several Windows that a TARGET may mean.
struct WindowsChoice {
    std::uint32_t partition = 0;  // by the partition table; 0: there is none, or a folder
    std::string hive;             // path in the volume, or of the file
    std::string volume;           // "partition 2 (60 GiB, "System", NTFS)"; empty for a folder
    std::string name;             // "Windows Server 2019"; empty where it is not known
    std::string options;          // that choose it: "--partition 2"; empty where none does

    /// Volume, hive and name, for a person.
    std::string text() const;
};

/// A failure. Thrown by every layer, caught once per TARGET (src/app).
/// The setters return the object, so that a throw reads as one sentence.
class Error : public std::exception {
public:
    Error(ErrorCode code, std::string message);

    Error&& path(std::string value) &&;
    /// Absolute offset in the file, in bytes.
    Error&& offset(std::uint64_t bytes) &&;
    /// An errno value; its text becomes part of `message()`.
    Error&& system_error(int error_number) &&;
    /// What the user can do next.
    Error&& hint(std::string value) &&;
    Error&& choices(std::vector<WindowsChoice> value) &&;

    /// Adds `text` at the end of the whole message.
    void add(const std::string& text) { suffix_ += text; }
    /// Adds the hint only where none was given closer to the cause.
    void default_hint(std::string value);
    /// Adds a path only where none was given closer to the cause.
    void default_path(const std::string& value);

    ErrorCode code() const { return code_; }
    /// Message with path, offset, system error and choices, on one line. Not escaped.
    std::string message() const;
    std::string message_without_choices() const;
    const std::string& bare_message() const { return message_; }
    const std::string& hint() const { return hint_; }
    /// Of several_windows alone.
    const std::vector<WindowsChoice>& choices() const { return choices_; }
    /// Absolute offset in the file, where one was given.
    std::optional<std::uint64_t> offset() const { return offset_; }
    int system_error() const { return system_error_; }
    const char* what() const noexcept override { return message_.c_str(); }

private:
    std::string with_place(const std::string& choices) const;

    ErrorCode code_;
    std::string message_;
    std::string path_;
    std::optional<std::uint64_t> offset_;
    int system_error_ = 0;
    std::string suffix_;
    std::string hint_;
    std::vector<WindowsChoice> choices_;
};

/// The hint for a mistake in the program itself.
inline constexpr const char* report_this =
    "please report this to the project's issue tracker, with what \"nlafix --version\" and the "
    "same command with -v say";

}  // namespace nlafix
