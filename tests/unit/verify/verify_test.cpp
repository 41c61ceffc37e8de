// SPDX-License-Identifier: GPL-2.0-or-later
// A good edit passes; the same edit with any one thing besides is refused.
#include "verify/verify.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "hive_builder.h"
#include "prepared_hive.h"
#include "regf/key_value.h"
#include "thrown.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::PreparedHive;

namespace {

const std::u16string lsa{f::lsa_path};
const std::u16string secret = u"ControlSet001\\Control\\Lsa\\Data";  // has a class name

std::string word_of_verification(const PreparedHive& hive, hivex::EditedImage image) {
    return test::word_thrown_by([&] { verify::verify(hive.clean, hive.plan, std::move(image)); });
}

/// Cells of Lsa's values after the edit, which is not where the builder put them.
struct EditedKey {
    explicit EditedKey(const Bytes& image, std::uint32_t key_node) {
        const regf::Hive hive(image);
        const regf::KeyNode key(hive, key_node);
        list = key.values_list();
        values = key.values();
        for (const std::uint32_t value : values) {
            data.push_back(regf::KeyValue(hive, value).data_offset());
        }
    }
    std::uint32_t list = 0;
    std::vector<std::uint32_t> values;
    std::vector<std::uint32_t> data;
};

struct Change {
    Bytes& image;
    const f::Built& built;
    EditedKey lsa;  // values in this order: Authentication Packages, Bounds, Security Packages, ...

