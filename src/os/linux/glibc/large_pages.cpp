// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/linux/large_pages.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <limits>

namespace nlafix::os {

void make_heap_of_large_pages(std::size_t bytes) {
    constexpr std::size_t page_bytes = 4096;
    constexpr int never = std::numeric_limits<int>::max();
    // Blocks from the heap alone, and none of it given back when it is free.
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the process has one thread
    if (::mallopt(M_MMAP_MAX, 0) == 0 || ::mallopt(M_TRIM_THRESHOLD, never) == 0) return;
    void* const room = std::malloc(bytes);
    if (room == nullptr) return;
    // madvise wants whole pages.
    const std::size_t past_page = reinterpret_cast<std::uintptr_t>(room) % page_bytes;
    const std::size_t to_page = past_page == 0 ? 0 : page_bytes - past_page;
    if (to_page < bytes) {
        const std::size_t pages = (bytes - to_page) / page_bytes * page_bytes;
        static_cast<void>(::madvise(static_cast<char*>(room) + to_page, pages, MADV_HUGEPAGE));
    }
    std::free(room);
}

}  // namespace nlafix::os
