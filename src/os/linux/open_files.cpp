// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/linux/open_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>

namespace nlafix::os {
namespace {

// A process that changes its name may choose any.
constexpr std::size_t most_name_bytes = 64;

struct CloseFolder {
    void operator()(DIR* folder) const { static_cast<void>(::closedir(folder)); }
};

/// The names in `path` that are numbers.
std::vector<std::string> numbers_in(const std::string& path) {
    std::vector<std::string> numbers;
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
    if (!folder) return numbers;
    // Nobody else has this stream.
    while (const dirent* entry = ::readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe)
        const std::string name = entry->d_name;
        if (std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) {
            numbers.push_back(name);
        }
    }
    return numbers;
}

bool is_for_writing(const std::string& information) {
    std::ifstream file(information);
    for (std::string word; file >> word;) {
        unsigned flags = 0;
        if (word == "flags:" && file >> std::oct >> flags) return (flags & O_ACCMODE) != O_RDONLY;
    }
    return false;
}

bool writes(const std::string& process, const FileIdentity& identity) {
    for (const std::string& number : numbers_in(process + "/fd")) {
        struct stat status = {};
        if (::stat((process + "/fd/" + number).c_str(), &status) != 0) continue;
        if (FileIdentity{status.st_dev, status.st_ino} != identity) continue;
        if (is_for_writing(process + "/fdinfo/" + number)) return true;
    }
    return false;
}

}  // namespace

std::vector<Process> find_writers(const FileIdentity& identity) {
    std::vector<Process> writers;
    const std::string self = std::to_string(::getpid());
    for (const std::string& number : numbers_in("/proc")) {
        const std::string process = "/proc/" + number;
        if (number == self || !writes(process, identity)) continue;
        std::ifstream file(process + "/comm");
        std::string name;
        std::getline(file, name);
        writers.push_back({std::stoll(number), name.substr(0, most_name_bytes)});
    }
    return writers;
}

}  // namespace nlafix::os