    void flip(std::size_t at, unsigned bits = 1) const {
        image.at(at) ^= static_cast<std::byte>(bits);
    }
    void add(std::size_t at, std::int32_t difference) const {
        f::put_u32(image, at, f::get_u32(image, at) + static_cast<std::uint32_t>(difference));
    }
    std::size_t key(const std::u16string& path, std::size_t at) const {
        return f::field(built.key(path).key_node, at);
    }
    std::size_t value(const std::u16string& path, const std::u16string& name,
                      std::size_t at) const {
        return f::field(built.value(path, name).key_value, at);
    }
};

struct Row {
    std::string name;
    std::function<void(const Change&)> change;
};

void check_rows(const std::vector<Row>& rows) {
    const PreparedHive hive(f::small_tree({false, false}));
    REQUIRE(hive.plan.edits.size() == 2);
    const hivex::EditedImage good = hive.edited();
    REQUIRE(word_of_verification(hive, good) == "nothing");
    for (const Row& row : rows) {
        CAPTURE(row.name);
        hivex::EditedImage image = good;
        row.change({image.bytes, hive.built, EditedKey(good.bytes, hive.built.key(lsa).key_node)});
        REQUIRE(image.bytes != good.bytes);
        f::mend_checksum(image.bytes);
        CHECK(word_of_verification(hive, image) == "verification-failed");
    }
}

std::vector<Row> base_block_rows() {
    using namespace f::base_block;
    const auto flip = [](std::size_t at) { return [=](const Change& c) { c.flip(at); }; };
    return {
        {"primary sequence number", [](const Change& c) { c.add(primary_sequence, 1); }},
        {"secondary sequence number", [](const Change& c) { c.add(secondary_sequence, 1); }},
        {"both sequence numbers",
         [](const Change& c) {
             c.add(primary_sequence, 1);
             c.add(secondary_sequence, 1);
         }},
        {"timestamp", flip(timestamp)},
        {"timestamp, its last byte", flip(timestamp + 7)},
        {"minor version", flip(minor_version)},
        {"clustering factor", flip(clustering_factor)},
        {"file name", flip(file_name)},
        {"file name, its last byte", flip(file_name + 63)},
        {"flags", flip(flags)},
        {"what is reserved in front of the checksum", flip(checksum - 1)},
        {"what is reserved behind the checksum", flip(512)},
        {"boot type", flip(boot_type)},
        {"boot recover", flip(boot_recover)},
        {"the last byte", flip(4095)},
        {"the root", [](const Change& c) { f::put_u32(c.image, root_cell, 0x20 + 8); }},
        {"timestamp of the first bin", flip(4096 + f::hive_bin::timestamp)},
    };
}

std::vector<Row> key_rows() {
    using namespace f::key_node;
    return {
        {"name of a key", [](const Change& c) { c.flip(c.key(u"Setup", name)); }},
        {"case of a key's name", [](const Change& c) { c.flip(c.key(u"Setup", name), 0x20); }},
        {"case of an edited key's name", [](const Change& c) { c.flip(c.key(lsa, name), 0x20); }},
        {"flags of a key", [](const Change& c) { c.flip(c.key(u"Setup", flags), 4); }},
        {"flags of an edited key", [](const Change& c) { c.flip(c.key(lsa, flags), 4); }},
        {"time of another key", [](const Change& c) { c.flip(c.key(u"Setup", last_written)); }},
        {"time of an edited key", [](const Change& c) { c.flip(c.key(lsa, last_written)); }},
        {"access bits of an edited key", [](const Change& c) { c.flip(c.key(lsa, 12)); }},
        {"parent of an edited key", [](const Change& c) { c.add(c.key(lsa, parent), 8); }},
        {"volatile subkeys of an edited key",
         [](const Change& c) { c.flip(c.key(lsa, volatile_subkey_count)); }},
        {"list of volatile subkeys of an edited key",
         [](const Change& c) { c.flip(c.key(lsa, volatile_subkey_list)); }},
        {"one subkey fewer", [](const Change& c) { c.add(c.key(lsa, subkey_count), -1); }},
        {"largest subkey name of an edited key",
         [](const Change& c) { c.flip(c.key(lsa, largest_subkey_name)); }},
        {"user flags of an edited key",
         [](const Change& c) { c.flip(c.key(lsa, largest_subkey_name + 2), 2); }},
        {"largest class name of an edited key",
         [](const Change& c) { c.flip(c.key(lsa, largest_class_name)); }},
        {"largest value name, lowered",
         [](const Change& c) { c.add(c.key(lsa, largest_value_name), -1); }},
        {"largest value data, lowered",
         [](const Change& c) { f::put_u32(c.image, c.key(lsa, largest_value_data), 1); }},
        {"largest value name of another key, raised",
         [](const Change& c) { c.add(c.key(u"Setup", largest_value_name), 2); }},
        {"largest value data of another key, raised",
         [](const Change& c) { c.add(c.key(u"Setup", largest_value_data), 2); }},
        {"work variable of an edited key", [](const Change& c) { c.flip(c.key(lsa, 68)); }},
        {"class name",
         [](const Change& c) { c.flip(f::field(c.built.key(secret).class_name, 0)); }},
        {"length of the class name",
         [](const Change& c) { c.add(c.key(secret, class_name_length), -2); }},
        {"security descriptor",
         [](const Change& c) {
             c.flip(f::field(c.built.security.at(0), f::key_security::descriptor + 30));
         }},
        {"another security descriptor for two keys",
         [](const Change& c) {
             // The counts stay as they are: the two keys change places.
             f::put_u32(c.image, c.key(secret, security), c.built.security.at(0));
             f::put_u32(c.image, c.key(u"Setup", security), c.built.security.at(1));
         }},
        {"order of subkeys",
         [](const Change& c) {
             const std::size_t list =
                 f::field(c.built.key(u"").subkey_list, f::subkey_list::first_element);
             const std::uint32_t first = f::get_u32(c.image, list);
             f::put_u32(c.image, list, f::get_u32(c.image, list + 8));
             f::put_u32(c.image, list + 8, first);
         }},
        {"a key moved to another cell",
         [](const Change& c) { c.add(f::cell_size_field(c.built.key(u"Setup").key_node), 8); }},
    };
}

std::vector<Row> value_rows() {
    using namespace f::key_value;
    return {
        {"name of a value", [](const Change& c) { c.flip(c.value(u"Setup", u"CmdLine", name)); }},
        {"type of a value", [](const Change& c) { c.flip(c.value(u"Setup", u"SetupType", type)); }},
        {"flags of a value",
         [](const Change& c) { c.flip(c.value(u"Setup", u"SetupType", flags), 2); }},
        {"data in the key value",
         [](const Change& c) { c.flip(c.value(u"Setup", u"SetupType", data)); }},
        {"length of data in the key value",
         [](const Change& c) { c.add(c.value(u"Setup", u"SetupType", data_size), -1); }},
        {"data in a cell",
         [](const Change& c) {
             c.flip(f::field(c.built.value(u"Setup", u"SystemPartition").data, 0));
         }},
        {"length of data in a cell",
         [](const Change& c) { c.add(c.value(u"Setup", u"SystemPartition", data_size), -2); }},
        {"one value fewer",
         [](const Change& c) { c.add(c.key(u"Setup", f::key_node::value_count), -1); }},
        {"order of values",
         [](const Change& c) {
             const std::size_t list = f::field(c.built.key(u"Setup").value_list, 0);
             const std::uint32_t first = f::get_u32(c.image, list);
             f::put_u32(c.image, list, f::get_u32(c.image, list + 4));
             f::put_u32(c.image, list + 4, first);
         }},
    };
}

std::vector<Row> edited_value_rows() {
    using namespace f::key_value;
    constexpr std::size_t neighbour = 1, edited = 2;  // Bounds, Security Packages
    return {
        {"the planned data", [](const Change& c) { c.flip(f::field(c.lsa.data[edited], 0)); }},
        {"the planned data, its last byte",
         [](const Change& c) {
             const std::uint32_t size =
                 f::get_u32(c.image, f::field(c.lsa.values[edited], data_size));
             c.flip(f::field(c.lsa.data[edited], size - 1));
         }},
        {"the planned length",
         [](const Change& c) { c.add(f::field(c.lsa.values[edited], data_size), -2); }},
        {"the planned type",
         [](const Change& c) { c.flip(f::field(c.lsa.values[edited], type), 8); }},
        {"the edited value's name",
         [](const Change& c) { c.flip(f::field(c.lsa.values[edited], name)); }},
        {"case of the edited value's name",
         [](const Change& c) { c.flip(f::field(c.lsa.values[edited], name), 0x20); }},
        {"the edited value's flags",
         [](const Change& c) { c.flip(f::field(c.lsa.values[edited], flags), 2); }},
        {"data of a sibling", [](const Change& c) { c.flip(f::field(c.lsa.data[neighbour], 0)); }},
        {"type of a sibling",
         [](const Change& c) { c.flip(f::field(c.lsa.values[neighbour], type)); }},
        {"name of a sibling",
         [](const Change& c) { c.flip(f::field(c.lsa.values[neighbour], name)); }},
        {"flags of a sibling",
         [](const Change& c) { c.flip(f::field(c.lsa.values[neighbour], flags), 2); }},
        {"length of a sibling",
         [](const Change& c) { c.add(f::field(c.lsa.values[neighbour], data_size), -1); }},
        {"order of siblings",
         [](const Change& c) {
             f::put_u32(c.image, f::field(c.lsa.list, 0), c.lsa.values[1]);
             f::put_u32(c.image, f::field(c.lsa.list, 4), c.lsa.values[0]);
         }},
        {"a sibling lost",
         [](const Change& c) { c.add(c.key(lsa, f::key_node::value_count), -1); }},
        {"a sibling twice in place of another",
         [](const Change& c) { f::put_u32(c.image, f::field(c.lsa.list, 0), c.lsa.values[1]); }},
    };
}

}  // namespace

