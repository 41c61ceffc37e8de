// SPDX-License-Identifier: GPL-2.0-or-later
#include "judged_states.h"

#include <fmt/core.h>

#include <cstdlib>

#include "base/error.h"
#include "logged_commit.h"
#include "recovery/bins_range.h"
#include "recovery/clean_hive.h"
#include "recovery/log_first.h"
#include "regf/base_block.h"

namespace nlafix::test {
namespace {

void put_text(std::ofstream& out, const std::string& text) {
    out << text << '\n';
}

std::string text_of(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_marked(ByteView hive) {
    const regf::BaseBlock head = regf::read_base_block(hive);
    return !head.sequence_numbers_agree() || !head.checksum_is_right();
}

}  // namespace

void FoundCount::add(Found found) {
    switch (found) {
        case Found::old_content: ++old_content; break;
        case Found::new_content: ++new_content; break;
        case Found::unfinished: ++unfinished; break;
        case Found::bad: ++bad; break;
    }
}

Found Judge::judge(const Files& files) const {
    try {
        const auto logs = logs_in(files, names_);
        const auto recovered = recovery::recover(files[0], logs, recovery::LogPolicy::apply);
        if (!recovered.hive) {
            return may_be_unfinished_ && is_marked(files[0]) ? Found::unfinished : Found::bad;
        }
        if (recovery::same_content(recovered.hive->image(), old_)) return Found::old_content;
        if (recovery::same_content(recovered.hive->image(), new_)) return Found::new_content;
    } catch (const Error&) {
        // No hive any more.
    }
    return Found::bad;
}

StateDump::StateDump(const std::string& name, const Judge& judge, const Files& start)
    : start_(start) {
    const char* folder = std::getenv("NLAFIX_DUMP_STATES");
    if (folder == nullptr) return;
    static int number = 0;
    out_.open(fmt::format("{}/{}.states", folder, ++number), std::ios::binary);
    put_text(out_, name);
    put_text(out_, judge.may_be_unfinished_ ? "may be unfinished" : "whole");
    put_text(out_, std::to_string(start.size()));
    for (std::size_t i = 0; i < start.size(); ++i) {
        put_text(out_, fmt::format("{} {}", i == 0 ? "primary" : judge.names_[i - 1].suffix,
                                   start[i].size()));
        out_ << text_of(start[i]);
    }
    for (const Bytes* content : {&judge.old_, &judge.new_}) {
        put_text(out_, std::to_string(content->size()));
        out_ << text_of(*content);
    }
}

void StateDump::add(const Files& files) {
    if (!out_.is_open()) return;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto writes = recovery::changed_sectors(i, start_[i], files[i], 0);
        put_text(out_, fmt::format("file {} {} {}", i, files[i].size(), writes.size()));
        for (const Write& write : writes) {
            put_text(out_, fmt::format("at {} {}", write.offset, write.after.size()));
            out_ << text_of(write.after);
        }
    }
    put_text(out_, "judge");
}

}  // namespace nlafix::test
