// SPDX-License-Identifier: GPL-2.0-or-later
// What an edit will need, before it is made.
// Owns: the arithmetic of how hivex allocates cells, and which pages of a hive it touches.
// Never: runs hivex, or says what the edited bytes will be.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "nla/plan.h"
#include "recovery/clean_hive.h"
#include "regf/cell_set.h"

namespace nlafix::hivex {

class Outline {
public:
    /// `hive` must outlive it. Throws Error(malformed_hive) for a key that cannot be read.
    Outline(const recovery::CleanHive& hive, const nla::Plan& plan);

    /// Of the image that edit_image makes.
    std::uint64_t size_bytes() const;
    /// An image of that size, with its sequence numbers, which differs from the hive in the pages
    /// in which the edited one will. For whoever has to find room for it; it is no hive.
    Bytes image() const;

private:
    class Maker;

    const recovery::CleanHive& hive_;
    std::vector<regf::CellOffset> touched_;  // cells that will differ at their start
    std::uint64_t old_end_ = 0;              // of the bins, in the file
    std::uint64_t new_end_ = 0;
};

}  // namespace nlafix::hivex
