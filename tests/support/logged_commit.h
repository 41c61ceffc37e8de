// SPDX-License-Identifier: GPL-2.0-or-later
// A hive with its logs, the edit of it, and the write with the log first that brings it to a disk.
// Owns: what such a write begins with, is to end in, and its epochs; files in memory that epochs
//   are carried out on. Never: carries one out.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "commit/medium.h"
#include "epoch_states.h"
#include "log_first_hives.h"
#include "recovery/log_first.h"

namespace nlafix::test {

std::vector<recovery::LogFile> logs_in(const Files& files, const std::vector<NamedLog>& names);

struct LoggedCommit {
    LoggedHive hive;
    Files start;
    Bytes old_content;
    Bytes edited;
    Bytes wanted;  // the same, with the sequence numbers that `plan` ends with
    recovery::LogFirst plan;

    explicit LoggedCommit(LoggedHive logged, recovery::Growth growth = recovery::Growth::allowed);
};

/// Files in memory, as what epochs are carried out on.
class FilesMedium final : public commit::Medium {
public:
    explicit FilesMedium(Files files) : files_(std::move(files)) {}
    std::uint64_t size_bytes(FileIndex file) override { return files_.at(file).size(); }
    void read(FileIndex file, MutableByteView into, std::uint64_t offset) override;
    void write(FileIndex file, ByteView from, std::uint64_t offset) override {
        apply_epoch({"", {{file, offset, Bytes(from.begin(), from.end())}}}, files_);
    }
    void resize(FileIndex file, std::uint64_t size) override { files_.at(file).resize(size); }
    void flush(FileIndex) override {}

private:
    Files files_;
};

/// The same for the same bytes alone.
std::string digest_of_all(const Files& files);

}  // namespace nlafix::test
