// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/key_path.h"

#include <algorithm>

#include "base/error.h"

namespace nlafix::nla {

std::optional<regf::KeyNode> walk_to_key(const regf::KeyNode& from, std::string_view path,
                                         const std::string& place,
                                         std::vector<std::string>& names) {
    std::optional<regf::KeyNode> key = from;
    while (key && !path.empty()) {
        const std::size_t separator = std::min(path.find('\\'), path.size());
        key = regf::find_subkey(*key, path.substr(0, separator));
        if (key) names.push_back(key->name().utf8());
        if (key && key->is_symbolic_link()) {
            throw Error(ErrorCode::malformed_hive, place + ": a symbolic link leads away from it");
        }
        path.remove_prefix(std::min(separator + 1, path.size()));
    }
    return key;
}

}  // namespace nlafix::nla
