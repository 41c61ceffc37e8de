// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/log_budget.h"

namespace nlafix::source {

LogBudget::LogBudget(std::uint64_t hive_bytes) : left_(least + 4 * hive_bytes) {}

std::string LogBudget::refusal_of(std::uint64_t size_bytes, std::uint64_t allocated_bytes) {
    if (size_bytes > left_) {
        return "its " + std::to_string(size_bytes) +
               " bytes are more than the logs of this hive can have";
    }
    const std::uint64_t unstored = size_bytes > allocated_bytes ? size_bytes - allocated_bytes : 0;
    if (unstored > unstored_left_) {
        return "it claims " + std::to_string(size_bytes) + " bytes, of which the disk stores " +
               std::to_string(allocated_bytes);
    }
    left_ -= size_bytes;
    unstored_left_ -= unstored;
    return {};
}

}  // namespace nlafix::source
