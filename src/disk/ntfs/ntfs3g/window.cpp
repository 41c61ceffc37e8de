// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <new>

#include "disk/ntfs/ntfs3g/library.h"

namespace nlafix::disk::ntfs3g {
namespace {

/// No operation of ours needs as many: a structure that leads in circles ends here.
constexpr std::uint64_t most_reads = std::uint64_t{1} << 20;

int keep_complaint(const char* /*function*/, const char* /*file*/, int /*line*/, u32 level,
                   void* /*data*/, const char* format, va_list arguments) {
    constexpr u32 serious = NTFS_LOG_LEVEL_ERROR | NTFS_LOG_LEVEL_PERROR | NTFS_LOG_LEVEL_CRITICAL;
    if ((level & serious) == 0 || !complaint().empty()) return 0;
    const int number = errno;
    char text[256];
    const int length = std::vsnprintf(text, sizeof text, format, arguments);
    try {
        if (length > 0) complaint() = text;
        while (!complaint().empty() && std::strchr("\n\r.: ", complaint().back()) != nullptr) {
            complaint().pop_back();
        }
    } catch (const std::bad_alloc&) {
        complaint().clear();
    }
    errno = number;
    return 0;
}

Window& window_of(ntfs_device* device) {
    return *static_cast<Window*>(device->d_private);
}

int window_open(ntfs_device* device, int /*flags*/) {
    if (NDevOpen(device) != 0) {
        errno = EBUSY;
        return -1;
    }
    NDevSetReadOnly(device);
    NDevSetOpen(device);
    return 0;
}

int window_close(ntfs_device* device) {
    device->d_state &= ~(1UL << ND_Open);
    return 0;
}

s64 window_seek(ntfs_device* device, s64 offset, int origin) {
    Window& window = window_of(device);
    const auto size = static_cast<s64>(window.range.size_bytes);
    const s64 base = origin == SEEK_SET   ? 0
                     : origin == SEEK_CUR ? static_cast<s64>(window.position)
                                          : size;
    s64 place = 0;
    if (__builtin_add_overflow(base, offset, &place) || place < 0 || place > size) {
        errno = EINVAL;
        return -1;
    }
    window.position = static_cast<std::uint64_t>(place);
    return place;
}

s64 window_read_at(ntfs_device* device, void* into, s64 count, s64 offset) {
    Window& window = window_of(device);
    if (count < 0 || offset < 0) {
        errno = EINVAL;
        return -1;
    }
    const auto from = static_cast<std::uint64_t>(offset);
    if (from >= window.range.size_bytes) return 0;
    const std::uint64_t length =
        std::min(static_cast<std::uint64_t>(count), window.range.size_bytes - from);
    if (++window.reads > most_reads) {
        errno = ELOOP;
        return -1;
    }
    try {
        window.device->read({static_cast<std::byte*>(into), static_cast<std::size_t>(length)},
                            window.range.offset + from);
        return static_cast<s64>(length);
    } catch (...) {
        window.failure = std::current_exception();
        errno = EIO;
        return -1;
    }
}

s64 window_read(ntfs_device* device, void* into, s64 count) {
    Window& window = window_of(device);
    const s64 done = window_read_at(device, into, count, static_cast<s64>(window.position));
    if (done > 0) window.position += static_cast<std::uint64_t>(done);
    return done;
}

s64 refuse_write(ntfs_device* /*device*/, const void* /*from*/, s64 /*count*/) {
    errno = EROFS;
    return -1;
}

s64 refuse_write_at(ntfs_device* /*device*/, const void* /*from*/, s64 /*count*/, s64 /*offset*/) {
    errno = EROFS;
    return -1;
}

int window_sync(ntfs_device* /*device*/) {
    return 0;
}

int window_stat(ntfs_device* device, struct stat* status) {
    *status = {};
    status->st_mode = S_IFREG | 0600;
    status->st_size = static_cast<off_t>(window_of(device).range.size_bytes);
    return 0;
}

int window_ioctl(ntfs_device* /*device*/, unsigned long /*request*/, void* /*argument*/) {
    errno = EOPNOTSUPP;
    return -1;
}

}  // namespace

std::string& complaint() {
    static thread_local std::string text;
    return text;
}

void set_up_library() {
    static std::once_flag done;
    std::call_once(done, [] {
        ntfs_log_set_handler(keep_complaint);
        ntfs_set_char_encoding("utf8");  // a rescue system may have no locale
    });
}

ntfs_device_operations window_operations = {
    window_open,    window_close,    window_seek, window_read, refuse_write,
    window_read_at, refuse_write_at, window_sync, window_stat, window_ioctl};

}  // namespace nlafix::disk::ntfs3g
