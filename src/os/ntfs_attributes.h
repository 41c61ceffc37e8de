// SPDX-License-Identifier: GPL-2.0-or-later
// What a mounted NTFS volume shows of a file beside its content: extended attributes that no list
// of them names.
// Owns: their names.
// Never: sets one.
#pragma once

#include <array>
#include <optional>

#include "base/bytes.h"
#include "os/file.h"

namespace nlafix::os {

/// The security descriptor as the two NTFS drivers of Linux show it; neither lists these names.
inline constexpr std::array<const char*, 2> descriptor_names = {"system.ntfs_acl",
                                                                "system.ntfs_security"};

/// Nothing where the file system knows no such attribute. Any other failure is an Error.
std::optional<Bytes> attribute_of(const File& file, const char* name);

/// The self-relative security descriptor; nothing where the file system has none. Throws Error.
std::optional<Bytes> descriptor_of(const File& file);

}  // namespace nlafix::os
