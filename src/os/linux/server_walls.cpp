// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/posix/server_walls.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "os/environment.h"
#include "os/linux/landlock.h"
#include "os/paths.h"

namespace nlafix::os {
namespace {

// Where the programs and libraries of Linux systems lie (the last two: NixOS and Guix).
constexpr const char* program_folders[] = {"/usr",   "/bin",   "/sbin",      "/lib",
                                           "/lib32", "/lib64", "/nix/store", "/gnu/store"};
// What loaders and libraries read when a program starts: lists of libraries, rules for ciphers.
constexpr const char* settings[] = {"/etc/ld.so.cache", "/etc/ld.so.preload",
                                    "/etc/ld-musl-x86_64.path", "/etc/ld-musl-aarch64.path"};
constexpr const char* setting_folders[] = {"/etc/gnutls", "/etc/crypto-policies"};
constexpr const char* sources[] = {"/dev/zero", "/dev/random", "/dev/urandom"};

std::vector<std::string> parts_of(const std::string& list) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(':', begin), list.size());
        if (end > begin) parts.push_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

/// Where execvp finds `program`; empty where it does not.
std::string path_of_program(const std::string& program) {
    if (program.find('/') != std::string::npos) return program;
    for (const std::string& folder : parts_of(environment_variable("PATH"))) {
        std::string path = join(folder, program);
        if (::access(path.c_str(), X_OK) == 0) return path;
    }
    return "";
}

/// The folder that `program` was installed in, with its libraries: above "bin" where it lies there.
std::string folder_of_program(const std::string& program) {
    std::string folder = folder_of(program);
    const std::string name = name_of(folder);
    if (name == "bin" || name == "sbin") folder = folder_of(folder);
    return folder;
}

std::vector<std::string> folders_of_programs(const std::string& program) {
    std::vector<std::string> folders(std::begin(program_folders), std::end(program_folders));
    const std::vector<std::string> libraries = parts_of(environment_variable("LD_LIBRARY_PATH"));
    folders.insert(folders.end(), libraries.begin(), libraries.end());
    const std::string path = path_of_program(program);
    if (path.empty()) return folders;
    folders.push_back(folder_of_program(path));
    if (char* const real = ::realpath(path.c_str(), nullptr)) {
        folders.push_back(folder_of_program(real));
        std::free(real);
    }
    return folders;
}

void allow_below(LandlockRules& rules, const std::string& folder) {
    const Descriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() >= 0) static_cast<void>(rules.allow_programs_below(opened.get()));
}

void allow_programs(LandlockRules& rules, const std::string& program) {
    for (const std::string& folder : folders_of_programs(program)) {
        if (folder != "/")
            allow_below(rules, folder);  // a program there has its libraries elsewhere
    }
}

/// What cannot be opened here, the server cannot open either, and says why.
bool allow_file(LandlockRules& rules, const std::string& path, bool writable) {
    const Descriptor opened(::open(path.c_str(), O_PATH | O_CLOEXEC));
    return opened.get() < 0 || rules.allow_file(opened.get(), writable);
}

void allow_settings(LandlockRules& rules) {
    for (const char* const folder : setting_folders) allow_below(rules, folder);
    for (const char* const path : settings) static_cast<void>(allow_file(rules, path, false));
    for (const char* const path : sources) static_cast<void>(allow_file(rules, path, false));
    static_cast<void>(allow_file(rules, "/dev/null", true));
}

bool allow_files(LandlockRules& rules, const std::vector<ConfinedFile>& files) {
    for (const ConfinedFile& file : files) {
        const bool allowed = file.handle >= 0 ? rules.allow_file(file.handle, file.writable)
                                              : allow_file(rules, file.path, file.writable);
        if (!allowed) return false;
    }
    return true;
}

}  // namespace

struct ServerWalls::Rules {
    explicit Rules(LandlockRules&& made) : landlock(std::move(made)) {}
    LandlockRules landlock;
};

ServerWalls::ServerWalls(const ServerJob& job) {
    if (!job.files || job.arguments.empty()) return;
    auto rules = LandlockRules::make();
    if (!rules) return;
    allow_programs(*rules, job.arguments[0]);
    allow_settings(*rules);
    if (allow_files(*rules, *job.files)) rules_ = std::make_unique<Rules>(std::move(*rules));
}

ServerWalls::~ServerWalls() = default;

Walls ServerWalls::raise() const {
    Walls walls;
    walls.landlock = rules_ != nullptr && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                     rules_->landlock.enforce();
    return walls;
}

}  // namespace nlafix::os
