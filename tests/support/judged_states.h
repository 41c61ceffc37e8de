// SPDX-License-Identifier: GPL-2.0-or-later
// What Windows would make of a hive and its logs after a power cut.
// Owns: the judgement by the project's own recovery; the states for a judge in another program.
// Never: knows what was cut.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "epoch_states.h"
#include "log_first_hives.h"

namespace nlafix::test {

/// Unfinished is a hive that no reader takes for whole, with its logs or without.
enum class Found { old_content, new_content, unfinished, bad };

struct FoundCount {
    std::size_t old_content = 0;
    std::size_t new_content = 0;
    std::size_t unfinished = 0;
    std::size_t bad = 0;

    void add(Found found);
};

class Judge {
public:
    /// What it is given must outlive it.
    Judge(const std::vector<NamedLog>& names, const Bytes& old_content, const Bytes& new_content,
          bool may_be_unfinished = false)
        : names_(names),
          old_(old_content),
          new_(new_content),
          may_be_unfinished_(may_be_unfinished) {}

    Found judge(const Files& files) const;

private:
    friend class StateDump;
    const std::vector<NamedLog>& names_;
    const Bytes& old_;
    const Bytes& new_;
    bool may_be_unfinished_;
};

/// Different states for tests/tool/log_first_judge.py, where NLAFIX_DUMP_STATES is the folder that
/// they go to: the files at the start, old and new content, then for each state the sectors that
/// differ.
class StateDump {
public:
    /// `start` must outlive it.
    StateDump(const std::string& name, const Judge& judge, const Files& start);
    void add(const Files& files);

private:
    const Files& start_;
    std::ofstream out_;
};

}  // namespace nlafix::test
