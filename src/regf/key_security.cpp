// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/key_security.h"

#include "base/error.h"

namespace nlafix::regf {

KeySecurity::KeySecurity(const Hive& hive, CellOffset offset) : cell_(hive.cell(offset)) {
    constexpr std::uint16_t signature = 0x6b73;  // "sk"
    constexpr std::size_t descriptor_at = 20;
    if (cell_.size() < descriptor_at || u16_at(cell_, 0) != signature) {
        throw Error(ErrorCode::malformed_hive, "key security: no signature \"sk\"")
            .offset(offset_in_file(offset));
    }
    if (u32_at(cell_, 16) > cell_.size() - descriptor_at) {
        throw Error(ErrorCode::malformed_hive, "key security: a descriptor of " +
                                                   std::to_string(u32_at(cell_, 16)) +
                                                   " bytes does not fit into its cell")
            .offset(offset_in_file(offset));
    }
}

}  // namespace nlafix::regf
