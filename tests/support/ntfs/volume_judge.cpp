// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntfs/volume_judge.h"

#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

namespace nlafix::test {
namespace {

using Extents = std::vector<std::pair<std::int64_t, std::int64_t>>;  // cluster, count; -1: a hole

std::uint64_t number(const Bytes& bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i > 0; --i) {
        value = value << 8 | std::to_integer<std::uint64_t>(bytes.at(at + i - 1));
    }
    return value;
}

/// Little-endian, with a sign.
std::int64_t delta(const Bytes& bytes, std::size_t at, std::size_t size) {
    const auto value = static_cast<std::int64_t>(number(bytes, at, size));
    const std::int64_t range = size < 8 ? std::int64_t{1} << (8 * size) : 0;
    return size < 8 && value >= range / 2 ? value - range : value;
}

Extents extents_of(const Bytes& record, std::size_t attribute) {
    Extents extents;
    std::size_t at = attribute + number(record, attribute + 0x20, 2);
    std::int64_t cluster = 0;
    while (number(record, at, 1) != 0) {
        const std::size_t count_size = number(record, at, 1) & 15;
        const std::size_t place_size = number(record, at, 1) >> 4;
        const std::int64_t count = delta(record, at + 1, count_size);
        cluster += place_size == 0 ? 0 : delta(record, at + 1 + count_size, place_size);
        extents.emplace_back(place_size == 0 ? -1 : cluster, count);
        at += 1 + count_size + place_size;
    }
    return extents;
}

class Judge {
public:
    explicit Judge(disk::BlockDevice& device) : device_(device) {
        const Bytes boot = read(0, 512);
        cluster_bytes_ = number(boot, 11, 2);
        const std::uint64_t per_cluster = number(boot, 13, 1);
        const std::uint64_t factor =
            per_cluster <= 128 ? per_cluster : std::uint64_t{1} << (256 - per_cluster);
        clusters_ = number(boot, 40, 8) / factor;
        cluster_bytes_ *= factor;
        const std::int64_t record = delta(boot, 64, 1);
        record_bytes_ = record > 0 ? static_cast<std::uint64_t>(record) * cluster_bytes_
                                   : std::uint64_t{1} << -record;
        mft_ = {{static_cast<std::int64_t>(number(boot, 48, 8)),
                 static_cast<std::int64_t>(record_bytes_ / cluster_bytes_ + 1)}};
        mft_ = data_of(0);
    }

    VolumeFindings judge() {
        VolumeFindings findings;
        std::vector<unsigned char> uses(clusters_);
        std::uint64_t records = 0;
        for (const auto& [cluster, count] : mft_) {
            records += static_cast<std::uint64_t>(count) * cluster_bytes_ / record_bytes_;
        }
        for (std::uint64_t i = 0; i < records; ++i) {
            count_uses(i, uses, findings);
        }
        const Bytes bitmap = whole(data_of(6));
        for (std::uint64_t i = 0; i < clusters_; ++i) {
            const bool marked = (number(bitmap, i / 8, 1) >> (i % 8) & 1) != 0;
            findings.used_but_free += uses[i] != 0 && !marked ? 1U : 0U;
            findings.leaked += uses[i] == 0 && marked ? 1U : 0U;
        }
        return findings;
    }

private:
    Bytes read(std::uint64_t offset, std::size_t size) {
        Bytes bytes(size);
        device_.read(bytes, offset);
        return bytes;
    }

    Bytes whole(const Extents& extents) {
        Bytes bytes;
        for (const auto& [cluster, count] : extents) {
            const Bytes piece = read(static_cast<std::uint64_t>(cluster) * cluster_bytes_,
                                     static_cast<std::size_t>(count) * cluster_bytes_);
            bytes.insert(bytes.end(), piece.begin(), piece.end());
        }
        return bytes;
    }

    /// Empty where it is torn; a record that was never used is all zeros.
    Bytes record(std::uint64_t index) {
        std::uint64_t at = index * record_bytes_;
        for (const auto& [cluster, count] : mft_) {
            const std::uint64_t size = static_cast<std::uint64_t>(count) * cluster_bytes_;
            if (at < size) {
                Bytes bytes =
                    read(static_cast<std::uint64_t>(cluster) * cluster_bytes_ + at, record_bytes_);
                return number(bytes, 0, 4) == 0 || mend(bytes) ? bytes : Bytes();
            }
            at -= size;
        }
        throw std::runtime_error("a record behind the end of the MFT");
    }

    bool mend(Bytes& bytes) const {
        if (std::memcmp(bytes.data(), "FILE", 4) != 0) {
            return false;
        }
        const std::size_t array = number(bytes, 4, 2);
        for (std::size_t i = 1; i <= record_bytes_ / 512; ++i) {
            if (number(bytes, i * 512 - 2, 2) != number(bytes, array, 2)) {
                return false;
            }
            std::memcpy(&bytes.at(i * 512 - 2), &bytes.at(array + 2 * i), 2);
        }
        return true;
    }

    template <typename Visit>
    void for_each_attribute(const Bytes& bytes, Visit visit) {
        for (std::size_t at = number(bytes, 20, 2); number(bytes, at, 4) != 0xFFFFFFFF;
             at += number(bytes, at + 4, 4)) {
            if (number(bytes, at + 4, 4) == 0) {
                throw std::runtime_error("an attribute without a length");
            }
            visit(at);
        }
    }

    Extents data_of(std::uint64_t index) {
        Extents extents;
        const Bytes bytes = record(index);
        for_each_attribute(bytes, [&](std::size_t at) {
            if (number(bytes, at, 4) == 0x80 && number(bytes, at + 9, 1) == 0) {
                extents = extents_of(bytes, at);
            }
        });
        return extents;
    }

    void count_uses(std::uint64_t index, std::vector<unsigned char>& uses,
                    VolumeFindings& findings) {
        const Bytes bytes = record(index);
        findings.torn_records += bytes.empty() ? 1U : 0U;
        if (bytes.empty() || (number(bytes, 22, 2) & 1) == 0) {
            return;
        }
        for_each_attribute(bytes, [&](std::size_t at) {
            if (number(bytes, at + 8, 1) == 0) {
                return;
            }
            for (const auto& [cluster, count] : extents_of(bytes, at)) {
                for (std::int64_t i = 0; cluster >= 0 && i < count; ++i) {
                    unsigned char& used = uses.at(static_cast<std::size_t>(cluster + i));
                    findings.used_twice += used;
                    used = 1;
                }
            }
        });
    }

    disk::BlockDevice& device_;
    std::uint64_t cluster_bytes_ = 0;
    std::uint64_t clusters_ = 0;
    std::uint64_t record_bytes_ = 0;
    Extents mft_;
};

}  // namespace

VolumeFindings judge_volume(disk::BlockDevice& device) {
    try {
        return Judge(device).judge();
    } catch (const std::exception& error) {
        VolumeFindings findings;
        findings.unreadable = error.what();
        return findings;
    }
}

}  // namespace nlafix::test
