// SPDX-License-Identifier: GPL-2.0-or-later
// What hivex makes of a plan, read by regf.
#include "hivex/edit_image.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "forwarding_system.h"
#include "hive_builder.h"
#include "hivex/iconv_check.h"
#include "hivex/outline.h"
#include "prepared_hive.h"
#include "regf/key_value.h"
#include "regf/structure.h"
#include "thrown.h"
#include "verify/verify.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::PreparedHive;

namespace {

const std::u16string lsa{f::lsa_path};
const std::u16string providers{f::providers_path};

/// Data of a value in a file.
Bytes data_in(const Bytes& file, const char* path, const char* name) {
    const regf::Hive hive(file);
    const auto key = regf::find_key(regf::root_key(hive), path);
    REQUIRE(key);
    const auto value = regf::find_value(*key, name);
    REQUIRE(value);
    return value->data();
}

std::vector<std::string> value_names(const Bytes& file, std::uint32_t key_node) {
    const regf::Hive hive(file);
    std::vector<std::string> names;
    for (const regf::CellOffset offset : regf::KeyNode(hive, key_node).values()) {
        names.push_back(regf::KeyValue(hive, offset).name().utf8());
    }
    return names;
}

/// A plan that removes one value of ControlSet001\\Control\\Lsa.
nla::Plan removal_from_lsa(const PreparedHive& hive, const std::string& name) {
    nla::PlannedEdit edit;
    edit.control_set = 1;
    edit.key = "Control\\Lsa";
    edit.key_node = hive.built.key(lsa).key_node;
    edit.path = {"ControlSet001", "Control", "Lsa"};
    edit.value = name;
    edit.removed = true;
    nla::Plan plan;
    plan.edits.push_back(edit);
    return plan;
}

std::uint64_t time_of(const Bytes& file, std::uint32_t key_node) {
    return u64_at(file, f::field(key_node, f::key_node::last_written));
}

/// Counts the private copies that are made.
class ScratchCounter : public test::ForwardingSystem {
public:
    using ForwardingSystem::ForwardingSystem;
    int make_scratch(os::Scratch& scratch) override {
        if (made >= fail_from) return 28;  // ENOSPC
        ++made;
        return ForwardingSystem::make_scratch(scratch);
    }
    int made = 0;
    int fail_from = 1000;
};

}  // namespace

TEST_CASE("Trees of all generations are edited, and are sound afterwards") {
    for (const auto generation :
         {f::Generation::xp, f::Generation::server2003, f::Generation::vista, f::Generation::win7,
          f::Generation::win81, f::Generation::win10}) {
        for (const std::uint32_t minor : {3U, 4U, 5U, 6U}) {
            CAPTURE(static_cast<int>(generation));
            CAPTURE(minor);
            f::HiveOptions options;
            options.minor_version = minor;
            const PreparedHive hive(f::system_tree(generation, {false, false}), options);
            const hivex::EditedImage image = hive.edited();
            CHECK(regf::check_structure(regf::Hive(image.bytes)).damage_count == 0);
            CHECK(PreparedHive::plan_of(image.bytes, false).edits.empty());
            for (const nla::PlannedEdit& edit : hive.plan.edits) {
                const std::string path = "ControlSet001\\" + edit.key;
                CHECK(data_in(image.bytes, path.c_str(), edit.value.c_str()) == edit.data);
            }
        }
    }
}

TEST_CASE("Hives of every shape are edited") {
    f::HiveOptions compact;
    compact.fill_last_bin = true;
    f::HiveOptions slack;
    slack.slack_bytes = 16384;
    f::HiveOptions odd_slack;
    odd_slack.slack_bytes = 7;
    f::HiveOptions large_bin;
    large_bin.bin_size_bytes = 65536;
    for (const f::HiveOptions& options : {compact, slack, odd_slack, large_bin}) {
        const PreparedHive hive(f::system_tree(f::Generation::win10, {false, false}), options);
        const hivex::EditedImage image = hive.edited();
        CHECK(test::word_thrown_by([&] { verify::verify(hive.clean, hive.plan, image); }) ==
              "nothing");
    }
}

