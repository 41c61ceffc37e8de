// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/generation.h"

#include <doctest/doctest.h>

#include <string>
#include <tuple>
#include <vector>

#include "hive_builder.h"
#include "system_tree.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using system::Generation;
using system::Sureness;

namespace {

system::GenerationGuess guess(const f::Built& built) {
    return system::guess_generation(regf::Hive(built.bytes));
}
system::GenerationGuess guess(const f::Key& root) {
    return guess(f::build(root));
}

f::Key with_driver_database(f::Key root, std::uint32_t version) {
    root.subkeys.push_back(f::make_key(u"DriverDatabase", {f::dword_value(u"Version", version)}));
    return root;
}

f::Key with_product_type(f::Key root, std::u16string_view type) {
    f::at(root, u"ControlSet001\\Control")
        .subkeys.push_back(f::make_key(u"ProductOptions", {f::sz_value(u"ProductType", type)}));
    return root;
}

}  // namespace

TEST_CASE("The root key's name tells the generation, some more surely than others") {
    const std::vector<std::tuple<f::Generation, Generation, Sureness>> rows = {
        {f::Generation::xp, Generation::xp, Sureness::likely},
        {f::Generation::win7, Generation::win7, Sureness::likely},
        {f::Generation::win81, Generation::win81, Sureness::guessed},
        {f::Generation::win10, Generation::win10, Sureness::guessed},
    };
    for (const auto& [tree, expected, sureness] : rows) {
        const auto found = guess(f::system_tree(tree));
        const std::string word = system::word_of(expected);
        CAPTURE(word);
        CHECK(found.generation == expected);
        CHECK(found.sureness == sureness);
        CHECK_FALSE(found.evidence.empty());
    }
}

TEST_CASE("The version of the driver database tells Windows 8 and later") {
    const std::vector<std::tuple<f::Generation, std::uint32_t, Generation>> rows = {
        {f::Generation::win81, 0x06020000, Generation::win8},
        {f::Generation::win81, 0x06030000, Generation::win81},
        {f::Generation::win10, 0x0a000000, Generation::win10},
    };
    for (const auto& [tree, version, expected] : rows) {
        const auto found = guess(with_driver_database(f::system_tree(tree), version));
        CHECK(found.generation == expected);
        CHECK(found.sureness == Sureness::likely);
    }
}

TEST_CASE("Traces that disagree make a guess, and it says so") {
    const auto found =
        guess(with_driver_database(f::system_tree(f::Generation::win81), 0x0a000000));
    CHECK(found.generation == Generation::win10);
    CHECK(found.sureness == Sureness::guessed);
    CHECK(found.evidence.find("another") != std::string::npos);
}

TEST_CASE("Before Vista the product type tells a server") {
    const f::Key xp = f::system_tree(f::Generation::xp);
    CHECK(guess(with_product_type(xp, u"WinNT")).generation == Generation::xp);
    CHECK(guess(with_product_type(xp, u"ServerNT")).generation == Generation::server2003);
    CHECK(guess(with_product_type(xp, u"LanmanNT")).generation == Generation::server2003);
}

TEST_CASE("An old format is NT 4, as a guess") {
    const auto found =
        guess(f::build(f::system_tree(f::Generation::nt4), f::hive_options(f::Generation::nt4)));
    CHECK(found.generation == Generation::nt4);
    CHECK(found.sureness == Sureness::guessed);
}

TEST_CASE("Without any trace nothing is claimed") {
    f::Key root = f::system_tree(f::Generation::win7);
    root.name = u"SomebodyElse";
    const auto found = guess(root);
    CHECK(found.generation == Generation::unknown);
    CHECK(found.sureness == Sureness::unknown);
}

TEST_CASE("A damaged trace leaves the others") {
    f::Built built =
        f::build(with_driver_database(f::system_tree(f::Generation::win10), 0x0a000000));
    f::put_text(built.bytes, f::field(built.value(u"DriverDatabase", u"Version").key_value, 0),
                "xx");
    const auto found = guess(built);
    CHECK(found.generation == Generation::win10);
    CHECK(found.sureness == Sureness::guessed);
}

TEST_CASE("Every generation has a word and a name of its own") {
    const std::vector<Generation> all = {
        Generation::unknown,    Generation::nt4,   Generation::win2000, Generation::xp,
        Generation::server2003, Generation::vista, Generation::win7,    Generation::win8,
        Generation::win81,      Generation::win10};
    for (const Generation a : all) {
        for (const Generation b : all) {
            if (a == b) continue;
            CHECK(std::string(system::word_of(a)) != system::word_of(b));
            CHECK(std::string(system::name_of(a)) != system::name_of(b));
        }
    }
}
