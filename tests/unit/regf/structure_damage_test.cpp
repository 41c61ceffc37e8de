// SPDX-License-Identifier: GPL-2.0-or-later
// Each kind of damage that check_structure must report: a sound hive with one thing wrong.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "hive_builder.h"
#include "system_tree.h"
#include "thrown.h"
#include "unit/regf/judge.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::contains;
using test::judge;

namespace {

const std::u16string services = u"ControlSet001\\Services";  // five subkeys
const std::u16string service = u"ControlSet001\\Services\\TermService";
const std::u16string secret = u"ControlSet001\\Control\\Lsa\\Data";        // has a class name
const std::u16string kerberos = u"ControlSet001\\Control\\Lsa\\Kerberos";  // one subkey

constexpr std::uint32_t nowhere = 0x00fffff0;  // well formed, far behind the bins

using Patch = std::function<void(f::Built&)>;

struct Row {
    std::string name;
    const char* fragment;
    Patch patch;
};

void check_rows(const f::Key& tree, const std::vector<Row>& rows) {
    const test::Judgement good = judge(f::build(tree).bytes);
    REQUIRE(good.thrown.empty());
    REQUIRE(good.damage.empty());
    REQUIRE(good.warnings.empty());
    for (const Row& row : rows) {
        CAPTURE(row.name);
        f::Built hive = f::build(tree);
        row.patch(hive);
        f::mend_checksum(hive.bytes);
        const test::Judgement result = judge(hive.bytes);
        INFO("damage: " << result.damage);
        CHECK(result.thrown.empty());
        CHECK(result.structure.damage_count > 0);
        CHECK(contains(result.damage, row.fragment));
    }
}

Patch key_u16(const std::u16string& path, std::size_t at, std::uint16_t number) {
    return [=](f::Built& hive) {
        f::put_u16(hive.bytes, f::field(hive.key(path).key_node, at), number);
    };
}

Patch key_u32(const std::u16string& path, std::size_t at, std::uint32_t number) {
    return [=](f::Built& hive) {
        f::put_u32(hive.bytes, f::field(hive.key(path).key_node, at), number);
    };
}

Patch first_subkey_becomes(const std::u16string& path, const std::u16string& other) {
    return [=](f::Built& hive) {
        f::put_u32(hive.bytes, f::field(hive.key(path).subkey_list, f::subkey_list::first_element),
                   hive.key(other).key_node);
    };
}

/// The reference count follows, so that nothing else is wrong.
Patch security_of_service(std::function<std::uint32_t(const f::Built&)> offset) {
    return [=](f::Built& hive) {
        const f::KeyCells& key = hive.key(service);
        const std::size_t count = f::field(key.security, f::key_security::reference_count);
        f::put_u32(hive.bytes, count, f::get_u32(hive.bytes, count) - 1);
        f::put_u32(hive.bytes, f::field(key.key_node, f::key_node::security), offset(hive));
    };
}

void list_first_service_twice(f::Built& hive) {
    const std::size_t first =
        f::field(hive.key(services).subkey_list, f::subkey_list::first_element);
    f::put_u32(hive.bytes, first + 8, f::get_u32(hive.bytes, first));
    f::put_u32(hive.bytes, first + 12, f::get_u32(hive.bytes, first + 4));
}

void share_subkey_list(f::Built& hive) {
    key_u32(service, f::key_node::subkey_count, 1)(hive);
    key_u32(service, f::key_node::subkey_list, hive.key(kerberos).subkey_list)(hive);
}

void share_value_list(f::Built& hive) {
    key_u32(service, f::key_node::value_list,
            hive.key(u"ControlSet001\\Services\\KeyIso").value_list)(hive);
}

std::vector<Row> root_rows() {
    const auto root = [](std::uint32_t offset) {
        return [=](f::Built& hive) { f::put_u32(hive.bytes, f::base_block::root_cell, offset); };
    };
    return {
        {"root outside the bins", "no allocated cell starts", root(0x00100020)},
        {"root in the middle of a cell", "no allocated cell starts", root(0x28)},
        {"root at an odd place", "no allocated cell starts", root(0x21)},
        {"root is nowhere", "no allocated cell starts", root(0xffffffff)},
        {"root is a key value", "no signature \"nk\"",
         [](f::Built& hive) {
             f::put_u32(hive.bytes, f::base_block::root_cell,
                        hive.value(u"Setup", u"SetupType").key_value);
         }},
    };
}

std::vector<Row> key_node_rows() {
    using namespace f::key_node;
    return {
        {"signature", "ControlSet001\\Services\\?: key node: no signature",
         [](f::Built& hive) {
             f::put_text(hive.bytes, f::field(hive.key(service).key_node, 0), "nx");
         }},
        {"name beyond the cell", "a name of 4096 bytes", key_u16(service, name_length, 0x1000)},
        {"name of 65535 bytes", "a name of 65535 bytes", key_u16(service, name_length, 0xffff)},
        {"name of no bytes", "a name of 0 bytes", key_u16(service, name_length, 0)},
        {"another parent", "names the parent", key_u32(service, parent, 32)},
        {"no parent", "names the parent", key_u32(service, parent, f::no_offset)},
        {"class name beyond its cell", "a class name of 4096 bytes",
         key_u16(secret, class_name_length, 0x1000)},
        {"class name nowhere", "no allocated cell starts", key_u32(secret, class_name, nowhere)},
        {"class name in a key node", "referred to twice",
         [](f::Built& hive) { key_u32(secret, class_name, hive.key(service).key_node)(hive); }},
        {"class name in the data of a value", "referred to twice",
         [](f::Built& hive) {
             key_u16(u"Setup", class_name_length, 2)(hive);
             key_u32(u"Setup", class_name,
                     hive.value(u"ControlSet001\\Control", u"CurrentUser").data)(hive);
         }},
        {"a key is its own subkey", "referred to twice", first_subkey_becomes(kerberos, kerberos)},
        {"a key above is a subkey", "referred to twice",
         first_subkey_becomes(kerberos, u"ControlSet001")},
        {"the root is a subkey", "referred to twice", first_subkey_becomes(kerberos, u"")},
        {"a subkey listed twice", "referred to twice", list_first_service_twice},
        {"one list of subkeys for two keys", "referred to twice", share_subkey_list},
        {"one list of values for two keys", "referred to twice", share_value_list},
    };
}

std::vector<Row> count_rows() {
    using namespace f::key_node;
    return {
        {"one subkey too many", "counts 6 subkeys, its list has 5",
         key_u32(services, subkey_count, 6)},
        {"one subkey too few", "counts 4 subkeys, its list has more",
         key_u32(services, subkey_count, 4)},
        {"most subkeys that can be counted", "subkeys",
         key_u32(services, subkey_count, 0xffffffff)},
        {"subkeys without a list", "no allocated cell starts", key_u32(service, subkey_count, 1)},
        {"list of subkeys nowhere", "no allocated cell starts",
         key_u32(services, subkey_list, nowhere)},
        {"one value more than the cell holds", "values do not fit",
         key_u32(service, value_count, 1000)},
        {"a count whose bytes overflow", "1073741826 values do not fit",
         key_u32(service, value_count, 0x40000002)},
        {"most values that can be counted", "4294967295 values do not fit",
         key_u32(service, value_count, 0xffffffff)},
        {"list of values nowhere", "no allocated cell starts",
         key_u32(service, value_list, nowhere)},
    };
}

std::size_t services_list(const f::Built& hive, std::size_t at) {
    return f::field(hive.key(services).subkey_list, at);
}

std::vector<Row> leaf_rows() {
    return {
        {"signature", "no signature \"lf\"",
         [](f::Built& hive) { f::put_text(hive.bytes, services_list(hive, 0), "lx"); }},
        {"more elements than the cell holds", "32767 elements do not fit",
         [](f::Built& hive) {
             f::put_u16(hive.bytes, services_list(hive, f::subkey_list::count), 0x7fff);
         }},
        {"an element nowhere", "no allocated cell starts",
         [](f::Built& hive) {
             f::put_u32(hive.bytes, services_list(hive, f::subkey_list::first_element), nowhere);
         }},
        {"an element that is a value", "no signature \"nk\"",
         [](f::Built& hive) {
             f::put_u32(hive.bytes, services_list(hive, f::subkey_list::first_element),
                        hive.value(u"Setup", u"SetupType").key_value);
         }},
    };
}

/// The data cell of the spare value becomes an index root between the real one and its first leaf.
void nest_index_roots(f::Built& hive) {
    const f::KeyCells& setup = hive.key(u"Setup");
    f::put_u32(hive.bytes, f::field(setup.key_node, f::key_node::value_count),
               static_cast<std::uint32_t>(setup.values.size() - 1));
    const std::uint32_t inner = hive.value(u"Setup", u"Spare").data;
    f::put_text(hive.bytes, f::field(inner, 0), "ri");
    f::put_u16(hive.bytes, f::field(inner, f::subkey_list::count), 1);
    f::put_u32(hive.bytes, f::field(inner, f::subkey_list::first_element),
               hive.key(services).leaves.front());
    f::put_u32(hive.bytes, services_list(hive, f::subkey_list::first_element), inner);
}

std::vector<Row> index_root_rows() {
    const auto first_leaf = [](std::function<std::uint32_t(const f::Built&)> offset) {
        return [=](f::Built& hive) {
            f::put_u32(hive.bytes, services_list(hive, f::subkey_list::first_element),
                       offset(hive));
        };
    };
    return {
        {"an index root in an index root", "an index root in an index root", nest_index_roots},
        {"an index root in itself", "an index root in an index root",
         first_leaf([](const f::Built& hive) { return hive.key(services).subkey_list; })},
        {"a key node for a leaf", "no signature \"lf\"",
         first_leaf([](const f::Built& hive) { return hive.key(service).key_node; })},
        {"a leaf listed twice", "referred to twice",
         first_leaf([](const f::Built& hive) { return hive.key(services).leaves.at(1); })},
        {"more leaves than the cell holds", "elements do not fit",
         [](f::Built& hive) {
             f::put_u16(hive.bytes, services_list(hive, f::subkey_list::count), 0xffff);
         }},
    };
}

Patch value_u32(std::u16string_view name, std::size_t at, std::uint32_t number) {
    return [=](f::Built& hive) {
        f::put_u32(hive.bytes, f::field(hive.value(u"Setup", name).key_value, at), number);
    };
}

std::vector<Row> key_value_rows() {
    using namespace f::key_value;
    return {
        {"signature", "no signature \"vk\"",
         [](f::Built& hive) {
             f::put_text(hive.bytes, f::field(hive.value(u"Setup", u"SetupType").key_value, 0),
                         "vx");
         }},
        {"a value nowhere", "no allocated cell starts",
         [](f::Built& hive) {
             f::put_u32(hive.bytes, f::field(hive.key(u"Setup").value_list, 0), nowhere);
         }},
        {"name beyond the cell", "a name of 4096 bytes",
         [](f::Built& hive) {
             f::put_u16(hive.bytes,
                        f::field(hive.value(u"Setup", u"SetupType").key_value, name_length),
                        0x1000);
         }},
        {"data beyond the cell", "data of 4000 bytes in a cell of",
         value_u32(u"SystemPartition", data_size, 4000)},
        {"data beyond the hive", "more than the hive",
         value_u32(u"SystemPartition", data_size, 0x7fffffff)},
        {"data nowhere", "no allocated cell starts", value_u32(u"SystemPartition", data, nowhere)},
        {"data in the list of values", "something else owns",
         [](f::Built& hive) {
             value_u32(u"SystemPartition", data, hive.key(u"Setup").value_list)(hive);
         }},
        {"five bytes in a field of four", "5 bytes in a field of 4",
         value_u32(u"SetupType", data_size, 0x80000005)},
        {"two GiB in a field of four", "more than the hive",
         value_u32(u"SetupType", data_size, 0xffffffff)},
    };
}

std::vector<Row> big_data_rows() {
    const auto big = [](const f::Built& hive) { return hive.value(u"Setup", u"Big"); };
    return {
        {"signature", "data of 16345 bytes in a cell",
         [=](f::Built& hive) { f::put_text(hive.bytes, f::field(big(hive).data, 0), "dx"); }},
        {"too few segments", "needs 2 segments, it has 1",
         [=](f::Built& hive) {
             f::put_u16(hive.bytes, f::field(big(hive).data, f::big_data::segment_count), 1);
         }},
        {"too many segments", "needs 2 segments, it has",
         [=](f::Built& hive) {
             f::put_u16(hive.bytes, f::field(big(hive).data, f::big_data::segment_count), 0xffff);
         }},
        {"list nowhere", "no allocated cell starts",
         [=](f::Built& hive) {
             f::put_u32(hive.bytes, f::field(big(hive).data, f::big_data::segment_list), nowhere);
         }},
        {"a segment nowhere", "no allocated cell starts",
         [=](f::Built& hive) {
             f::put_u32(hive.bytes, f::field(big(hive).segment_list, 4), nowhere);
         }},
        {"a segment listed twice", "referred to twice",
         [=](f::Built& hive) {
             f::put_u32(hive.bytes, f::field(big(hive).segment_list, 4), big(hive).segments.at(0));
         }},
        {"the last segment too short", "a segment of big data is too short",
         [=](f::Built& hive) {
             f::put_u32(hive.bytes, f::field(big(hive).key_value, f::key_value::data_size), 20000);
         }},
        {"one record for two values", "referred to twice",
         [=](f::Built& hive) {
             f::put_u32(hive.bytes,
                        f::field(hive.value(u"Setup", u"Other").key_value, f::key_value::data),
                        big(hive).data);
         }},
    };
}

std::vector<Row> security_rows() {
    const auto item = [](std::size_t at, std::uint32_t number) {
        return [=](f::Built& hive) {
            f::put_u32(hive.bytes, f::field(hive.security.at(1), at), number);
        };
    };
    return {
        {"offset nowhere", "no allocated cell starts",
         security_of_service([](const f::Built&) { return nowhere; })},
        {"offset of a key node", "referred to twice",
         security_of_service([](const f::Built& hive) { return hive.key(u"Setup").key_node; })},
        {"signature", "key security: no signature \"sk\"",
         [](f::Built& hive) { f::put_text(hive.bytes, f::field(hive.security.at(1), 0), "sx"); }},
        {"descriptor beyond the cell", "a descriptor of 65536 bytes",
         item(f::key_security::descriptor_size, 0x10000)},
        {"descriptor of 4 GiB", "a descriptor of 4294967295 bytes",
         item(f::key_security::descriptor_size, 0xffffffff)},
        {"forward link nowhere", "no allocated cell starts", item(f::key_security::flink, nowhere)},
        {"forward link to a key node", "no signature \"sk\"", item(f::key_security::flink, 32)},
        {"backward link to itself, though there are two", "do not point back",
         [=](f::Built& hive) { item(f::key_security::blink, hive.security.at(1))(hive); }},
    };
}

}  // namespace