TEST_CASE("Both special checksums are understood") {
    for (const std::uint32_t sum : {0U, 0xffffffffU}) {
        CAPTURE(sum);
        PreparedHive hive(f::small_tree({false, false}));
        Bytes file = hive.built.bytes;
        constexpr std::size_t last_summed_word = 504;
        f::put_u32(file, last_summed_word, 0);
        std::uint32_t now = 0;
        for (std::size_t at = 0; at < f::base_block::checksum; at += 4) now ^= f::get_u32(file, at);
        f::put_u32(file, last_summed_word, now ^ sum);
        f::mend_checksum(file);
        const recovery::Recovery recovered =
            recovery::recover(file, {}, recovery::LogPolicy::apply);
        const recovery::CleanHive& clean = recovered.hive.value();
        const hivex::EditedImage image =
            hivex::edit_image(clean, hive.plan, hive.shared, test::edit_time, os::real_system());
        CHECK(regf::read_base_block(image.bytes).checksum_is_right());
        CHECK(test::word_thrown_by([&] { verify::verify(clean, hive.plan, image); }) == "nothing");
    }
}

TEST_CASE(
    "Siblings keep their order and bytes, and the time of the two keys becomes that of the edit") {
    const PreparedHive hive(f::system_tree(f::Generation::win7, {false, false}));
    const hivex::EditedImage image = hive.edited();
    CHECK(image.edit_time == test::edit_time);
    for (const auto& [path, cells] : hive.built.keys) {
        const bool edited = path == lsa || path == providers;
        CHECK(time_of(image.bytes, cells.key_node) == (edited ? test::edit_time : f::fixed_time));
        CHECK(value_names(image.bytes, cells.key_node) ==
              value_names(hive.built.bytes, cells.key_node));
    }
    for (const char* name : {"Authentication Packages", "Bounds", "LsaPid", "Notification Packages",
                             "fullprivilegeauditing", "LimitBlankPasswordUse"}) {
        CHECK(data_in(image.bytes, "ControlSet001\\Control\\Lsa", name) ==
              data_in(hive.built.bytes, "ControlSet001\\Control\\Lsa", name));
    }
}

TEST_CASE("A created value is the last one") {
    f::Key root = f::small_tree({false, true});
    f::erase_value(root, lsa, f::packages_value);
    const PreparedHive hive(root, {}, true);
    const hivex::EditedImage image = hive.edited();
    std::vector<std::string> expected = value_names(hive.built.bytes, hive.built.key(lsa).key_node);
    expected.push_back("Security Packages");
    CHECK(value_names(image.bytes, hive.built.key(lsa).key_node) == expected);
}

TEST_CASE("A value is created in a key that had none") {
    f::Key root = f::small_tree({true, false});
    f::erase_value(root, providers, f::providers_value);
    const PreparedHive hive(root, {}, true);
    const hivex::EditedImage image = hive.edited();
    CHECK(data_in(image.bytes, "ControlSet001\\Control\\SecurityProviders", "SecurityProviders") ==
          f::sz(u"credssp.dll"));
    CHECK(test::word_thrown_by([&] { verify::verify(hive.clean, hive.plan, image); }) == "nothing");
}

TEST_CASE("A value is removed, whichever it is, and the others stay as they are") {
    f::Key root = f::small_tree({true, true});
    f::Key& key = f::at(root, std::u16string(f::lsa_path));
    key.values.push_back(f::sz_value(u"", u"default"));
    key.values.push_back(f::sz_value(u"\u0436", u"last"));
    const PreparedHive hive(root);
    const regf::CellOffset node = hive.built.key(lsa).key_node;
    const std::vector<std::string> names = value_names(hive.built.bytes, node);
    REQUIRE(names.size() >= 3);
    for (std::size_t i = 0; i < names.size(); ++i) {
        CAPTURE(names[i]);
        PreparedHive one(root);
        one.plan = removal_from_lsa(one, names[i]);
        const hivex::EditedImage image = one.edited();
        std::vector<std::string> kept = names;
        kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK(value_names(image.bytes, node) == kept);
        CHECK(test::word_thrown_by([&] { verify::verify(one.clean, one.plan, image); }) ==
              "nothing");
        CHECK(hivex::Outline(one.clean, one.plan).size_bytes() == image.bytes.size());
        // What was removed without a plan, or was planned and stayed, is no edit.
        CHECK(test::word_thrown_by([&] { verify::verify(one.clean, hive.plan, image); }) !=
              "nothing");
        CHECK(test::word_thrown_by([&] {
                  verify::verify(one.clean, removal_from_lsa(one, names[(i + 1) % names.size()]),
                                 image);
              }) != "nothing");
    }
}

