// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/generation.h"

#include <array>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "regf/key_value.h"

namespace nlafix::system {
namespace {

struct Names {
    Generation generation;
    const char* word;
    const char* name;
};

constexpr std::array<Names, 10> names = {{
    {Generation::unknown, "unknown", "an unknown Windows"},
    {Generation::nt4, "nt4", "Windows NT 4"},
    {Generation::win2000, "win2000", "Windows 2000"},
    {Generation::xp, "xp", "Windows XP"},
    {Generation::server2003, "server2003", "Windows Server 2003"},
    {Generation::vista, "vista", "Windows Vista or Server 2008"},
    {Generation::win7, "win7", "Windows 7 or Server 2008 R2"},
    {Generation::win8, "win8", "Windows 8 or Server 2012"},
    {Generation::win81, "win81", "Windows 8.1 or Server 2012 R2"},
    {Generation::win10, "win10", "Windows 10, Server 2016 or later"},
}};

const Names& names_of(Generation generation) {
    for (const Names& row : names) {
        if (row.generation == generation) return row;
    }
    return names.front();
}

/// Setup names the root key after the tool that made the first SYSTEM hive.
struct RootName {
    const char* prefix;
    Generation generation;
};
constexpr std::array<RootName, 4> root_names = {{
    {"$$$PROTO.HIV", Generation::xp},            // and Windows 2000 and Server 2003
    {"CMI-CreateHive{", Generation::win7},       // and Vista
    {"CsiTool-CreateHive-", Generation::win81},  // and Windows 8
    {"ROOT", Generation::win10},
}};

Generation by_root_name(const regf::Hive& hive) {
    const std::string name = regf::root_key(hive).name().utf8();
    for (const RootName& row : root_names) {
        if (name.compare(0, std::string_view(row.prefix).size(), row.prefix) == 0) {
            return row.generation;
        }
    }
    return Generation::unknown;
}

/// DriverDatabase\Version: 0x06030000 on Windows 8.1, 0x0a000000 on 10 and later.
Generation by_driver_database(const regf::Hive& hive) {
    const auto key = regf::find_key(regf::root_key(hive), "DriverDatabase");
    const auto value = key ? regf::find_value(*key, "Version") : std::nullopt;
    if (!value || value->type() != regf::reg_dword) return Generation::unknown;
    switch (u32_at(value->data(), 0)) {
        case 0x06020000: return Generation::win8;
        case 0x06030000: return Generation::win81;
        case 0x0a000000: return Generation::win10;
        default: return Generation::unknown;
    }
}

/// Before Vista a server has another kernel than the workstation of its time.
bool is_server(const regf::Hive& hive) {
    const auto key = regf::find_key(regf::root_key(hive), "ControlSet001\\Control\\ProductOptions");
    const auto value = key ? regf::find_value(*key, "ProductType") : std::nullopt;
    if (!value || value->type() != regf::reg_sz) return false;
    const std::string type = utf8_of(utf16_units(value->data()));
    return type.compare(0, 5, "WinNT") != 0;
}

/// What a trace says, or unknown when it cannot be read.
Generation quietly(Generation (*trace)(const regf::Hive&), const regf::Hive& hive) {
    try {
        return trace(hive);
    } catch (const Error&) {
        return Generation::unknown;
    }
}

bool is_server_as_far_as_readable(const regf::Hive& hive) {
    try {
        return is_server(hive);
    } catch (const Error&) {
        return false;
    }
}

/// Both tools of a root name served two generations.
bool agree(Generation by_root, Generation by_database) {
    return by_root == Generation::unknown || by_root == by_database ||
           (by_root == Generation::win81 && by_database == Generation::win8);
}

}  // namespace

const char* name_of(Generation generation) {
    return names_of(generation).name;
}
const char* word_of(Generation generation) {
    return names_of(generation).word;
}

const char* word_of(Sureness sureness) {
    switch (sureness) {
        case Sureness::guessed: return "guessed";
        case Sureness::likely: return "likely";
        case Sureness::certain: return "certain";
        case Sureness::unknown: break;
    }
    return "unknown";
}

GenerationGuess guess_generation(const regf::Hive& system_hive) {
    const Generation by_database = quietly(by_driver_database, system_hive);
    const Generation by_root = quietly(by_root_name, system_hive);
    if (by_database != Generation::unknown) {
        const bool sure = agree(by_root, by_database);
        return {by_database, sure ? Sureness::likely : Sureness::guessed,
                std::string("the version of its driver database") +
                    (sure ? "" : ", although the name of its root key says another")};
    }
    switch (by_root) {
        case Generation::unknown: break;
        case Generation::xp:
            return {is_server_as_far_as_readable(system_hive) ? Generation::server2003 : by_root,
                    Sureness::likely, "the name of its root key and its product type"};
        case Generation::win7: return {by_root, Sureness::likely, "the name of its root key"};
        default:
            // Windows 8 and later have a driver database.
            return {by_root, Sureness::guessed, "the name of its root key alone"};
    }
    // The format of NT 4; later ones have minor versions from 5 on.
    if (system_hive.base_block().minor_version < 5) {
        return {Generation::nt4, Sureness::guessed, "the version of its hive"};
    }
    return {};
}

}  // namespace nlafix::system