TEST_CASE("Damage of the root is reported") {
    check_rows(f::small_tree({false, false}), root_rows());
}

TEST_CASE("Damage of key nodes is reported") {
    check_rows(f::small_tree({false, false}), key_node_rows());
}

TEST_CASE("Counts that do not fit their lists are reported") {
    check_rows(f::small_tree({false, false}), count_rows());
}

TEST_CASE("Damage of lists of subkeys is reported") {
    check_rows(f::small_tree({false, false}), leaf_rows());
}

TEST_CASE("Damage of index roots is reported") {
    f::Key tree = f::small_tree({false, false});
    f::at(tree, services).leaf_elements = 2;
    f::at(tree, u"Setup").values.push_back(f::binary_value(u"Spare", Bytes(8)));
    check_rows(tree, index_root_rows());
}

TEST_CASE("Damage of key values and their data is reported") {
    check_rows(f::small_tree({false, false}), key_value_rows());
}

TEST_CASE("Damage of big data is reported") {
    f::Key tree = f::small_tree({false, false});
    const Bytes data(f::segment_size_bytes + 1, std::byte{7});
    f::at(tree, u"Setup").values.push_back(f::binary_value(u"Big", data));
    f::at(tree, u"Setup").values.push_back(f::binary_value(u"Other", data));
    check_rows(tree, big_data_rows());
}

TEST_CASE("Damage of security items is reported") {
    check_rows(f::small_tree({false, false}), security_rows());
}

TEST_CASE("Damage of the two kinds that share a cell is reported from both ends") {
    // A key's class name and a value's data in one cell: neither may be edited.
    f::Built hive = f::build(f::small_tree({false, false}));
    f::put_u32(hive.bytes,
               f::field(hive.value(u"Setup", u"SystemPartition").key_value, f::key_value::data),
               hive.key(secret).class_name);
    CHECK(judge(hive.bytes).structure.damage_count == 1);
}
