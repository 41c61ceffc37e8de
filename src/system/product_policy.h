// SPDX-License-Identifier: GPL-2.0-or-later
// Control\ProductOptions\ProductPolicy: what the edition of this Windows is licensed to do.
// Layout: a header of 20 bytes (size of all, size of the entries, ...), then entries: size, length
// of the name, type, length of the data (16 bits each), 8 bytes of flags, the name in UTF-16, the
// data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "regf/key_node.h"

namespace nlafix::system {

class ProductPolicy {
public:
    /// That of the control set `set`; empty where it is absent or cannot be read.
    explicit ProductPolicy(const regf::KeyNode& set);

    /// Found without regard to case, in time linear in the policy; nothing where there is none of
    /// that type.
    std::optional<std::uint32_t> number(std::string_view name) const;
    std::string text(std::string_view name) const;

private:
    std::optional<ByteView> find(std::string_view name, std::uint32_t type) const;

    Bytes data_;
};

}  // namespace nlafix::system