TEST_CASE("The last value of a key is removed") {
    f::Key root = f::small_tree({true, true});
    f::at(root, std::u16string(f::lsa_path)).values.resize(1);
    PreparedHive hive(root);
    const regf::CellOffset node = hive.built.key(lsa).key_node;
    hive.plan = removal_from_lsa(hive, value_names(hive.built.bytes, node).front());
    const hivex::EditedImage image = hive.edited();
    CHECK(value_names(image.bytes, node).empty());
    CHECK(test::word_thrown_by([&] { verify::verify(hive.clean, hive.plan, image); }) == "nothing");
    CHECK(hivex::Outline(hive.clean, hive.plan).size_bytes() == image.bytes.size());
}

TEST_CASE("Names with letters outside ASCII on the way and beside are kept") {
    f::Key root = f::small_tree({false, true});
    f::at(root, u"ControlSet001\\Control").subkeys.push_back(f::make_key(u"\u0436"));
    f::at(root, u"ControlSet001\\Control").subkeys.push_back(f::make_key(u"caf\u00e9"));
    f::at(root, lsa).values.push_back(f::sz_value(u"\u0436\U0001F511", u"x"));
    f::at(root, lsa).values.push_back(f::sz_value(u"caf\u00e9", u"x"));
    f::at(root, lsa).values.push_back(f::sz_value(u"", u"default"));
    const PreparedHive hive(root);
    CHECK(test::word_thrown_by([&] { verify::verify(hive.clean, hive.plan, hive.edited()); }) ==
          "nothing");
}

TEST_CASE("Both sequence numbers are the highest of all, plus two") {
    f::HiveOptions options;
    options.primary_sequence = options.secondary_sequence = 4711;
    const PreparedHive hive(f::small_tree({false, false}), options);
    const regf::BaseBlock b = regf::read_base_block(hive.edited().bytes);
    CHECK(b.primary_sequence == 4713);
    CHECK(b.secondary_sequence == 4713);
    CHECK(b.checksum_is_right());
    CHECK(b.timestamp == f::fixed_time);
}

TEST_CASE("Beside old logs the timestamps of base block and first bin become those of the edit") {
    Bytes log = f::build(f::make_key(u"ROOT")).bytes;
    log.resize(512);
    f::put_u32(log, f::base_block::file_type, 1);
    f::put_u32(log, f::base_block::primary_sequence, 9000);
    f::put_u32(log, f::base_block::secondary_sequence, 9000);
    f::mend_checksum(log);
    const PreparedHive hive(f::small_tree({false, false}), {}, false, {{"SYSTEM.LOG", log, ""}});
    const Bytes image = hive.edited().bytes;
    CHECK(regf::read_base_block(image).timestamp == test::edit_time);
    CHECK(u64_at(image, 4096 + f::hive_bin::timestamp) == test::edit_time);
    CHECK(regf::read_base_block(image).primary_sequence == 9002);
}

TEST_CASE("The original is not touched") {
    const PreparedHive hive(f::small_tree({false, false}));
    const Bytes before = hive.built.bytes;
    static_cast<void>(hive.edited());
    CHECK(hive.built.bytes == before);
}

TEST_CASE("Where no private copy can be made nothing is edited") {
    const PreparedHive hive(f::small_tree({false, false}));
    ScratchCounter system(os::real_system());
    const auto edit = [&] {
        hivex::edit_image(hive.clean, hive.plan, hive.shared, test::edit_time, system);
    };
    edit();
    CHECK(system.made == 1);
    system.fail_from = 1;
    const auto error = test::error_of(edit);
    REQUIRE(error);
    CHECK(word_of(error->code()) == "io-error");
}

TEST_CASE("A plan for a key that hivex finds elsewhere is refused") {
    PreparedHive hive(f::small_tree({false, true}));
    SUBCASE("another key of that name") {
        hive.plan.edits[0].key_node = 0x20;
    }
    SUBCASE("a name that is not there") {
        hive.plan.edits[0].path.back() = "LsaX";
    }
    if (hive.plan.edits[0].key_node == 0x20) {
        // The root has no values, so that it is no hazard to edit it.
        REQUIRE(hive.built.key(u"").values.empty());
    }
    CHECK(test::word_thrown_by([&] { hive.edited(); }) == "hivex-refused");
}

TEST_CASE("The conversions that hivex needs work where the tests run") {
    CHECK(test::word_thrown_by([] { hivex::require_iconv(); }) == "nothing");
}
