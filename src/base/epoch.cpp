// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/epoch.h"

#include <algorithm>
#include <set>

namespace nlafix {

void apply_epoch(const Epoch& epoch, std::vector<Bytes>& files) {
    for (const Write& write : epoch.writes) {
        Bytes& file = files.at(write.file);
        const auto at = static_cast<std::size_t>(write.offset);
        file.resize(std::max(file.size(), at + write.bytes.size()));
        std::copy(write.bytes.begin(), write.bytes.end(),
                  file.begin() + static_cast<std::ptrdiff_t>(at));
    }
    for (const Resize& resize : epoch.resizes) {
        files.at(resize.file).resize(static_cast<std::size_t>(resize.size_bytes));
    }
}

std::vector<FileIndex> files_of(const Epoch& epoch) {
    std::set<FileIndex> files;
    for (const Write& write : epoch.writes) files.insert(write.file);
    for (const Resize& resize : epoch.resizes) files.insert(resize.file);
    return {files.begin(), files.end()};
}

Effort effort_of(const std::vector<Epoch>& epochs, std::size_t count) {
    Effort effort;
    for (std::size_t i = 0; i < std::min(count, epochs.size()); ++i) {
        for (const Write& write : epochs[i].writes) effort.bytes += write.bytes.size();
        effort.flushes += files_of(epochs[i]).size();
    }
    return effort;
}

}  // namespace nlafix
