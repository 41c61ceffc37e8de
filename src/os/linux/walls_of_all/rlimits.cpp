// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/resource.h>

#include <cstdint>

#include "os/linux/walls.h"

namespace nlafix::os {
namespace {

// The standard streams, the channel, two files of a job and what a parser opens for them.
constexpr std::uint64_t most_descriptors = 16;

template <typename Resource>
bool limit(Resource resource, std::uint64_t soft, std::uint64_t hard) {
    const struct rlimit both = {soft, hard};
    return ::setrlimit(resource, &both) == 0;
}

template <typename Resource>
bool limit(Resource resource, std::uint64_t value) {
    return limit(resource, value, value);
}

}  // namespace

bool limit_resources(const Leave& leave) {
    const ConfinedJob& job = *leave.job;
    // A core dump would hold what the hive holds. SIGXCPU says what ended the process; the hard
    // limit is for one that ignores it.
    return limit(RLIMIT_CORE, 0) && limit(RLIMIT_CPU, job.cpu_seconds, job.cpu_seconds + 1) &&
           limit(RLIMIT_AS, job.memory_bytes) && limit(RLIMIT_FSIZE, job.largest_file_bytes) &&
           limit(RLIMIT_NOFILE, most_descriptors) && limit(RLIMIT_NPROC, 0) &&
           limit(RLIMIT_MEMLOCK, 0) && limit(RLIMIT_MSGQUEUE, 0);
}

}  // namespace nlafix::os
