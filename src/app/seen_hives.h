// SPDX-License-Identifier: GPL-2.0-or-later
// The hives that this run has seen: one that is given twice, by whatever name, is done once, and
// never by two threads at a time.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "app/report.h"

namespace nlafix::app {

class SeenHives {
public:
    /// Makes the hive of `report` (its place and identity) the caller's, until finish(); waits
    /// while it is another's. Returns the report of the TARGET that had it before, if there was
    /// one.
    std::optional<Report> claim(const Report& report);

    /// Gives back what `report` claimed. A report that only repeats an earlier one is not kept.
    void finish(const Report& report);

private:
    struct Entry {
        Report report;
        bool claimed = true;
    };
    Entry* find(const Report& report);

    std::mutex mutex_;
    std::condition_variable finished_;
    std::vector<Entry> entries_;
};

}  // namespace nlafix::app
