// SPDX-License-Identifier: GPL-2.0-or-later
// Hives that somebody forged: nothing may hang, recurse, or allocate by a number from the file.
#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "hive_builder.h"
#include "nla/diagnosis.h"
#include "nla/plan.h"
#include "regf/key_value.h"
#include "system_tree.h"
#include "thrown.h"
#include "unit/regf/judge.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::contains;
using test::judge;

namespace {

/// Reads whatever can be reached, as the stages do after the check. At most `limit` keys: a damaged
/// hive may have cycles.
void read_all(const regf::Hive& hive, int limit) {
    std::vector<regf::CellOffset> open = {hive.base_block().root_offset};
    while (!open.empty() && limit-- > 0) {
        const regf::KeyNode key(hive, open.back());
        open.pop_back();
        static_cast<void>(key.name().utf8());
        static_cast<void>(key.class_name());
        for (const regf::CellOffset offset : key.values()) {
            const regf::KeyValue value(hive, offset);
            static_cast<void>(value.name().utf8());
            static_cast<void>(value.data());
            static_cast<void>(value.data_cells());
        }
        for (const regf::CellOffset offset : key.subkeys()) open.push_back(offset);
    }
}

void judge_and_read(const Bytes& file) {
    static_cast<void>(judge(file));
    static_cast<void>(test::error_of([&] {
        const regf::Hive hive(file);
        const system::Select select = system::read_select(hive);
        const auto sets = system::choose_control_sets(hive, select, {});
        static_cast<void>(nla::make_plan(nla::diagnose(hive, sets, {}), true));
    }));
    static_cast<void>(test::error_of([&] { read_all(regf::Hive(file), 200); }));
}

/// A hive of cells that the test fills itself; nothing in it is checked when it is made.
class RawHive {
public:
    explicit RawHive(std::size_t bins_bytes) : bytes_(4096 + bins_bytes) {
        f::put_text(bytes_, 0, "regf");
        f::put_u32(bytes_, f::base_block::major_version, 1);
        f::put_u32(bytes_, f::base_block::minor_version, 5);
        f::put_u32(bytes_, f::base_block::file_format, 1);
        f::put_u32(bytes_, f::base_block::root_cell, 32);
        f::put_u32(bytes_, f::base_block::bins_size, static_cast<std::uint32_t>(bins_bytes));
        f::put_text(bytes_, 4096, "hbin");
        f::put_u32(bytes_, 4096 + f::hive_bin::size, static_cast<std::uint32_t>(bins_bytes));
    }
    std::uint32_t allocate(std::size_t content_bytes) {
        const auto size = static_cast<std::uint32_t>((content_bytes + 4 + 7) / 8 * 8);
        const std::uint32_t cell = next_;
        f::put_u32(bytes_, f::cell_size_field(cell), 0 - size);
        next_ += size;
        return cell;
    }
    std::uint32_t add_key(std::uint32_t parent) {
        const std::uint32_t cell = allocate(f::key_node::name + 1);
        f::put_text(bytes_, f::field(cell, 0), "nk");
        f::put_u16(bytes_, f::field(cell, f::key_node::flags), 0x20);
        f::put_u32(bytes_, f::field(cell, f::key_node::parent), parent);
        f::put_u32(bytes_, f::field(cell, f::key_node::security), f::no_offset);
        f::put_u32(bytes_, f::field(cell, f::key_node::class_name), f::no_offset);
        f::put_u16(bytes_, f::field(cell, f::key_node::name_length), 1);
        f::put_text(bytes_, f::field(cell, f::key_node::name), "k");
        return cell;
    }
    std::uint32_t add_list(const char* signature, const std::vector<std::uint32_t>& elements) {
        const std::uint32_t cell = allocate(4 + 4 * elements.size());
        f::put_text(bytes_, f::field(cell, 0), signature);
        f::put_u16(bytes_, f::field(cell, 2), static_cast<std::uint16_t>(elements.size()));
        for (std::size_t i = 0; i < elements.size(); ++i) {
            f::put_u32(bytes_, f::field(cell, 4 + 4 * i), elements[i]);
        }
        return cell;
    }
    void put(std::uint32_t cell, std::size_t at, std::uint32_t number) {
        f::put_u32(bytes_, f::field(cell, at), number);
    }
    void set_subkeys(std::uint32_t key, std::uint32_t count, std::uint32_t list) {
        put(key, f::key_node::subkey_count, count);
        put(key, f::key_node::subkey_list, list);
    }
    /// The file; what was not allocated becomes one free cell.
    const Bytes& finish() {
        const auto left = static_cast<std::uint32_t>(bytes_.size() - 4096 - next_);
        if (left != 0) f::put_u32(bytes_, f::cell_size_field(next_), left);
        f::mend_checksum(bytes_);
        return bytes_;
    }

private:
    Bytes bytes_;
    std::uint32_t next_ = 32;
};

}  // namespace

