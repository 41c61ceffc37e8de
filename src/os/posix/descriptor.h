// SPDX-License-Identifier: GPL-2.0-or-later
// A descriptor that is closed unless it was given away.
#pragma once

namespace nlafix::os {

class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { reset(-1); }
    int get() const { return fd_; }
    void reset(int fd);
    int release();

private:
    int fd_;
};

/// Two connected sockets that no program inherits. 0 or an errno value.
int make_socket_pair(int type, Descriptor& one, Descriptor& other);

}  // namespace nlafix::os
