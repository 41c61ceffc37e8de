// SPDX-License-Identifier: GPL-2.0-or-later
// One hivex handle.
// Owns: the handle.
// Never: sees an original: it is opened on private copies only (hivex/copy_edit.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace nlafix::hivex {

/// A key in an open hive; 4096 + offset of its cell in the hive bins data.
struct Node {
    std::size_t handle = 0;
};

/// Move-only. A call that fails returns nothing, or false, and leaves its reason in errno, 0 where
/// it has none; the hive in memory is in an unknown state then: throw it away.
class Handle {
public:
    /// Opens `path` for writing: hivex reads all of it and closes it again.
    static std::optional<Handle> open(const std::string& path);

    std::optional<Node> root();
    /// The subkey named `name` (UTF-8); hivex compares without regard to case in its own way.
    std::optional<Node> child(Node parent, const std::string& name);
    /// Sets one value; the others of the key are written anew with the same content.
    bool set_value(Node key, const std::string& name, std::uint32_t type, ByteView data);
    /// Takes the value of exactly this name away; the others are written anew, as above.
    bool remove_value(Node key, const std::string& name);
    /// Writes the hive to `path`, which is truncated first. Nothing is flushed.
    bool commit(const std::string& path);

private:
    struct Close {
        void operator()(void* handle) const;
    };
    explicit Handle(void* handle) : handle_(handle) {}

    std::unique_ptr<void, Close> handle_;
};

}  // namespace nlafix::hivex
