// SPDX-License-Identifier: GPL-2.0-or-later
// Which machine it is: its name, domain, role, last shutdown, platform, addresses.
// Owns: reading what says so; that what cannot be read is left out.
// Never: judges anything, or knows where a hive comes from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "regf/key_node.h"

namespace nlafix::system {

enum class Role { unknown, workstation, server, domain_controller };

/// "workstation", "server", "domain-controller"; empty for an unknown one.
const char* word_of(Role role);

/// Text is UTF-8, as stored and not escaped; empty where nothing says it.
struct Machine {
    std::string computer_name;
    /// The DNS name of its domain, or its old name. Empty in a workgroup, and where SYSTEM alone
    /// leaves it open.
    std::string domain;
    bool domain_is_known = false;  // SECURITY says whether there is one
    Role role = Role::unknown;
    std::optional<std::uint64_t> last_shutdown;  // FILETIME; a crash leaves the one before
    std::string time_zone;                       // "W. Europe Standard Time"
    std::string platform;                // "Amazon EC2", "QEMU Standard PC (Q35 + ICH9, 2009)"
    std::vector<std::string> addresses;  // fixed ones, and those of the last leases

    bool is_known() const { return !computer_name.empty() || !platform.empty(); }
};

/// Of the control set `set`, which Windows boots, and of SECURITY, where it is at hand (else null).
/// Never throws for what is in the hives.
Machine read_machine(const regf::KeyNode& set, const regf::Cells* security);

/// Machine::platform. Never throws for what is in the hive.
std::string platform_of(const regf::KeyNode& set);

/// True for a platform that gives its machines their addresses.
bool is_cloud(std::string_view platform);

/// One line for a person: "WEB01 in corp.example, server, Amazon EC2, last shut down 2026-11-22
/// 10:52 UTC, 10.0.0.5". Not escaped.
std::string line_of(const Machine& machine);

}  // namespace nlafix::system
