// SPDX-License-Identifier: GPL-2.0-or-later
// The invariant of every write: the hive is the old one, or the new one, or one that the next run
// says was interrupted and that undo brings back.
#include <algorithm>

#include "base/digest.h"
#include "commit/record.h"
#include "hive_builder.h"
#include "hive_content.h"
#include "os/paths.h"
#include "recovery/bins_range.h"
#include "scenario.h"

namespace nlafix::test {
namespace {

std::string digest_of(const Medium& medium) {
    Bytes all;
    const auto add = [&](const void* data, std::size_t size) {
        const auto* begin = static_cast<const std::byte*>(data);
        all.insert(all.end(), reinterpret_cast<const std::byte*>(&size),
                   reinterpret_cast<const std::byte*>(&size) + sizeof size);
        all.insert(all.end(), begin, begin + size);
    };
    for (const auto& [path, file] : medium) {
        add(path.data(), path.size());
        add(file.content.data(), file.content.size());
        add(&file.permissions, sizeof file.permissions);
        add(&file.owner, sizeof file.owner);
        for (const auto& [name, value] : file.attributes) {
            add(name.data(), name.size());
            add(value.data(), value.size());
        }
    }
    return nlafix::digest_of(all);
}

std::string told(const app::Report& report) {
    return report.error
               ? std::string(word_of(report.error->code())) + " (" + report.error->message() + ")"
               : "outcome " + std::to_string(static_cast<int>(report.outcome));
}

/// The words behind "nlafix undo --target" in a hint: the hive and the manifest. No path here
/// needs quotes.
std::vector<std::string> words_of_undo(const std::string& hint) {
    const std::string command = "nlafix undo --target ";
    const std::size_t at = hint.find(command);
    if (at == std::string::npos) {
        return {};
    }
    const std::string rest = hint.substr(at + command.size());
    const std::size_t blank = rest.find(' ');
    if (blank == std::string::npos) {
        return {};
    }
    return {rest.substr(0, blank), rest.substr(blank + 1)};
}

/// Windows would load such a hive without a look at its logs.
bool looks_clean(const Bytes& hive) {
    namespace base = fixture::base_block;
    return hive.size() > fixture::base_block_size_bytes &&
           fixture::get_u32(hive, base::checksum) == fixture::base_block_checksum(hive) &&
           fixture::get_u32(hive, base::primary_sequence) ==
               fixture::get_u32(hive, base::secondary_sequence);
}

/// What Windows reads of a hive: up to the end of its bins, and not the timestamp of the first,
/// which matters beside a torn head only.
Bytes as_windows_reads_it(Bytes hive) {
    const std::size_t end =
        fixture::base_block_size_bytes + fixture::get_u32(hive, fixture::base_block::bins_size);
    hive.resize(std::min(hive.size(), end));
    fixture::put_u64(hive, fixture::base_block_size_bytes + fixture::hive_bin::timestamp, 0);
    return hive;
}

}  // namespace

std::string Verifier::problem(const Medium& medium) {
    if (!known_.insert(digest_of(medium)).second) {
        return {};
    }
    return find_problem(medium);
}

std::string Verifier::find_problem(const Medium& medium) const {
    if (!medium.contains(hive_path)) {
        return "the hive is gone";
    }
    if (auto problem = problem_with_protection(medium); !problem.empty()) {
        return problem;
    }
    const Bytes& hive = medium.at(hive_path).content;
    if (scenario_.is_log_first()) {
        const std::string problem = problem_of_whole(medium);
        if (problem.empty()) return {};
        // A log that could not be read makes it a write in place, which the next run recognises.
        MemorySystem system(medium, scenario_.file_system);
        const app::Report check = run_check(system);
        const bool is_interrupted =
            check.error && check.error->code() == ErrorCode::interrupted_write;
        return is_interrupted ? problem_of_interrupted(medium, *check.error) : problem;
    }
    const bool is_old = hive == scenario_.before;
    const bool is_new = hive == scenario_.after;
    if (!is_old && !is_new && looks_clean(hive)) {
        const Bytes seen = as_windows_reads_it(hive);
        if (seen != as_windows_reads_it(scenario_.before) &&
            seen != as_windows_reads_it(scenario_.after)) {
            return "the hive is half written and looks clean to Windows";
        }
    }
    MemorySystem system(medium, scenario_.file_system);
    const app::Report check = run_check(system);
    if (system.seen() != medium) {
        return "check has changed something";
    }
    if (check.error && check.error->code() == ErrorCode::interrupted_write) {
        return problem_of_interrupted(medium, *check.error);
    }
    if (is_old || is_new) {
        return is_old ? problem_of_old(medium) : problem_of_new(medium);
    }
    return "the hive is half written, and check does not say so but " + told(check);
}

/// With the log first the hive is whole at every moment: with its logs it is the old or the new
/// one, the next run says which and refuses nothing, and undo gives back every byte.
std::string Verifier::problem_of_whole(const Medium& medium) const {
    std::vector<recovery::LogFile> logs;
    std::vector<recovery::LogFile> original_logs;
    for (const auto& [path, content] : scenario_.logs) {
        const auto found = medium.find(path);
        logs.push_back(
            {os::name_of(path), found == medium.end() ? SharedBytes() : found->second.content, ""});
        original_logs.push_back({os::name_of(path), content, ""});
    }
    const Bytes now = content_of(medium.at(hive_path).content, logs);
    if (now.empty()) {
        return "no log completes the hive";
    }
    const bool is_old = recovery::same_content(now, content_of(scenario_.before, original_logs));
    if (!is_old && !recovery::same_content(now, scenario_.after)) {
        return "the hive is neither the old one nor the new one with its logs";
    }
    MemorySystem system(medium, scenario_.file_system);
    const app::Report check = run_check(system);
    if (system.seen() != medium) {
        return "check has changed something";
    }
    // A state that was half written over another one counts as a write in place that was cut.
    const bool is_half_a_word = check.error && check.error->code() == ErrorCode::interrupted_write;
    const auto expected = is_old ? app::Outcome::change_needed : app::Outcome::nothing_to_do;
    if (!is_half_a_word && check.outcome != expected) {
        return std::string(is_old ? "the hive is the old one" : "the hive is the new one") +
               ", and check says " + told(check);
    }
    if (!medium.contains(scenario_.backup)) {
        return is_old ? "" : "the hive is the new one, and there is no backup";
    }
    return problem_of_way_back(medium, is_old);
}

std::string Verifier::problem_of_way_back(const Medium& medium, bool is_old) const {
    MemorySystem system(medium, scenario_.file_system);
    Scenario undo = scenario_;
    undo.command = app::Command::undo;
    undo.undo_target = hive_path;
    const app::Report undone = run(system, undo);
    const Medium after = system.seen();
    if (undone.outcome != app::Outcome::restored) {
        // A backup that never came to be whole belongs to a hive that nobody has touched.
        const bool untouched = is_old && medium.at(hive_path).content == scenario_.before;
        return untouched && undone.error->code() != ErrorCode::hive_changed
                   ? ""
                   : "undo says " + told(undone);
    }
    if (after.at(hive_path).content != scenario_.before) {
        return "undo does not give the original back";
    }
    for (const auto& [path, content] : scenario_.logs) {
        if (after.at(path).content != content) {
            return "undo does not give " + path + " back";
        }
    }
    return {};
}

std::string Verifier::problem_of_interrupted(const Medium& medium, const Error& error) const {
    MemorySystem system(medium, scenario_.file_system);
    Scenario fix = scenario_;
    fix.command = app::Command::fix;
    const app::Report refused = run(system, fix);
    if (!refused.error || refused.error->code() != ErrorCode::interrupted_write) {
        return "check says that a write was interrupted, fix says " + told(refused);
    }
    if (system.seen() != medium) {
        return "a fix that was refused has changed something";
    }
    const std::vector<std::string> words = words_of_undo(error.hint());
    if (words.size() != 2 || words[0] != hive_path) {
        return "the hint names no undo: " + error.hint();
    }
    Scenario undo = scenario_;
    undo.command = app::Command::undo;
    undo.undo_target = words[0];
    undo.backup = words[1];
    const app::Report undone = run(system, undo);
    if (undone.outcome != app::Outcome::restored) {
        return "the undo of an interrupted write says " + told(undone);
    }
    const Medium now = system.seen();
    if (now.at(hive_path).content != scenario_.before) {
        return "the undo of an interrupted write does not give the original back";
    }
    if (now.contains(commit::marker_path(hive_path))) {
        return "the undo of an interrupted write leaves the marker";
    }
    const app::Report check = run_check(system);
    if (check.outcome != app::Outcome::change_needed) {
        return "after the undo of an interrupted write check says " + told(check);
    }
    return {};
}

std::string Verifier::problem_of_old(const Medium& medium) const {
    MemorySystem system(medium, scenario_.file_system);
    const app::Report check = run_check(system);
    if (check.outcome != app::Outcome::change_needed) {
        return "the hive is the old one, and check says " + told(check);
    }
    Scenario fix = scenario_;
    fix.command = app::Command::fix;
    const app::Report fixed = run(system, fix);
    if (fixed.outcome != app::Outcome::fixed) {
        return "the hive is the old one, and fix says " + told(fixed);
    }
    if (system.seen().at(hive_path).content != scenario_.after) {
        return "fix makes another hive out of the old one than at first";
    }
    return {};
}

std::string Verifier::problem_of_new(const Medium& medium) const {
    MemorySystem system(medium, scenario_.file_system);
    Scenario again = scenario_;
    again.command = app::Command::fix;
    const app::Report fix = run(system, again);
    if (fix.outcome != app::Outcome::nothing_to_do || system.seen() != medium) {
        return "the hive is the new one, and fix says " + told(fix);
    }
    again.command = app::Command::undo;
    const app::Report undone = run(system, again);
    if (undone.outcome != app::Outcome::restored ||
        system.seen().at(hive_path).content != scenario_.before) {
        return "the hive is the new one, and undo says " + told(undone);
    }
    return {};
}

/// The hive keeps its metadata, and what holds a copy of it is no more open than it is.
std::string Verifier::problem_with_protection(const Medium& medium) const {
    StoredFile hive = medium.at(hive_path);
    StoredFile original = scenario_.start.at(hive_path);
    hive.content = original.content;
    if (hive != original) {
        return "the hive has lost some of its metadata";
    }
    for (const auto& [path, file] : medium) {
        if (path.find(".nlafix-") == std::string::npos || file.content.empty()) {
            continue;
        }
        constexpr std::uint32_t others = 077;
        if ((file.permissions & ~hive.permissions & others) != 0) {
            return path + " is readable by more people than the hive";
        }
        const auto descriptor = file.attributes.find(MemorySystem::descriptor_name);
        if (descriptor != file.attributes.end() &&
            *descriptor != *original.attributes.find(MemorySystem::descriptor_name)) {
            return path + " has another security descriptor than the hive";
        }
    }
    return {};
}

}  // namespace nlafix::test
