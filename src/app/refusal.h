// SPDX-License-Identifier: GPL-2.0-or-later
// The one list of reasons why a planned fix will not be written.
// Owns: the order in which they are asked, which check, fix -n and fix share.
// Never: opens anything for writing.
#pragma once

#include <optional>

#include "app/hive_place.h"
#include "app/inspection.h"
#include "base/error.h"

namespace nlafix::app {

/// The first reason that is known; nothing where fix may go on. docs/images.md names what cannot be
/// known before.
std::optional<Error> find_refusal(os::System& system, HivePlace& place,
                                  const source::HiveFiles& files, const Inspection& inspection,
                                  const Options& options);

}  // namespace nlafix::app
