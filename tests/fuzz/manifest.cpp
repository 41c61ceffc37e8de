// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a manifest, which may come from a hostile disk. One of megabytes is more than a
// fuzzer makes: what stands between the bytes 1 and 2 is repeated, so that all is over 1 MB.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "commit/journal.h"

namespace {

constexpr char begin_piece = 1;
constexpr char end_piece = 2;
constexpr std::size_t long_bytes = 1'500'000;

/// Calls `visit` for each part of `text`, with whether it is a piece to be repeated.
template <typename Visit>
void for_parts(std::string_view text, const Visit& visit) {
    while (!text.empty()) {
        const std::size_t begin = text.find(begin_piece);
        const std::size_t end =
            begin == std::string_view::npos ? begin : text.find(end_piece, begin);
        if (end == std::string_view::npos) {
            visit(text, false);
            return;
        }
        visit(text.substr(0, begin), false);
        visit(text.substr(begin + 1, end - begin - 1), true);
        text.remove_prefix(end + 1);
    }
}

std::string manifest_of(std::string_view text) {
    std::size_t repeated = 0;
    for_parts(text, [&](std::string_view part, bool is_piece) {
        repeated += is_piece ? part.size() : 0;
    });
    const std::size_t count = repeated == 0 ? 0 : long_bytes / repeated;
    std::string manifest;
    for_parts(text, [&](std::string_view part, bool is_piece) {
        for (std::size_t i = 0; i < (is_piece ? count : 1); ++i) manifest += part;
    });
    return manifest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace commit = nlafix::commit;
    const std::string manifest =
        manifest_of(std::string_view(reinterpret_cast<const char*>(data), size));
    std::string again;
    try {
        again = commit::to_json(commit::parse_journal(manifest));
    } catch (const nlafix::Error&) {
        return 0;  // an answer like any other
    }
    // What is written down is read as the same.
    if (commit::to_json(commit::parse_journal(again)) != again) std::abort();
    return 0;
}
