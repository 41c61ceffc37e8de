// SPDX-License-Identifier: GPL-2.0-or-later
// What is odd, but no reason not to edit a hive.
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

const std::u16string services = u"ControlSet001\\Services";

std::size_t services_list(const f::Built& hive, std::size_t at) {
    return f::field(hive.key(services).subkey_list, f::subkey_list::first_element + at);
}

void swap_first_two_services(f::Built& hive) {
    for (const std::size_t at : {std::size_t{0}, std::size_t{4}}) {
        const std::uint32_t first = f::get_u32(hive.bytes, services_list(hive, at));
        const std::uint32_t second = f::get_u32(hive.bytes, services_list(hive, at + 8));
        f::put_u32(hive.bytes, services_list(hive, at), second);
        f::put_u32(hive.bytes, services_list(hive, at + 8), first);
    }
}

struct Row {
    std::string name;
    std::uint64_t warnings;
    const char* fragment;  // of a warning, if there is one
    std::function<void(f::Built&)> patch;
};

std::vector<Row> rows() {
    return {
        {"a wrong hash", 1, "wrong hash of \"KeyIso\"",
         [](f::Built& hive) { f::put_u32(hive.bytes, services_list(hive, 4), 0x12345678); }},
        {"two keys out of order", 1, "\"KeyIso\" is not in order", swap_first_two_services},
        {"more references to a security item than keys", 1, "counts 77 references",
         [](f::Built& hive) {
             f::put_u32(hive.bytes, f::field(hive.security.at(1), f::key_security::reference_count),
                        77);
         }},
        {"no references to a security item", 1, "counts 0 references",
         [](f::Built& hive) {
             f::put_u32(hive.bytes, f::field(hive.security.at(1), f::key_security::reference_count),
                        0);
         }},
        {"a volatile subkey is counted", 0, "",
         [](f::Built& hive) {
             const std::uint32_t root = hive.key(u"").key_node;
             f::put_u32(hive.bytes, f::field(root, f::key_node::volatile_subkey_count), 1);
             f::put_u32(hive.bytes, f::field(root, f::key_node::volatile_subkey_list), 0x80000148);
         }},
        {"a cell that nothing refers to", 0, "",
         [](f::Built& hive) {
             f::put_u32(hive.bytes, f::field(hive.key(u"Setup").key_node, f::key_node::value_count),
                        1);
         }},
        {"the root names a parent", 0, "",
         [](f::Built& hive) {
             f::put_u32(hive.bytes, f::field(hive.key(u"").key_node, f::key_node::parent), 77);
         }},
        {"a list that is not needed", 0, "",
         [](f::Built& hive) {
             f::put_u32(hive.bytes, f::field(hive.key(u"Setup").key_node, f::key_node::subkey_list),
                        77);
         }},
        {"garbage in the flags of the base block", 0, "",
         [](f::Built& hive) { f::put_u32(hive.bytes, f::base_block::flags, 0xdeadbeef); }},
        {"fields of the boot loader", 0, "",
         [](f::Built& hive) {
             f::put_u32(hive.bytes, f::base_block::boot_type, 1);
             f::put_u32(hive.bytes, f::base_block::boot_recover, 1);
         }},
        {"two values share one cell of data", 0, "",
         [](f::Built& hive) {
             const std::size_t at = f::field(hive.value(u"Setup", u"SystemPartition").key_value, 0);
             const std::size_t other = f::field(hive.value(u"Setup", u"OsLoaderPath").key_value, 0);
             f::put_u32(hive.bytes, other + 8, f::get_u32(hive.bytes, at + 8));
             f::put_u32(hive.bytes, other + 4, f::get_u32(hive.bytes, at + 4));
         }},
        {"a value is listed twice", 0, "",
         [](f::Built& hive) {
             const std::size_t list = f::field(hive.key(u"Setup").value_list, 0);
             f::put_u32(hive.bytes, list + 4, f::get_u32(hive.bytes, list));
         }},
        {"a predefined handle counts something else than values", 0, "",
         [](f::Built& hive) {
             const std::uint32_t key = hive.key(u"Setup").key_node;
             const std::size_t flags = f::field(key, f::key_node::flags);
             f::put_u16(hive.bytes, flags,
                        static_cast<std::uint16_t>(f::get_u16(hive.bytes, flags) | 0x40));
             f::put_u32(hive.bytes, f::field(key, f::key_node::value_count), 0x80000004);
         }},
    };
}

}  // namespace

TEST_CASE("What is only odd is no damage") {
    for (const Row& row : rows()) {
        CAPTURE(row.name);
        f::Built hive = f::build(f::small_tree({false, false}));
        row.patch(hive);
        f::mend_checksum(hive.bytes);
        const test::Judgement result = judge(hive.bytes);
        CHECK(result.thrown == "");
        CHECK(result.damage == "");
        INFO("warnings: " << result.warnings);
        CHECK(result.structure.warning_count == row.warnings);
        CHECK(contains(result.warnings, row.fragment));
    }
}

TEST_CASE("Large data in one cell is a warning from minor version 4 on") {
    for (const std::uint32_t minor : {3U, 4U, 5U, 6U}) {
        CAPTURE(minor);
        f::Key root = f::small_tree({true, true});
        f::Value large = f::binary_value(u"Large", Bytes(f::segment_size_bytes + 1));
        large.storage = f::Storage::cell;
        f::at(root, u"Setup").values.push_back(large);
        f::HiveOptions options;
        options.minor_version = minor;
        const test::Judgement result = judge(f::build(root, options).bytes);
        CHECK(result.damage == "");
        CHECK(result.structure.warning_count == (minor == 3 ? 0 : 1));
        CHECK(contains(result.warnings, "16344") == (minor != 3));
    }
}

TEST_CASE("Hashes and order are only judged where Windows' own table of cases is not needed") {
    f::Key root = f::small_tree({true, true});
    f::Key names = f::make_key(u"Names");
    for (const char16_t* name :
         {u"\u0436", u"\u0416\u0416", u"stra\u00dfe", u"\u00e4", u"\u30c6"}) {
        names.subkeys.push_back(f::make_key(name));
    }
    root.subkeys.push_back(names);
    f::Built hive = f::build(root);
    CHECK(judge(hive.bytes).warnings == "");
    // One wrong hash of a Cyrillic name, one of a Latin-1 name.
    const std::size_t list =
        f::field(hive.key(u"Names").subkey_list, f::subkey_list::first_element);
    for (std::size_t i = 0; i < 5; ++i) f::put_u32(hive.bytes, list + 8 * i + 4, 1);
    CHECK(judge(hive.bytes).structure.warning_count == 2);
}
