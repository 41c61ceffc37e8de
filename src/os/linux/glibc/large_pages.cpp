// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/linux/large_pages.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <limits>

namespace nlafix::os {

void make_heap_of_large_pages(std::size_t bytes) {
    constexpr std::uintptr_t page_bytes = 4096;
    constexpr int never = std::numeric_limits<int>::max();
    // Blocks from the heap alone, and none of it given back when it is free.
    if (::mallopt(M_MMAP_MAX, 0) == 0 || ::mallopt(M_TRIM_THRESHOLD, never) == 0) return;
    void* const room = std::malloc(bytes);
    if (room == nullptr) return;
    const auto begin =
        (reinterpret_cast<std::uintptr_t>(room) + page_bytes - 1) & ~(page_bytes - 1);
    const auto end = (reinterpret_cast<std::uintptr_t>(room) + bytes) & ~(page_bytes - 1);
    if (begin < end) {
        static_cast<void>(::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE));
    }
    std::free(room);
}

}  // namespace nlafix::os