TEST_CASE("A chain of 20,000 keys is walked without recursion") {
    constexpr std::uint32_t depth = 20'000;
    // 88 bytes for a key node with a name of one byte, 16 for an index leaf of one element.
    RawHive hive((32 + depth * (88 + 16) + 4095) / 4096 * 4096);
    std::uint32_t parent = hive.add_key(f::no_offset);
    for (std::uint32_t i = 1; i < depth; ++i) {
        const std::uint32_t child = hive.add_key(parent);
        hive.set_subkeys(parent, 1, hive.add_list("li", {child}));
        parent = child;
    }
    const test::Judgement good = judge(hive.finish());
    CHECK(good.damage == "");
    CHECK(good.structure.key_count == depth);
    // The deepest key is damaged: its path must not make a message of 20,000 parts.
    hive.put(parent, f::key_node::parent, 32);
    const test::Judgement bad = judge(hive.finish());
    CHECK(bad.structure.damage_count == 1);
    CHECK(bad.damage.find("…\\k\\k") == 0);
    CHECK(bad.damage.size() < 200);
}

TEST_CASE("Many keys that name one large list of values cost no more than one") {
    // Quadratic work would be 100,000 offsets read by each of 10,000 keys.
    constexpr std::uint32_t keys = 10'000;
    constexpr std::uint32_t values = 100'000;
    RawHive hive(4096 * 400);
    const std::uint32_t root = hive.add_key(f::no_offset);
    const std::uint32_t list = hive.allocate(4 * values);
    std::vector<std::uint32_t> subkeys;
    for (std::uint32_t i = 0; i < keys; ++i) {
        subkeys.push_back(hive.add_key(root));
        hive.put(subkeys.back(), f::key_node::value_count, values);
        hive.put(subkeys.back(), f::key_node::value_list, list);
    }
    hive.set_subkeys(root, keys, hive.add_list("li", subkeys));
    const test::Judgement result = judge(hive.finish());
    // The first key: each of its offsets is 0, where no cell starts. The others: the list is taken.
    // Each of the two is one damage, however often.
    CHECK(result.structure.damage_count == 2);
}

TEST_CASE("An index root that names one leaf 65,535 times needs no memory for all of them") {
    constexpr std::uint32_t most = 65'535;  // elements that a list can count
    RawHive hive(4096 * 160);
    const std::uint32_t root = hive.add_key(f::no_offset);
    const std::uint32_t leaf = hive.add_list("li", std::vector<std::uint32_t>(most, root));
    const std::uint32_t index = hive.add_list("ri", std::vector<std::uint32_t>(most, leaf));
    hive.set_subkeys(root, 0xffffffff, index);
    const Bytes& file = hive.finish();
    CHECK(contains(judge(file).damage, "referred to twice"));
    const regf::Hive parsed(file);
    // The stages after the check read damaged hives too: 4 billion offsets would be 16 GiB.
    CHECK(test::word_thrown_by([&] { regf::root_key(parsed).subkeys(); }) == "malformed-hive");
}

TEST_CASE("A reference that comes again and again is one damage, and its key is looked at once") {
    constexpr std::uint32_t most = 65'535;
    struct Row {
        std::string name;
        std::uint32_t other;  // what stands in every element but the first
        std::uint64_t keys, damage;
    };
    for (const Row& row : {Row{"the same key", 0, 2, 1}, Row{"no cell", 0x4000, 2, 1}}) {
        CAPTURE(row.name);
        RawHive hive(4096 * 80);
        const std::uint32_t root = hive.add_key(f::no_offset);
        const std::uint32_t child = hive.add_key(root);
        std::vector<std::uint32_t> elements(most, row.other == 0 ? child : row.other);
        elements.front() = child;
        hive.set_subkeys(root, most, hive.add_list("li", elements));
        const test::Judgement result = judge(hive.finish());
        CHECK(result.structure.key_count == row.keys);
        CHECK(result.structure.damage_count == row.damage);
    }
}

