// SPDX-License-Identifier: GPL-2.0-or-later
// floor JOBS FLUSHES HIVE...: what no safe editor can go below, in plain system calls. Each HIVE is
// read, written twice (the backup, and the file that takes its name), and flushed FLUSHES times, at
// least once for each of the two. JOBS processes share the hives.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

bool write_flushed(const std::string& path, const char* data, std::size_t bytes, int flushes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
    bool good = file >= 0;
    for (std::size_t done = 0; good && done < bytes;) {
        const ssize_t written = ::write(file, data + done, bytes - done);
        good = written > 0;
        done += good ? static_cast<std::size_t>(written) : 0;
    }
    // Further flushes have something to flush, as those of a record have.
    for (int i = 0; good && i < flushes; ++i) {
        good = (i == 0 || ::pwrite(file, data, 1, 0) == 1) && ::fsync(file) == 0;
    }
    return good && ::close(file) == 0;
}

bool replace(const std::string& path, int flushes) {
    const int file = ::open(path.c_str(), O_RDONLY);
    struct stat status = {};
    if (file < 0 || ::fstat(file, &status) != 0) return false;
    const auto bytes = static_cast<std::size_t>(status.st_size);
    // No zeros first: that would be one more pass.
    const std::unique_ptr<char[]> data(new char[bytes]);
    if (::read(file, data.get(), bytes) != status.st_size) return false;
    ::close(file);
    return write_flushed(path + ".bak", data.get(), bytes, flushes - 1) &&
           write_flushed(path + ".new", data.get(), bytes, 1) &&
           std::rename((path + ".new").c_str(), path.c_str()) == 0;
}

}  // namespace

int main(int argc, char** argv) {
    const int jobs = argc > 3 ? std::atoi(argv[1]) : 0;
    if (jobs < 1 || std::atoi(argv[2]) < 2) return 2;
    for (int job = 0; job < jobs; ++job) {
        if (job + 1 < jobs && ::fork() != 0) continue;  // the last share is the parent's own
        for (int i = 3 + job; i < argc; i += jobs) {
            if (!replace(argv[i], std::atoi(argv[2]))) return 1;
        }
        if (job + 1 < jobs) return 0;
    }
    int status = 0;
    bool good = true;
    while (::wait(&status) > 0) good = good && status == 0;
    return good ? 0 : 1;
}
