// SPDX-License-Identifier: GPL-2.0-or-later
// peak [--memory] COMMAND...: runs it, then prints on a line of its own the seconds it took, and
// the seconds of processor time, user and system, of it and all that it left behind.
// --memory: prints the peak of its memory in place of that, in bytes, of it and its children
// together. A page that they share counts once, and so does a memfd, which is memory although
// nobody maps it. Looking takes time, so it is a run of its own.
#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace {

using Files = std::map<ino_t, long>;  // memfds, and their bytes

void add_family(pid_t process, std::vector<pid_t>& family) {
    family.push_back(process);
    const std::string tasks = "/proc/" + std::to_string(process) + "/task";
    DIR* const folder = ::opendir(tasks.c_str());
    while (const dirent* const task = folder != nullptr ? ::readdir(folder) : nullptr) {
        std::ifstream children(tasks + "/" + task->d_name + "/children");
        for (pid_t child = 0; task->d_name[0] != '.' && children >> child;) {
            add_family(child, family);
        }
    }
    if (folder != nullptr) ::closedir(folder);
}

/// Its share of the pages that are not of memfds.
long bytes_of(pid_t process) {
    std::ifstream rollup("/proc/" + std::to_string(process) + "/smaps_rollup");
    long bytes = 0;
    for (std::string line; std::getline(rollup, line);) {
        long kilobytes = 0;
        if (std::sscanf(line.c_str(), "Pss_Anon: %ld", &kilobytes) == 1 ||
            std::sscanf(line.c_str(), "Pss_File: %ld", &kilobytes) == 1) {
            bytes += kilobytes * 1024;
        }
    }
    return bytes;
}

void add_memfds(pid_t process, Files& files) {
    const std::string path = "/proc/" + std::to_string(process) + "/fd";
    DIR* const folder = ::opendir(path.c_str());
    while (const dirent* const entry = folder != nullptr ? ::readdir(folder) : nullptr) {
        char target[64] = {};
        struct stat status = {};
        if (::readlinkat(::dirfd(folder), entry->d_name, target, sizeof target - 1) <= 0 ||
            std::strncmp(target, "/memfd:", 7) != 0 ||
            ::fstatat(::dirfd(folder), entry->d_name, &status, 0) != 0) {
            continue;
        }
        files[status.st_ino] = status.st_blocks * 512;
    }
    if (folder != nullptr) ::closedir(folder);
}

long bytes_of_family(pid_t process) {
    std::vector<pid_t> family;
    Files files;
    add_family(process, family);
    long bytes = 0;
    for (const pid_t member : family) {
        bytes += bytes_of(member);
        add_memfds(member, files);
    }
    for (const auto& file : files) bytes += file.second;
    return bytes;
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
    const bool memory = argc > 1 && std::strcmp(argv[1], "--memory") == 0;
    char** const command = argv + (memory ? 2 : 1);
    if (*command == nullptr) return 2;
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // a server that outlives its client is counted, too
    const auto started = std::chrono::steady_clock::now();
    const pid_t child = ::vfork();
    if (child == 0) {
        ::execvp(*command, command);
        ::_exit(127);
    }
    int status = 0;
    long most_bytes = 0;
    while (::waitpid(child, &status, memory ? WNOHANG : 0) == 0) {
        most_bytes = std::max(most_bytes, bytes_of_family(child));
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - started;
    while (::wait(nullptr) > 0) {
    }
    rusage usage = {};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    if (memory) {
        std::printf("\n%ld\n", most_bytes);
    } else {
        std::printf("\n%.6f %.6f %.6f\n", taken.count(), seconds(usage.ru_utime),
                    seconds(usage.ru_stime));
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
