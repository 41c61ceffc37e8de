// SPDX-License-Identifier: GPL-2.0-or-later
// Before against after, with our own reader, never with hivex.
// Owns: the only way to make an image that may be stored.
// Never: repairs.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "hivex/edit_image.h"
#include "nla/plan.h"
#include "recovery/clean_hive.h"

namespace nlafix::verify {

/// An edited hive that differs from the original in the planned values alone. Move-only.
class VerifiedImage {
public:
    VerifiedImage(VerifiedImage&&) = default;
    VerifiedImage& operator=(VerifiedImage&&) = default;

    ByteView bytes() const { return bytes_; }

private:
    friend VerifiedImage verify(const recovery::CleanHive&, const nla::Plan&, hivex::EditedImage,
                                std::optional<std::uint32_t>);
    explicit VerifiedImage(Bytes bytes) : bytes_(std::move(bytes)) {}

    Bytes bytes_;
};

/// Compares every byte, in time linear in the hive's size: every key, value, type, order, security
/// descriptor and class name must be as before, but for the planned values, the time of their keys,
/// and maximum lengths of these keys that grew (verify/explain.h). `before` must be sound. Base
/// block: nothing but sequence numbers, checksum, bins size and, where planned, the timestamp. Both
/// sequence numbers must be `final_sequence`, which the way of the write asks for; else those that
/// edit_image gives. Throws Error(verification_failed) that names the first difference.
VerifiedImage verify(const recovery::CleanHive& before, const nla::Plan& plan,
                     hivex::EditedImage after,
                     std::optional<std::uint32_t> final_sequence = std::nullopt);

}  // namespace nlafix::verify
