// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntfs/restart_pages.h"

#include <cstring>

namespace nlafix::test {
namespace {

void put(Bytes& bytes, std::size_t at, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        bytes[at + i] = static_cast<std::byte>(value >> (8 * i));
    }
}

}  // namespace

Bytes restart_pages(std::uint64_t file_bytes, Journal journal) {
    constexpr std::size_t page_bytes = 4096;
    constexpr std::size_t area = 0x30;
    constexpr std::size_t client = area + 0x40;
    constexpr std::uint64_t nobody = 0xffff;
    Bytes page(page_bytes);
    std::memcpy(page.data(), "RSTR", 4);
    put(page, 4, 0x1e, 2);  // update sequence array
    put(page, 6, page_bytes / 512 + 1, 2);
    put(page, 16, page_bytes, 4);
    put(page, 20, page_bytes, 4);
    put(page, 24, area, 2);
    const bool is_new = journal == Journal::fast_startup || journal == Journal::open_new;
    const bool is_open = journal == Journal::open || journal == Journal::open_new;
    put(page, 26, is_new ? 0 : 1, 2);
    put(page, 28, is_new ? 2 : 1, 2);
    put(page, area, 0x100000, 8);  // current LSN
    put(page, area + 8, 1, 2);     // one client
    put(page, area + 10, nobody, 2);
    put(page, area + 12, 0, 2);  // in use
    put(page, area + 14, is_open ? 0 : 2, 2);
    std::uint64_t bits = 67;
    for (std::uint64_t size = file_bytes; size != 0; size >>= 1) {
        --bits;
    }
    put(page, area + 16, bits, 4);
    put(page, area + 20, 0x40 + 160, 2);
    put(page, area + 22, 0x40, 2);
    put(page, area + 24, file_bytes, 8);
    put(page, area + 36, 0x30, 2);
    put(page, area + 38, 0x40, 2);
    put(page, client + 16, nobody, 2);
    put(page, client + 18, nobody, 2);
    put(page, client + 28, 8, 4);
    const char name[] = "N\0T\0F\0S";
    std::memcpy(page.data() + client + 32, name, 8);
    put(page, 0x1e, 1, 2);
    for (std::size_t end = 512; end <= page_bytes; end += 512) {
        put(page, end - 2, 1, 2);  // the words that were there are zeros, as is the array
    }
    Bytes both(2 * page_bytes);
    for (const std::size_t at : {std::size_t{0}, page_bytes}) {
        std::memcpy(both.data() + at, page.data(), page_bytes);
    }
    return both;
}

}  // namespace nlafix::test
