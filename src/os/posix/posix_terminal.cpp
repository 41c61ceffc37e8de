// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "os/terminal.h"

namespace nlafix::os {
namespace {

int descriptor_of(Stream stream) {
    return stream == Stream::output ? STDOUT_FILENO : STDERR_FILENO;
}

}  // namespace

bool is_terminal(Stream stream) {
    return ::isatty(descriptor_of(stream)) == 1;
}

std::size_t terminal_columns(Stream stream) {
    struct winsize size = {};
    return ::ioctl(descriptor_of(stream), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool write_all(Stream stream, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor_of(stream), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace nlafix::os
