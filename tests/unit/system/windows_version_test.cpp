// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/windows_version.h"

#include <doctest/doctest.h>

#include <string>
#include <tuple>
#include <vector>

#include "hive_builder.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using system::Generation;

namespace {

const std::u16string key_path = u"Microsoft\\Windows NT\\CurrentVersion";

/// A SOFTWARE hive with these values where Windows says what it is.
f::Key software(std::vector<f::Value> values) {
    return f::make_key(
        u"ROOT", {},
        {f::make_key(u"Microsoft", {},
                     {f::make_key(u"Windows NT", {},
                                  {f::make_key(u"CurrentVersion", std::move(values))})})});
}

f::Key server_2019() {
    return software({f::sz_value(u"CurrentVersion", u"6.3"), f::sz_value(u"CurrentBuild", u"17763"),
                     f::sz_value(u"CurrentBuildNumber", u"17763"),
                     f::sz_value(u"EditionID", u"ServerDatacenter"),
                     f::sz_value(u"ProductName", u"Windows Server 2019 Datacenter"),
                     f::sz_value(u"ReleaseId", u"1809"), f::dword_value(u"UBR", 737)});
}

std::optional<system::WindowsVersion> read(const f::Built& built) {
    return system::read_windows_version(regf::Hive(built.bytes));
}
std::optional<system::WindowsVersion> read(const f::Key& root) {
    return read(f::build(root));
}

Generation generation_of_build(std::u16string_view build) {
    return system::generation_of(*read(software({f::sz_value(u"CurrentBuildNumber", build)})));
}

}  // namespace

TEST_CASE("A SOFTWARE hive says product, edition, release and build") {
    const auto version = read(server_2019());
    REQUIRE(version);
    CHECK(version->product == "Windows Server 2019 Datacenter");
    CHECK(version->edition == "ServerDatacenter");
    CHECK(version->release == "1809");
    CHECK(version->build == "17763");
    CHECK(version->revision == 737);
    CHECK(version->version == "6.3");
    CHECK_FALSE(version->damaged);
    CHECK(system::generation_of(*version) == Generation::win10);
    CHECK(system::name_of(*version) == "Windows Server 2019 Datacenter, 1809, build 17763.737");
}

TEST_CASE("An early Windows that says less has a name all the same") {
    const auto version = read(software({f::sz_value(u"ProductName", u"Microsoft Windows XP"),
                                        f::sz_value(u"CurrentBuildNumber", u"2600")}));
    REQUIRE(version);
    CHECK(system::name_of(*version) == "Microsoft Windows XP, build 2600");
    CHECK(system::generation_of(*version) == Generation::xp);
    CHECK_FALSE(version->damaged);
}

TEST_CASE("Windows 11 calls itself 10; its build tells") {
    const auto name = [](std::u16string_view build, std::u16string_view product) {
        return system::name_of(*read(software(
            {f::sz_value(u"ProductName", product), f::sz_value(u"CurrentBuildNumber", build)})));
    };
    CHECK(name(u"22000", u"Windows 10 Pro") == "Windows 11 Pro, build 22000");
    CHECK(name(u"19045", u"Windows 10 Pro") == "Windows 10 Pro, build 19045");
    CHECK(name(u"26100", u"Windows Server 2025 Standard") ==
          "Windows Server 2025 Standard, build 26100");
}

TEST_CASE("The first build of each generation, and the last of the one before") {
    const std::vector<std::tuple<std::u16string_view, Generation>> rows = {
        {u"1380", Generation::unknown},    {u"1381", Generation::nt4},
        {u"2194", Generation::nt4},        {u"2195", Generation::win2000},
        {u"2599", Generation::win2000},    {u"2600", Generation::xp},
        {u"3789", Generation::xp},         {u"3790", Generation::server2003},
        {u"5999", Generation::server2003}, {u"6000", Generation::vista},
        {u"6002", Generation::vista},      {u"7600", Generation::win7},
        {u"7601", Generation::win7},       {u"9199", Generation::win7},
        {u"9200", Generation::win8},       {u"9599", Generation::win8},
        {u"9600", Generation::win81},      {u"10239", Generation::win81},
        {u"10240", Generation::win10},     {u"26100", Generation::win10},
    };
    for (const auto& [build, expected] : rows) {
        const std::string shown(build.begin(), build.end());
        CAPTURE(shown);
        CHECK(generation_of_build(build) == expected);
    }
}

TEST_CASE("A build that is no number says nothing") {
    for (const std::u16string_view build : {u"", u"97x", u"-1", u"1000000", u"99999999999999"}) {
        CAPTURE(std::string(build.begin(), build.end()));
        CHECK(generation_of_build(build) == Generation::unknown);
    }
}

TEST_CASE("A hive that is not SOFTWARE has no version") {
    CHECK_FALSE(read(f::make_key(u"ROOT")));
    CHECK_FALSE(read(f::make_key(u"ROOT", {}, {f::make_key(u"Microsoft")})));
}

TEST_CASE("An empty key is a Windows of which nothing is known") {
    const auto version = read(software({}));
    REQUIRE(version);
    CHECK_FALSE(version->damaged);
    CHECK(system::name_of(*version) == "an unknown Windows");
}

TEST_CASE("One damaged value leaves the others") {
    f::Built built = f::build(server_2019());
    const std::uint32_t product = built.value(key_path, u"ProductName").key_value;
    SUBCASE("its data lies in no cell") {
        f::put_u32(built.bytes, f::field(product, f::key_value::data), 0x7ffffff0);
    }
    SUBCASE("it has another type") {
        f::put_u32(built.bytes, f::field(product, f::key_value::type), f::reg_binary);
    }
    SUBCASE("it is longer than its cell") {
        f::put_u32(built.bytes, f::field(product, f::key_value::data_size), 0x10000);
    }
    const auto version = read(built);
    REQUIRE(version);
    CHECK(version->damaged);
    CHECK(version->product.empty());
    CHECK(version->build == "17763");
    CHECK(system::name_of(*version) == "Windows 10, Server 2016 or later, 1809, build 17763.737");
}

TEST_CASE("A number that is too short is damage") {
    const auto version = read(software({f::make_value(u"UBR", f::reg_dword, f::bytes({1, 2}))}));
    REQUIRE(version);
    CHECK(version->damaged);
    CHECK_FALSE(version->revision);
}

TEST_CASE("Text without its NUL, with text behind it, or endless") {
    const auto product = [](const Bytes& data) {
        return read(software({f::make_value(u"ProductName", f::reg_sz, data)}))->product;
    };
    CHECK(product(f::utf16(u"Windows 7")) == "Windows 7");
    CHECK(product(f::utf16(std::u16string_view(u"Windows 7\0rest", 14))) == "Windows 7");
    CHECK(product(f::sz(std::u16string(5000, u'x'))).size() == 256);
    CHECK(product({}) == "");
}

TEST_CASE("A path that leads into damage is no version") {
    f::Built built = f::build(server_2019());
    f::put_text(built.bytes, f::field(built.key(key_path).key_node, 0), "xx");
    CHECK_FALSE(read(built));
}
