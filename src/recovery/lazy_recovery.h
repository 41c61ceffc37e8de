// SPDX-License-Identifier: GPL-2.0-or-later
// A hive of which single keys are looked up, with the pages of its logs laid over it.
// Owns: that a dirty hive is read only as its logs complete it, without a copy of it.
// Never: judges it as a whole, or gives a hive that could be edited (recovery/clean_hive.h does).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "recovery/dirty_state.h"
#include "regf/lazy_hive.h"

namespace nlafix::recovery {

class LazyRecovery {
public:
    /// Reads the head of `primary`, which must outlive the object, and asks for its logs where it
    /// is dirty. Throws Error for a hive that cannot be had, as recover() refuses it, and what
    /// `primary` and regf::LazyHive throw.
    LazyRecovery(ByteSource& primary, const std::function<std::vector<LogFile>()>& read_logs,
                 LogPolicy policy);

    const regf::LazyHive& hive() const { return *hive_; }
    bool recovered() const { return recovered_; }  // from logs
    const std::vector<std::string>& warnings() const { return warnings_; }

private:
    void apply_logs(ByteSource& primary, const regf::BaseBlock& base_block);
    void ignore_logs(ByteSource& primary, const regf::BaseBlock& base_block);

    std::vector<LogFile> logs_;
    std::unique_ptr<ByteSource> completed_;  // the primary file with what is laid over it
    std::unique_ptr<regf::LazyHive> hive_;
    bool recovered_ = false;
    std::vector<std::string> warnings_;
};

}  // namespace nlafix::recovery
