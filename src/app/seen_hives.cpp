// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/seen_hives.h"

#include <algorithm>

namespace nlafix::app {
namespace {

bool is_same_hive(const Report& a, const Report& b) {
    return a.place == b.place || (a.identity && a.identity == b.identity);
}

}  // namespace

SeenHives::Entry* SeenHives::find(const Report& report) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return is_same_hive(entry.report, report);
    });
    return found == entries_.end() ? nullptr : &*found;
}

std::optional<Report> SeenHives::claim(const Report& report) {
    std::unique_lock<std::mutex> lock(mutex_);
    Entry* entry = find(report);
    if (entry == nullptr) {
        entries_.push_back({report});
        return std::nullopt;
    }
    while (entry->claimed) {
        finished_.wait(lock);
        entry = find(report);  // the list may have moved
    }
    entry->claimed = true;
    return entry->report;
}

void SeenHives::finish(const Report& report) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        Entry* const entry = find(report);
        if (entry == nullptr) return;
        if (!report.repeats) entry->report = report;
        entry->claimed = false;
    }
    finished_.notify_all();
}

}  // namespace nlafix::app
