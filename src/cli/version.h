// SPDX-License-Identifier: GPL-2.0-or-later
// What `nlafix --version` prints.
#pragma once

#include <string>

namespace nlafix::cli {

/// Lines of text, without a line end behind the last one. The first is "nlafix 1.0.0".
std::string version_text();

}  // namespace nlafix::cli
