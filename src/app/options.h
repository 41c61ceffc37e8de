// SPDX-License-Identifier: GPL-2.0-or-later
// What a user may choose.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "disk/image/image_format.h"
#include "nla/repair.h"
#include "recovery/clean_hive.h"
#include "system/control_sets.h"

namespace nlafix::app {

/// What `Options::also` may name.
using nla::is_repair;
using nla::repairs;

struct Options {
    system::Choice control_sets;
    bool dry_run = false;
    bool create_missing = false;
    bool add_tspkg_anyway = false;  // also where its file is not on the volume
    bool is_only_target = false;    // of its command: one that is skipped is an error then
    bool strict = false;            // check: a finding that blocks is a change that is needed
    std::vector<std::string> also;  // codes of repairs that were asked for
    recovery::LogPolicy logs = recovery::LogPolicy::apply;
    std::string backup_folder;               // empty: beside the hive
    std::string undo_target;                 // empty: what the manifest names
    std::string output;                      // of recover
    bool accept_damage = false;              // recover: a damaged hive is no failure
    std::optional<std::uint32_t> partition;  // of a disk with more than one Windows
    std::string windows_folder;              // of a volume with more than one; empty: any
    std::optional<disk::ImageFormat> image_format;
    bool trust_image_references = false;
    /// Told what begins, for a person who waits; may be empty.
    std::function<void(const char* step)> progress;

    void begins(const char* step) const {
        if (progress) progress(step);
    }
};

}  // namespace nlafix::app