TEST_CASE("A good edit passes and is what may be stored") {
    for (const auto generation : {f::Generation::xp, f::Generation::win81, f::Generation::win10}) {
        const PreparedHive hive(f::system_tree(generation, {false, false}));
        const hivex::EditedImage image = hive.edited();
        const verify::VerifiedImage verified = verify::verify(hive.clean, hive.plan, image);
        CHECK(equal(verified.bytes(), image.bytes));
    }
}

TEST_CASE("A base block that differs in anything but what an edit needs is refused") {
    check_rows(base_block_rows());
}

TEST_CASE("A wrong checksum is refused") {
    const PreparedHive hive(f::small_tree({false, false}));
    hivex::EditedImage image = hive.edited();
    image.bytes[f::base_block::checksum] ^= std::byte{1};
    CHECK(word_of_verification(hive, image) == "verification-failed");
}

TEST_CASE("Any other change of a key is refused") {
    check_rows(key_rows());
}

TEST_CASE("Any other change of a value elsewhere is refused") {
    check_rows(value_rows());
}

TEST_CASE("Any change of the edited value or of its siblings is refused") {
    check_rows(edited_value_rows());
}

TEST_CASE("An image that is no hive, cut or damaged is refused") {
    const PreparedHive hive(f::small_tree({false, false}));
    const hivex::EditedImage good = hive.edited();
    for (const std::size_t length :
         {std::size_t{0}, std::size_t{3}, std::size_t{512}, std::size_t{4096},
          good.bytes.size() - 4096, good.bytes.size() - 1}) {
        CAPTURE(length);
        hivex::EditedImage image = good;
        image.bytes.resize(length);
        CHECK(word_of_verification(hive, image) == "verification-failed");
    }
    hivex::EditedImage image = good;
    // A cell that nothing refers to is no part of any comparison, but damage all the same.
    const std::uint32_t free_cell = hive.built.free_cells.back();
    f::put_u32(image.bytes, f::cell_size_field(free_cell), 0);
    CHECK(word_of_verification(hive, image) == "verification-failed");
}