TEST_CASE("Data larger than the file are not assembled from one segment named many times") {
    constexpr std::uint32_t segments = 60'000;  // 60,000 of 16,344 bytes are close to 1 GiB
    RawHive hive(4096 * 80);
    const std::uint32_t root = hive.add_key(f::no_offset);
    const std::uint32_t segment = hive.allocate(16'344);
    const std::uint32_t list = hive.allocate(4 * segments);
    for (std::uint32_t i = 0; i < segments; ++i) hive.put(list, 4 * i, segment);
    const std::uint32_t record = hive.add_list("db", {list});
    hive.put(record, 0, 0x6264 | (segments << 16));
    const std::uint32_t value = hive.allocate(20);
    f::Bytes unused;
    hive.put(value, 0, 0x6b76);
    hive.put(value, f::key_value::data_size, segments * 16'344);
    hive.put(value, f::key_value::data, record);
    hive.put(root, f::key_node::value_count, 1);
    const std::uint32_t values = hive.allocate(4);
    hive.put(values, 0, value);
    hive.put(root, f::key_node::value_list, values);
    Bytes file = hive.finish();
    f::put_u32(file, f::base_block::bins_size, 0xfffff000);  // the header may claim any size
    f::mend_checksum(file);
    f::put_u32(file, 4096 + f::hive_bin::size, static_cast<std::uint32_t>(file.size() - 4096));
    const regf::Hive parsed(file);
    CHECK(test::word_thrown_by([&] { regf::KeyValue(parsed, value).data(); }) == "malformed-hive");
}

TEST_CASE("Values that share one big data record are damage, found in linear time") {
    constexpr std::uint32_t sharing = 2'000;
    f::Key root = f::small_tree({true, true});
    const Bytes large(40 * f::segment_size_bytes, std::byte{1});
    f::at(root, u"Setup").values = {f::binary_value(u"Large", large)};
    for (std::uint32_t i = 0; i < sharing; ++i) {
        f::at(root, u"Setup").values.push_back(f::binary_value(u"x", Bytes(8)));
    }
    f::Built hive = f::build(root);
    const f::KeyCells& setup = hive.key(u"Setup");
    for (std::size_t i = 1; i <= sharing; ++i) {
        const std::uint32_t value = setup.values[i].key_value;
        f::put_u32(hive.bytes, f::field(value, f::key_value::data), setup.values[0].data);
        f::put_u32(hive.bytes, f::field(value, f::key_value::data_size),
                   static_cast<std::uint32_t>(large.size()));
    }
    CHECK(judge(hive.bytes).structure.damage_count == 1);
}

TEST_CASE("The highest count in every counting field ends in damage") {
    struct Row {
        std::string name;
        std::size_t field;
    };
    for (const Row& row :
         {Row{"subkeys", f::key_node::subkey_count}, Row{"values", f::key_node::value_count}}) {
        for (const std::uint32_t count : {0xffffffffU, 0x80000000U, 0x40000000U, 0x3fffffffU}) {
            CAPTURE(row.name);
            CAPTURE(count);
            f::Built hive = f::build(f::small_tree({true, true}));
            f::put_u32(hive.bytes, f::field(hive.key(u"Setup").key_node, row.field), count);
            f::put_u32(hive.bytes, f::field(hive.key(u"ControlSet001").key_node, row.field), count);
            CHECK(judge(hive.bytes).structure.damage_count > 0);
            judge_and_read(hive.bytes);
        }
    }
}

TEST_CASE("A hive that was cut anywhere is damaged, and read without harm") {
    const Bytes whole = f::build(f::system_tree(f::Generation::win7)).bytes;
    for (std::size_t length = 0; length < whole.size(); length += 512) {
        CAPTURE(length);
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        const test::Judgement result = judge(cut);
        CHECK((!result.thrown.empty() || result.structure.damage_count > 0));
        judge_and_read(cut);
    }
}

TEST_CASE("Random bytes in a hive end in an Error or in nothing") {
    f::Key root = f::small_tree({false, false});
    f::at(root, u"ControlSet001\\Services").leaf_elements = 2;  // an index root
    f::HiveOptions options;
    options.fill_last_bin = true;  // no large free cell for the flips to hit in vain
    const f::Built built = f::build(root, options);
    std::mt19937 random(20261122);  // fixed: a failure can be seen again
    const auto below = [&random](std::size_t limit) { return random() % limit; };
    int damaged = 0;
    for (int round = 0; round < 3000; ++round) {
        CAPTURE(round);
        Bytes file = built.bytes;
        for (std::size_t flips = 1 + below(4); flips > 0; --flips) {
            // Half of them in the bins' first page, where the keys on the way are.
            const std::size_t at = 4096 + below(below(2) == 0 ? 4096 : file.size() - 4096);
            static constexpr std::array<unsigned, 5> interesting = {0, 1, 0x7f, 0x80, 0xff};
            file[at] = below(2) == 0 ? static_cast<std::byte>(interesting[below(5)])
                                     : file[at] ^ static_cast<std::byte>(1U << below(8));
        }
        if (judge(file).structure.damage_count > 0) ++damaged;
        judge_and_read(file);
    }
    // Far from none and far from all: the flips reach what the check looks at.
    CHECK(damaged > 500);
    CHECK(damaged < 3000);
}
