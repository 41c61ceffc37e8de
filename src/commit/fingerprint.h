// SPDX-License-Identifier: GPL-2.0-or-later
// What a whole file is recognised by.
// Owns: that a file is read piece by piece for it.
#pragma once

#include <cstdint>
#include <string>

#include "base/epoch.h"
#include "os/file.h"

namespace nlafix::commit {

/// Size and XXH3-128 of a whole file.
struct Fingerprint {
    std::uint64_t size_bytes = 0;
    std::string digest;
    bool operator==(const Fingerprint&) const = default;
};

Fingerprint fingerprint_of(ByteView bytes);
Fingerprint fingerprint_of(const PatchedFile& file);
/// Of what is in `file`; of its first `most_bytes` where it is longer. Throws Error(io_error).
Fingerprint fingerprint_of(const os::File& file, std::uint64_t most_bytes);

}  // namespace nlafix::commit
