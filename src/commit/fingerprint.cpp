// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/fingerprint.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"

namespace nlafix::commit {

Fingerprint fingerprint_of(ByteView bytes) {
    return {bytes.size(), digest_of(bytes)};
}

Fingerprint fingerprint_of(const PatchedFile& file) {
    std::uint64_t at = 0;
    const auto next = [&] {
        const ByteView piece = file.piece(at);
        at += piece.size();
        return piece;
    };
    return {file.size_bytes(), digest_of_pieces(next)};
}

Fingerprint fingerprint_of(const os::File& file, std::uint64_t most_bytes) {
    constexpr std::size_t piece_bytes = std::size_t{1} << 18;  // stays in the processor's cache
    Bytes buffer(piece_bytes);
    std::uint64_t at = 0;
    const auto next = [&] {
        const auto wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(piece_bytes, most_bytes - at));
        const std::size_t found = file.read_into(MutableByteView(buffer).first(wanted), at);
        at += found;
        return ByteView(buffer).first(found);
    };
    std::string digest = digest_of_pieces(next);
    return {at, std::move(digest)};
}

}  // namespace nlafix::commit
