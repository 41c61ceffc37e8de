// SPDX-License-Identifier: GPL-2.0-or-later
// peak COMMAND...: runs it, then prints on a line of its own how long it took, in seconds, and its
// peak resident memory, in bytes. A program of its own because a child inherits the high-water mark
// of whoever started it, and this one is small.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const auto started = std::chrono::steady_clock::now();
    const pid_t child = ::vfork();
    if (child == 0) {
        ::execvp(argv[1], argv + 1);
        ::_exit(127);
    }
    int status = 0;
    rusage usage = {};
    if (child < 0 || ::wait4(child, &status, 0, &usage) != child) return 126;
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - started;
    std::printf("\n%.6f %ld\n", taken.count(), usage.ru_maxrss * 1024);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
