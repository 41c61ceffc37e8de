// SPDX-License-Identifier: GPL-2.0-or-later
// Landlock: what is handled by a ruleset and allowed by no rule of it is forbidden.
//
// The structure and the rights are those of the kernel's UAPI (include/uapi/linux/landlock.h, ABI
// 6); the header of the C library may be older than the kernel, so both are written out here.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "os/linux/walls.h"

namespace nlafix::os {
namespace {

constexpr std::uint64_t write_file = 1ULL << 1;
constexpr std::uint64_t read_file = 1ULL << 2;
constexpr std::uint64_t truncate_file = 1ULL << 14;

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
        {4, {0, 3, 0}},           // to bind and connect TCP
        {5, {1ULL << 15, 0, 0}},  // ioctl of devices
        {6, {0, 0, 3}},           // abstract sockets and signals of others
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

bool allow(int ruleset, const Ruleset& handled, const ConfinedFile& file, int descriptor) {
    const std::uint64_t wanted = file.writable ? read_file | write_file | truncate_file : read_file;
    const Rule rule = {wanted & handled.file_rights, descriptor};
    if (::syscall(SYS_landlock_add_rule, ruleset, path_beneath, &rule, 0) == 0) return true;
    // A memfd lies in no folder: no rule can name it, and none is needed to open it again.
    return errno == EBADFD;
}

}  // namespace

bool close_files(const Leave& leave) {
    const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, ask_for_version);
    if (abi < 1) return false;
    const Ruleset handled = everything(abi);
    const long created = ::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    if (created < 0) return false;
    const int ruleset = static_cast<int>(created);
    bool holds = true;
    for (std::size_t i = 0; i < leave.files.size() && holds; ++i) {
        holds = allow(ruleset, handled, leave.job->files[i], leave.files[i]);
    }
    holds = holds && ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    static_cast<void>(::close(ruleset));
    return holds;
}

}  // namespace nlafix::os
