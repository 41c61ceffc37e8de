// SPDX-License-Identifier: GPL-2.0-or-later
// A hive that lies in an NTFS volume of a disk or image, which is not mounted.
#pragma once

#include <memory>

#include "app/hive_place.h"

namespace nlafix::app {

/// Finds the one Windows on the disk that is the report's target, or that on options.partition;
/// fills in the report's location, identity and disk. Throws Error: what disk::open_disk throws;
/// several_windows with a table, no_windows, no_partition, bitlocker.
std::unique_ptr<HivePlace> find_on_disk(os::System& system, const Options& options, Report& report);

}  // namespace nlafix::app
