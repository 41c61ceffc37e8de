// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/disk_record.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "commit/hex.h"

namespace nlafix::commit {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t sector_bytes = 512;

constexpr std::array<disk::CommitMethod, 3> methods = {disk::CommitMethod::runlist_switch,
                                                       disk::CommitMethod::log_first,
                                                       disk::CommitMethod::in_place};

[[noreturn]] void throw_malformed(const std::string& what) {
    throw Error(ErrorCode::malformed_backup, "the undo journal of the backup " + what)
        .hint("the backup's .bak file is the hive as it was; nothing was changed");
}

Bytes bytes_from(const ordered_json& json) {
    auto bytes = bytes_of_hex(json.get_ref<const std::string&>());
    if (!bytes) throw_malformed("has bytes that are not hexadecimal");
    return *std::move(bytes);
}

disk::DiskWrite write_from(const ordered_json& json, const disk::DiskRange& volume) {
    disk::DiskWrite write;
    write.offset = json.at("offset").get<std::uint64_t>();
    write.before = bytes_from(json.at("before"));
    write.after = bytes_from(json.at("after"));
    if (write.before.empty() || write.before.size() != write.after.size() ||
        write.before.size() % sector_bytes != 0 || write.offset % sector_bytes != 0 ||
        write.offset < volume.offset ||
        !range_is_inside(write.offset - volume.offset, write.before.size(), volume.size_bytes)) {
        throw_malformed("has a write that no fix makes");
    }
    return write;
}

disk::CommitMethod method_from(const std::string& word) {
    for (const disk::CommitMethod method : methods) {
        if (word == word_of(method)) return method;
    }
    throw_malformed("names no way of writing");
}

}  // namespace

const char* word_of(disk::CommitMethod method) {
    switch (method) {
        case disk::CommitMethod::runlist_switch: return "runlist-switch";
        case disk::CommitMethod::log_first: return "log-first";
        case disk::CommitMethod::in_place: break;
    }
    return "in-place";
}

ordered_json json_of(const DiskRecord& record) {
    ordered_json epochs = ordered_json::array();
    for (const disk::DiskEpoch& epoch : record.plan.epochs) {
        ordered_json writes = ordered_json::array();
        for (const disk::DiskWrite& write : epoch.writes) {
            writes.push_back({{"offset", write.offset},
                              {"before", hex_of(write.before)},
                              {"after", hex_of(write.after)}});
        }
        epochs.push_back(std::move(writes));
    }
    return {{"format", record.format},
            {"size_bytes", record.size_bytes},
            {"partition", record.partition},
            {"volume_offset", record.volume.offset},
            {"volume_size_bytes", record.volume.size_bytes},
            {"volume_id", record.volume_id},
            {"hive", record.hive},
            {"commit", word_of(record.plan.method)},
            {"epochs", std::move(epochs)}};
}

DiskRecord disk_record_from(const ordered_json& json) {
    DiskRecord record;
    record.format = json.at("format").get<std::string>();
    record.size_bytes = json.at("size_bytes").get<std::uint64_t>();
    record.partition = json.at("partition").get<std::uint32_t>();
    record.volume.offset = json.at("volume_offset").get<std::uint64_t>();
    record.volume.size_bytes = json.at("volume_size_bytes").get<std::uint64_t>();
    record.volume_id = json.at("volume_id").get<std::string>();
    record.hive = json.at("hive").get<std::string>();
    record.plan.method = method_from(json.at("commit").get<std::string>());
    if (!range_is_inside(record.volume.offset, record.volume.size_bytes, record.size_bytes)) {
        throw_malformed("names a volume that leaves its disk");
    }
    for (const ordered_json& writes : json.at("epochs")) {
        disk::DiskEpoch epoch;
        for (const ordered_json& write : writes) {
            epoch.writes.push_back(write_from(write, record.volume));
        }
        record.plan.epochs.push_back(std::move(epoch));
    }
    return record;
}

}  // namespace nlafix::commit
