// SPDX-License-Identifier: GPL-2.0-or-later
// Large pages for a library that allocates by malloc.
#pragma once

#include <cstddef>

namespace nlafix::os {

/// Makes malloc take what follows from one range of address space of `bytes`, in large pages where
/// the kernel has some. Takes no memory before that is used. To be called while the process has one
/// thread; best effort.
void make_heap_of_large_pages(std::size_t bytes);

}  // namespace nlafix::os
