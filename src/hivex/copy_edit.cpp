// SPDX-License-Identifier: GPL-2.0-or-later
#include "hivex/copy_edit.h"

#include <cerrno>

#include "base/error.h"
#include "hivex/edit_message.h"
#include "hivex/iconv_check.h"
#include "os/confined_process.h"

namespace nlafix::hivex {
namespace {

constexpr std::uint64_t mb = 1'000'000;

// Each of a few edits has less than the 1,000,000 bytes that hivex takes for a value.
constexpr std::size_t most_request_bytes = 64 * mb;

/// In the confined process.
void edit_confined(os::Handle channel, const std::vector<std::string>& paths) {
    os::System& system = os::real_system();
    const auto message = os::receive_message(system, channel, most_request_bytes);
    if (!message) return;
    const Outcome outcome = make_calls(paths[0], unpacked_edits(*message));
    static_cast<void>(os::send_message(system, channel, packed(outcome)));
}

os::ConfinedJob job_for(os::ScratchFile& copy, std::uint64_t bytes) {
    os::ConfinedJob job;
    job.work = edit_confined;
    job.prepare = keep_conversions;
    job.files = {{copy.file().handle(), copy.has_name() ? copy.path() : "", true}};
    job.cpu_seconds = static_cast<std::uint32_t>(10 + bytes / mb);
    job.memory_bytes = 8 * bytes + 256 * mb;
    // A value list that is written anew may make it grow by some of its length.
    job.largest_file_bytes = 2 * bytes + 16 * mb;
    return job;
}

std::string action_of(const Outcome& outcome, const nla::PlannedEdit& edit) {
    switch (outcome.step) {
        case Step::open: return "does not open the hive";
        case Step::root: return "finds no root key";
        case Step::child: return "does not find the key \"" + edit.path[outcome.depth] + "\"";
        case Step::set_value: return "does not set the value \"" + edit.value + "\"";
        case Step::remove_value: return "does not remove the value \"" + edit.value + "\"";
        case Step::commit: return "does not write the edited copy";
        case Step::done:
        case Step::other_key: break;
    }
    return "finds another key than the one to be edited: two have the same name";
}

void require_done(const Outcome& outcome, const std::vector<nla::PlannedEdit>& edits) {
    if (outcome.step == Step::done) return;
    const auto number = static_cast<int>(outcome.number);
    const bool machine = number == ENOMEM || number == ENOSPC || number == EIO ||
                         number == EDQUOT || number == EMFILE;
    throw Error(machine ? ErrorCode::io_error : ErrorCode::hivex_refused,
                "hivex " + action_of(outcome, edits[outcome.edit]))
        .system_error(number)
        .hint(machine                           ? "free some memory, then run it again"
              : outcome.step == Step::other_key ? "look at the hive with hivexregedit --export"
                                                : "this hive needs another editor");
}

}  // namespace

std::vector<std::string> edit_copy(os::System& system, os::ScratchFile& copy, std::uint64_t bytes,
                                   const std::vector<nla::PlannedEdit>& edits) {
    auto process = os::ConfinedProcess::start(system, job_for(copy, bytes), "hivex");
    if (!process) {
        require_done(make_calls(copy.path(), edits), edits);
        return {};
    }
    const auto outcome = unpacked_outcome(process->ask(packed(edits), packed_outcome_bytes), edits);
    if (!outcome) throw process->stopped("gave an answer that it cannot give");
    // No hive of this size needs what it may have.
    if (process->walls().rlimits && (outcome->number == ENOMEM || outcome->number == EFBIG)) {
        throw process->stopped("wanted more memory or room than it may have, and was stopped");
    }
    require_done(*outcome, edits);
    return os::words_of(process->walls());
}

}  // namespace nlafix::hivex
