// SPDX-License-Identifier: GPL-2.0-or-later
// Which Windows it is, as its SOFTWARE hive says.
// Owns: reading Microsoft\Windows NT\CurrentVersion, putting a name to it.
// Never: judges the hive, or knows where it comes from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "regf/cells.h"
#include "system/generation.h"

namespace nlafix::system {

/// What the SOFTWARE hive says about its Windows. Text is UTF-8, as stored and not escaped; empty
/// where a value is absent or cannot be read.
struct WindowsVersion {
    std::string product;  // "Windows Server 2019 Datacenter"; Windows 11 says "Windows 10" there
    std::string edition;  // EditionID: "ServerDatacenter"
    std::string release;  // DisplayVersion, before it ReleaseId: "1809"
    std::string build;    // CurrentBuildNumber, before it CurrentBuild: "17763"
    std::optional<std::uint32_t> revision;  // UBR: the 737 of 17763.737
    std::string version;                    // CurrentVersion: "6.3", also on Windows 10
    bool damaged = false;                   // a value is there and cannot be read
};

/// Looks up single keys: the hive may be large and is not walked. Nothing when the key is not there
/// or cannot be reached, as in a hive that is not SOFTWARE. Never throws for what is in the hive.
std::optional<WindowsVersion> read_windows_version(const regf::Cells& software);

/// By build and version; `unknown` where they say nothing.
Generation generation_of(const WindowsVersion& version);

/// One line for a person: "Windows Server 2019 Datacenter, 1809, build 17763.737". Says Windows 11
/// where the build is one of it. Never empty.
std::string name_of(const WindowsVersion& version);

}  // namespace nlafix::system
