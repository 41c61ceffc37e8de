// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/posix/descriptor.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace nlafix::os {

void Descriptor::reset(int fd) {
    if (fd_ >= 0) static_cast<void>(::close(fd_));
    fd_ = fd;
}

int Descriptor::release() {
    return std::exchange(fd_, -1);
}

int make_socket_pair(int type, Descriptor& one, Descriptor& other) {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, type, 0, ends) != 0) return errno;
    one.reset(ends[0]);
    other.reset(ends[1]);
    for (const int end : ends) {
        if (::fcntl(end, F_SETFD, FD_CLOEXEC) < 0) return errno;
    }
    return 0;
}

}  // namespace nlafix::os
