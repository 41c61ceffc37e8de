// SPDX-License-Identifier: GPL-2.0-or-later
// What the tests of the search share: finding and reading in a folder of theirs.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "os/paths.h"
#include "source/find_hive.h"
#include "source/read_hive.h"
#include "temp_folder.h"
#include "thrown.h"

namespace nlafix::test {

/// The hive's path within the folder, or the word of the error.
inline std::string found(const TempFolder& folder, const std::string& target) {
    std::string path;
    const auto error = error_of([&] {
        const std::string full = target.empty() ? folder.path() : folder / target;
        path = source::find_hive(os::real_system(), full).path;
    });
    if (error) return std::string(word_of(error->code()));
    REQUIRE(with_slashes(path).find(with_slashes(folder.path()) + "/") == 0);
    return with_slashes(path).substr(folder.path().size() + 1);
}

inline source::HiveFiles read(os::System& system, const std::string& path) {
    return source::read_hive(os::File::open(system, path, {}));
}

}  // namespace nlafix::test
