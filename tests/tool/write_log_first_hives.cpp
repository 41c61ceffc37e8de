// SPDX-License-Identifier: GPL-2.0-or-later
// Writes the hives of log_first_hives.h, each into a folder of its own, for tests that run the
// program.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include "log_first_hives.h"

namespace {

void write(const std::filesystem::path& path, const nlafix::Bytes& bytes) {
    std::ofstream file(path, std::ios::binary);
    const void* const raw = bytes.data();
    file.write(static_cast<const char*>(raw), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) {
        std::fputs("usage: write_log_first_hives FOLDER\n", stderr);
        return 2;
    }
    try {
        for (const nlafix::test::LoggedHive& hive : nlafix::test::log_first_hives()) {
            const std::filesystem::path folder = std::filesystem::path(words[1]) / hive.name;
            std::filesystem::create_directory(folder);
            write(folder / "SYSTEM", hive.primary);
            for (const nlafix::test::NamedLog& log : hive.logs) {
                write(folder / ("SYSTEM" + log.suffix), log.bytes);
            }
        }
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "write_log_first_hives: %s\n", error.what());
        return 1;
    }
}
