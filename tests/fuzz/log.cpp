// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a transaction log.
#include <cstddef>
#include <cstdint>

#include "recovery/transaction_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static_cast<void>(nlafix::recovery::summarize_log(
        nlafix::ByteView(reinterpret_cast<const std::byte*>(data), size)));
    return 0;
}
