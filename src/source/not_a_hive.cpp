// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/not_a_hive.h"

#include <algorithm>
#include <string_view>

#include "regf/base_block.h"

namespace nlafix::source {
namespace {

/// The text in `head`, of one or two bytes for each character, without a byte order mark.
std::string ascii_of(ByteView head) {
    std::string text;
    for (const std::byte byte : head) {
        const char c = static_cast<char>(byte);
        if (c > 0 && c < 0x7F) text += c;
    }
    return text;
}

bool is_reg_file(ByteView head) {
    const std::string text = ascii_of(head);
    return text.starts_with("Windows Registry Editor") || text.starts_with("REGEDIT4");
}

Error described(ByteView head) {
    const auto error = [](const char* message, const char* hint) {
        return Error(ErrorCode::not_a_hive, message).hint(hint);
    };
    if (head.empty()) {
        return error("is empty", "give the hive itself; of this one, a copy from a backup");
    }
    if (is_reg_file(head)) {
        return error("is a .reg file, which is text for regedit, and no registry hive",
                     "give the hive that it is meant for: Windows/System32/config/SYSTEM");
    }
    if (std::ranges::all_of(head, [](std::byte byte) { return byte == std::byte{0}; })) {
        return error("begins with zeros where a registry hive begins with \"regf\"",
                     "its content is lost, or was never written; give a copy from a backup");
    }
    return error("is no registry hive: it does not start with \"regf\"",
                 "give a SYSTEM hive, the root of a mounted Windows volume, or a disk or image");
}

}  // namespace

void require_hive(ByteView head, const std::string& path) {
    if (regf::has_hive_signature(head)) return;
    throw described(head).path(path);
}

}  // namespace nlafix::source
