// SPDX-License-Identifier: GPL-2.0-or-later
#include "logged_commit.h"

#include <utility>

#include "base/digest.h"
#include "hivex/edit_image.h"
#include "nla/diagnosis.h"
#include "nla/plan.h"
#include "os/system.h"
#include "recovery/clean_hive.h"
#include "regf/base_block.h"
#include "regf/hive.h"
#include "system/control_sets.h"

namespace nlafix::test {
namespace {

constexpr std::uint64_t edit_time = 132539328000000000;

Files files_of(const LoggedHive& hive) {
    Files files = {hive.primary};
    for (const NamedLog& log : hive.logs) files.push_back(log.bytes);
    return files;
}

}  // namespace

std::vector<recovery::LogFile> logs_in(const Files& files, const std::vector<NamedLog>& names) {
    std::vector<recovery::LogFile> logs;
    for (std::size_t i = 0; i < names.size(); ++i) {
        logs.push_back({"SYSTEM" + names[i].suffix, files[file_of_log(i)], ""});
    }
    return logs;
}

LoggedCommit::LoggedCommit(LoggedHive logged, recovery::Growth growth)
    : hive(std::move(logged)), start(files_of(hive)) {
    const auto logs = logs_in(start, hive.logs);
    auto recovered = recovery::recover(start[0], logs, recovery::LogPolicy::apply);
    const recovery::CleanHive clean = std::move(recovered.hive.value());
    old_content.assign(clean.image().begin(), clean.image().end());
    const regf::Hive parsed(clean.image());
    const auto sets = system::choose_control_sets(parsed, system::read_select(parsed), {});
    const nla::Plan edits = nla::make_plan(nla::diagnose(parsed, sets, {}), false);
    edited = hivex::edit_image(clean, edits, regf::CellSet(), edit_time, os::real_system()).bytes;
    wanted = edited;
    plan = recovery::plan_log_first({start[0], logs}, wanted, growth);
    if (!plan.possible()) return;
    regf::put_sequence_numbers(wanted, plan.final_sequence, plan.final_sequence);
    fill_in_before(plan.epochs, {start.begin(), start.end()});
}

void FilesMedium::read(FileIndex file, MutableByteView into, std::uint64_t offset) {
    const ByteView from = files_.at(file);
    for (std::size_t i = 0; i < into.size(); ++i) {
        into[i] = offset + i < from.size() ? from[offset + i] : std::byte{0};
    }
}

std::string digest_of_all(const Files& files) {
    std::string all;
    for (const Bytes& file : files) all += nlafix::digest_of(file) + ",";
    return all;
}

}  // namespace nlafix::test
