// SPDX-License-Identifier: GPL-2.0-or-later
// The structure and the rights are those of the kernel's UAPI (include/uapi/linux/landlock.h, ABI
// 6); the header of the C library may be older than the kernel, so both are written out here.
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "os/linux/landlock.h"

namespace nlafix::os {
namespace {

constexpr std::uint64_t execute = 1ULL << 0;
constexpr std::uint64_t write_file = 1ULL << 1;
constexpr std::uint64_t read_file = 1ULL << 2;
constexpr std::uint64_t read_folder = 1ULL << 3;
constexpr std::uint64_t truncate_file = 1ULL << 14;
constexpr std::uint64_t control_device = 1ULL << 15;

constexpr std::uint32_t ask_for_version = 1;
constexpr int path_beneath = 1;

struct Ruleset {
    std::uint64_t file_rights = 0;
    std::uint64_t network_rights = 0;
    std::uint64_t scopes = 0;
};

struct [[gnu::packed]] Rule {
    std::uint64_t rights;
    std::int32_t file;
};

/// All that each version of the ABI can take away; a kernel refuses what it does not know.
Ruleset everything(long abi) {
    struct Addition {
        long abi;
        Ruleset rights;
    };
    static constexpr std::array<Addition, 6> additions = {{
        {1, {0x1FFF, 0, 0}},      // execute, read, write, and the names in folders
        {2, {1ULL << 13, 0, 0}},  // to move a file to another folder
        {3, {truncate_file, 0, 0}},
        {4, {0, 3, 0}},  // to bind and connect TCP
        {5, {control_device, 0, 0}},
        {6, {0, 0, 3}},  // abstract sockets and signals of others
    }};
    Ruleset all;
    for (const Addition& addition : additions) {
        if (abi < addition.abi) break;
        all.file_rights |= addition.rights.file_rights;
        all.network_rights |= addition.rights.network_rights;
        all.scopes |= addition.rights.scopes;
    }
    return all;
}

}  // namespace

std::optional<LandlockRules> LandlockRules::make() {
    const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, ask_for_version);
    if (abi < 1) return std::nullopt;
    const Ruleset handled = everything(abi);
    const long created = ::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    if (created < 0) return std::nullopt;
    return LandlockRules(static_cast<int>(created), handled.file_rights);
}

bool LandlockRules::allow(int file, std::uint64_t rights) {
    const Rule rule = {rights & handled_, file};
    return ::syscall(SYS_landlock_add_rule, fd_.get(), path_beneath, &rule, 0) == 0 ||
           errno == EBADFD;
}

bool LandlockRules::allow_file(int file, bool writable) {
    // A disk is asked for its size by a call that controls the device.
    constexpr std::uint64_t reading = read_file | control_device;
    return allow(file, writable ? reading | write_file | truncate_file : reading);
}

bool LandlockRules::allow_programs_below(int folder) {
    return allow(folder, execute | read_file | read_folder);
}

bool LandlockRules::enforce() const {
    return ::syscall(SYS_landlock_restrict_self, fd_.get(), 0) == 0;
}

}  // namespace nlafix::os
