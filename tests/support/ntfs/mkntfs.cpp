// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntfs/mkntfs.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <vector>

extern char** environ;

namespace nlafix::test {

void run_mkntfs(const std::string& path, const NtfsImageOptions& options) {
    std::vector<std::string> words = {
        "mkntfs", "-F",
        "-Q",     "-q",
        "-H",     "255",
        "-S",     "63",
        "-p",     std::to_string(options.offset_bytes / options.sector_bytes),
        "-s",     std::to_string(options.sector_bytes),
        "-c",     std::to_string(options.cluster_bytes),
        "-L",     options.label,
        path};
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    // It warns on both about files that are no block devices.
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    // Outside of root's PATH it lies all the same.
    pid_t child = 0;
    int error = ENOENT;
    for (const char* program : {"/usr/sbin/mkntfs", "/sbin/mkntfs", "/usr/bin/mkntfs"}) {
        error = posix_spawn(&child, program, &actions, nullptr, arguments.data(), environ);
        if (error == 0) {
            break;
        }
    }
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        throw std::runtime_error("mkntfs cannot be run");
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) {
        throw std::runtime_error("mkntfs does not make " + path);
    }
}

}  // namespace nlafix::test
