// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/file_use.h"

#include <cerrno>
#include <vector>

namespace nlafix::os {

std::optional<std::string> writer_of(const File& file) {
    const int probed = file.system().probe_use(file.handle());
    if (probed == 0) return std::nullopt;
    // Either somebody has it, and the processes say who, or they alone can say whether.
    if (auto process = writing_process(file)) return process;
    if (probed != EBUSY) return std::nullopt;
    return "another program, or the kernel for a loop device,";
}

std::optional<std::string> writing_process(const File& file) {
    std::vector<Process> writers;
    static_cast<void>(file.system().writers(file.handle(), writers));
    if (writers.empty()) return std::nullopt;
    std::string text =
        writers.front().name + " (process " + std::to_string(writers.front().id) + ")";
    if (writers.size() > 1) text += " and " + std::to_string(writers.size() - 1) + " more";
    return text;
}

}  // namespace nlafix::os
