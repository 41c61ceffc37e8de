// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/linux/large_pages.h"

namespace nlafix::os {

void make_heap_of_large_pages(std::size_t) {}  // there is no mallopt(3)

}  // namespace nlafix::os
