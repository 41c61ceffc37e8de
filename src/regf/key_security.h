// SPDX-License-Identifier: GPL-2.0-or-later
// A key security item, "sk" (specification: key security).
#pragma once

#include "regf/hive.h"

namespace nlafix::regf {

/// A view of one item.
class KeySecurity {
public:
    /// Throws Error(malformed_hive) unless a whole item with the signature "sk" is at `offset`.
    KeySecurity(const Hive& hive, CellOffset offset);

    CellOffset next() const { return u32_at(cell_, 4); }      // "flink"
    CellOffset previous() const { return u32_at(cell_, 8); }  // "blink"
    std::uint32_t reference_count() const { return u32_at(cell_, 12); }
    /// The self-relative security descriptor.
    ByteView descriptor() const { return cell_.subspan(20, u32_at(cell_, 16)); }

private:
    ByteView cell_;
};

}  // namespace nlafix::regf