TEST_CASE("The original itself is not what was planned") {
    const PreparedHive hive(f::small_tree({false, false}));
    CHECK(word_of_verification(hive, {hive.built.bytes, test::edit_time}) == "verification-failed");
    // Not even with the right sequence numbers.
    Bytes stamped = hive.built.bytes;
    regf::put_sequence_numbers(stamped, 102, 102);
    CHECK(word_of_verification(hive, {stamped, test::edit_time}) == "verification-failed");
}

TEST_CASE("An edit that the plan does not have is refused") {
    PreparedHive hive(f::small_tree({false, false}));
    const hivex::EditedImage image = hive.edited();
    hive.plan.edits.pop_back();
    CHECK(word_of_verification(hive, image) == "verification-failed");
}

TEST_CASE("A planned edit that was not made is refused, even of a key that cannot be reached") {
    PreparedHive hive(f::small_tree({false, true}));
    const hivex::EditedImage image = hive.edited();
    nla::PlannedEdit more = hive.plan.edits.front();
    SUBCASE("of another value of the same key") {
        more.value = "Bounds";
    }
    SUBCASE("of a value that is not there") {
        more.value = "nothing";
    }
    SUBCASE("of a key that is none") {
        more.key_node = 0x20 + 4;
    }
    SUBCASE("of a new value") {
        more.value = "new";
        more.created = true;
    }
    hive.plan.edits.push_back(more);
    CHECK(word_of_verification(hive, image) == "verification-failed");
}

TEST_CASE("A created value must be new, last and alone") {
    f::Key root = f::small_tree({false, true});
    f::erase_value(root, lsa, f::packages_value);
    PreparedHive hive(root, {}, true);
    const hivex::EditedImage image = hive.edited();
    CHECK(word_of_verification(hive, image) == "nothing");
    SUBCASE("not planned as a new one") {
        hive.plan.edits[0].created = false;
    }
    SUBCASE("of another name") {
        hive.plan.edits[0].value = "Security packages";
    }
    SUBCASE("with other data") {
        hive.plan.edits[0].data.pop_back();
    }
    CHECK(word_of_verification(hive, image) == "verification-failed");
}

TEST_CASE("Beside old logs both timestamps must be those of the edit") {
    // The smallest log of the old format that is recognised: a base block of type 1.
    Bytes log = f::build(f::make_key(u"ROOT")).bytes;
    log.resize(512);
    f::put_u32(log, f::base_block::file_type, 1);
    f::mend_checksum(log);
    const PreparedHive hive(f::small_tree({false, false}), {}, false, {{"SYSTEM.LOG", log, ""}});
    REQUIRE(hive.clean.stamp().new_timestamp);
    const hivex::EditedImage good = hive.edited();
    CHECK(word_of_verification(hive, good) == "nothing");
    for (const std::size_t at : {f::base_block::timestamp, 4096 + f::hive_bin::timestamp}) {
        CAPTURE(at);
        hivex::EditedImage image = good;
        f::put_u64(image.bytes, at, f::fixed_time);  // as it was
        f::mend_checksum(image.bytes);
        CHECK(word_of_verification(hive, image) == "verification-failed");
    }
}
