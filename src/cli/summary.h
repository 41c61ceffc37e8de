// SPDX-License-Identifier: GPL-2.0-or-later
// What many TARGETs came to, for a person who cannot read them all.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "app/report.h"

namespace nlafix::cli {

class Summary {
public:
    void add(const app::Report& report);

    /// "1,000 hives: 250 in order, 748 need a change, 1 refused, 1 error", and a line for each that
    /// failed, a hundred at most. Empty for a few: they can be read.
    std::string text() const;

private:
    std::size_t total_ = 0;
    std::map<std::string, std::size_t> counts_;  // by the words of the line
    std::vector<std::string> failures_;
};

}  // namespace nlafix::cli
