// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/losses.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "regf/hive.h"
#include "regf/key_node.h"
#include "regf/key_value.h"

namespace nlafix::recovery {
namespace {

struct Inventory {
    std::vector<std::uint64_t> keys;    // hashes of paths
    std::vector<std::uint64_t> values;  // hashes of path, name, type and data
};

std::uint64_t hash_of_value(const regf::KeyValue& value, std::uint64_t path) {
    std::uint64_t hash = hash_of(value.name().bytes, path) + value.type();
    for (const ByteView piece : value.data_pieces()) hash = hash_of(piece, hash);
    return hash;
}

Inventory take_inventory(ByteView image) {
    const regf::Hive hive(image);
    Inventory inventory;
    // Nobody has judged this hive. What is reached twice costs time and memory for each.
    regf::CellSet seen(image.size());
    const auto claim = [&seen](regf::CellOffset cell) {
        if (seen.insert(cell)) return;
        throw Error(ErrorCode::malformed_hive, "a cell is reached twice")
            .offset(regf::offset_in_file(cell));
    };
    std::vector<std::pair<regf::CellOffset, std::uint64_t>> open = {
        {hive.base_block().root_offset, 0}};
    while (!open.empty()) {
        const auto [offset, parent_path] = open.back();
        open.pop_back();
        const regf::KeyNode key(hive, offset);
        const std::uint64_t path = hash_of(key.name().bytes, parent_path);
        inventory.keys.push_back(path);
        if (key.value_count() != 0) claim(key.values_list());
        for (const regf::CellOffset offset_of_value : key.values()) {
            const regf::KeyValue value(hive, offset_of_value);
            claim(offset_of_value);
            for (const regf::CellOffset cell : value.data_cells()) claim(cell);
            inventory.values.push_back(hash_of_value(value, path));
        }
        for (const regf::CellOffset subkey : key.subkeys()) {
            claim(subkey);
            open.emplace_back(subkey, path);
        }
    }
    std::sort(inventory.keys.begin(), inventory.keys.end());
    std::sort(inventory.values.begin(), inventory.values.end());
    return inventory;
}

std::uint64_t count_missing(const std::vector<std::uint64_t>& from,
                            const std::vector<std::uint64_t>& in) {
    std::vector<std::uint64_t> missing;
    std::set_difference(from.begin(), from.end(), in.begin(), in.end(),
                        std::back_inserter(missing));
    return missing.size();
}

}  // namespace

Losses count_losses(ByteView primary, ByteView recovered) {
    const Inventory old_state = take_inventory(primary);
    const Inventory new_state = take_inventory(recovered);
    return {count_missing(new_state.keys, old_state.keys),
            count_missing(new_state.values, old_state.values)};
}

}  // namespace nlafix::recovery
