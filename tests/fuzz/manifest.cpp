// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a manifest, which may come from a hostile disk.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "commit/journal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto journal = nlafix::commit::parse_journal(
            std::string_view(reinterpret_cast<const char*>(data), size));
        static_cast<void>(nlafix::commit::to_json(journal));
    } catch (const nlafix::Error&) {
        // An answer like any other.
    }
    return 0;
}
