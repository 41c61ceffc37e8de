// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/other_machine.h"

#include <algorithm>

#include "base/error.h"
#include "regf/hive.h"
#include "regf/key_node.h"
#include "system/control_sets.h"
#include "system/machine.h"

namespace nlafix::app {
namespace {

// RmId of the base block: the resource manager of this hive, for as long as the hive exists.
constexpr std::size_t guid_at = 112;
constexpr std::size_t guid_bytes = 16;

std::string root_name_in(ByteView hive) {
    try {
        return regf::root_key(regf::Hive(hive)).name().utf8();
    } catch (const Error&) {
        return {};
    }
}

/// Nothing where the hive has none, as before Windows Vista.
ByteView guid_in(ByteView hive) {
    if (hive.size() < guid_at + guid_bytes) return {};
    const ByteView guid = hive.subspan(guid_at, guid_bytes);
    const bool is_zero =
        std::all_of(guid.begin(), guid.end(), [](std::byte one) { return one == std::byte{0}; });
    return is_zero ? ByteView{} : guid;
}

bool differ(const std::string& a, const std::string& b) {
    return !a.empty() && !b.empty() && a != b;
}

}  // namespace

std::string computer_name_in(ByteView hive) {
    try {
        const regf::Hive whole(hive);
        const auto sets = system::choose_control_sets(whole, system::read_select(whole), {});
        return system::read_machine(sets.front().key, nullptr).computer_name;
    } catch (const Error&) {
        return {};
    }
}

std::optional<std::string> sign_of_other_machine(ByteView now, ByteView before) {
    const std::string name_now = computer_name_in(now);
    const std::string name_before = computer_name_in(before);
    if (differ(name_now, name_before)) {
        return "its computer name is " + name_now + ", that of the backup " + name_before;
    }
    if (differ(root_name_in(now), root_name_in(before))) return "its root key has another name";
    const ByteView guid_now = guid_in(now);
    const ByteView guid_before = guid_in(before);
    if (!guid_now.empty() && !guid_before.empty() && !std::ranges::equal(guid_now, guid_before)) {
        return "the GUID in its base block is another one";
    }
    return std::nullopt;
}

}  // namespace nlafix::app
