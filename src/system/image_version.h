// SPDX-License-Identifier: GPL-2.0-or-later
// Which Windows it is, as far as SYSTEM alone tells: the day that its image was built, its licence.
#pragma once

#include <optional>

#include "regf/key_node.h"
#include "system/windows_version.h"

namespace nlafix::system {

/// What SYSTEM says about its Windows. Updates that leave the image alone cannot be told apart:
/// then release and build name all of them ("1903 or 1909", "18362 or 18363"). Nothing where
/// SYSTEM says neither. Never throws for what is in the hive.
std::optional<WindowsVersion> read_image_version(const regf::KeyNode& set);

}  // namespace nlafix::system
