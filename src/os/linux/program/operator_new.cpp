// SPDX-License-Identifier: GPL-2.0-or-later
// Large blocks of memory in large pages, where the kernel has some: a hive is touched for the first
// time again and again, 4 KiB each time, which costs more than all that is done with its bytes.
// Owns: the operators new and delete of the program (madvise(2), MADV_HUGEPAGE).
// Never: takes more memory than a page more for a block.
#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t large_page_bytes = std::size_t{1} << 21;
// A block of one page and a half would be a third larger.
constexpr std::size_t large_block_bytes = 4 * large_page_bytes;

void* allocated(std::size_t bytes) {
    if (bytes < large_block_bytes) return std::malloc(bytes == 0 ? 1 : bytes);
    // Whole pages, which malloc's own ones around the block are not.
    void* block = nullptr;
    if (::posix_memalign(&block, large_page_bytes, bytes) != 0) return nullptr;
    // Best effort: the advice changes how fast it is, and nothing else.
    static_cast<void>(::madvise(block, bytes, MADV_HUGEPAGE));
    return block;
}

}  // namespace

void* operator new(std::size_t bytes) {
    for (;;) {
        if (void* const block = allocated(bytes)) return block;
        const std::new_handler handler = std::get_new_handler();
        if (handler == nullptr) throw std::bad_alloc();
        handler();
    }
}

void operator delete(void* block) noexcept {
    std::free(block);
}

void operator delete(void* block, std::size_t) noexcept {
    std::free(block);
}
