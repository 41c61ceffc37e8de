// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a hive with logs of the new format (packed_hive.h says how): the replay ends, in
// bounded memory, in a refusal or in an image with a good base block.
#include <cstddef>
#include <cstdint>

#include "packed_hive.h"

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

/// Without right checksums and hashes no log would ever be applied.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
    size = LLVMFuzzerMutate(data, size, max_size);
    nlafix::test::mend(data, size, seed);
    return size;
}
#endif

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    nlafix::test::require_good_replay(nlafix::test::unpack(data, size));
    return 0;
}
