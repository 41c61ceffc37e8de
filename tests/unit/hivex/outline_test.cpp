// SPDX-License-Identifier: GPL-2.0-or-later
// Our arithmetic against what hivex does.
#include "hivex/outline.h"

#include <doctest/doctest.h>

#include <string>

#include "hive_builder.h"
#include "prepared_hive.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::PreparedHive;

namespace {

constexpr std::size_t page_bytes = 4096;

bool page_differs(const Bytes& image, ByteView before, std::size_t at) {
    const ByteView after = ByteView(image).subspan(at, std::min(page_bytes, image.size() - at));
    return at + after.size() > before.size() || !equal(after, before.subspan(at, after.size()));
}

/// The outline has the size of the edited image, and differs from the hive in the same pages.
void require_same_outline(const PreparedHive& hive) {
    const Bytes outline = hivex::Outline(hive.clean, hive.plan).image();
    const Bytes edited = hive.edited().bytes;
    REQUIRE(outline.size() == edited.size());
    for (std::size_t at = 0; at < edited.size(); at += page_bytes) {
        CAPTURE(at);
        CHECK(page_differs(outline, hive.clean.image(), at) ==
              page_differs(edited, hive.clean.image(), at));
    }
    const regf::BaseBlock ours = regf::read_base_block(outline);
    const regf::BaseBlock theirs = regf::read_base_block(edited);
    CHECK(ours.bins_size_bytes == theirs.bins_size_bytes);
    CHECK(ours.primary_sequence == theirs.primary_sequence);
    CHECK(ours.checksum_is_right());
}

/// A hive with so many values of `data_bytes` each beside the edited one.
PreparedHive with_siblings(std::size_t count, std::size_t data_bytes) {
    f::Key root = f::small_tree({false, false});
    for (std::size_t i = 0; i < count; ++i) {
        const std::string name = "value " + std::to_string(i);
        f::at(root, std::u16string(f::lsa_path))
            .values.push_back(f::sz_value(std::u16string(name.begin(), name.end()),
                                          std::u16string(data_bytes / 2, u'x')));
    }
    return PreparedHive(root);
}

}  // namespace

TEST_CASE("An edit grows hives of every generation as it was foreseen") {
    for (const auto generation :
         {f::Generation::xp, f::Generation::server2003, f::Generation::vista, f::Generation::win7,
          f::Generation::win81, f::Generation::win10}) {
        CAPTURE(static_cast<int>(generation));
        require_same_outline(PreparedHive(f::system_tree(generation, {false, false})));
    }
}

TEST_CASE("An edit grows hives of every shape as it was foreseen") {
    f::HiveOptions compact;
    compact.fill_last_bin = true;
    f::HiveOptions slack;
    slack.slack_bytes = 16384;
    f::HiveOptions odd_slack;
    odd_slack.slack_bytes = 7;
    f::HiveOptions large_bin;
    large_bin.bin_size_bytes = 65536;
    for (const f::HiveOptions& options : {compact, slack, odd_slack, large_bin}) {
        require_same_outline(
            PreparedHive(f::system_tree(f::Generation::win10, {false, false}), options));
    }
}

TEST_CASE("Values of every size beside the edited one fill new bins as it was foreseen") {
    for (const std::size_t count : {1U, 7U, 60U, 200U}) {
        for (const std::size_t data_bytes :
             {2U, 4U, 30U, 4000U, 4052U, 4056U, 4060U, 4064U, 9000U}) {
            if (count * data_bytes > 500'000) continue;
            CAPTURE(count);
            CAPTURE(data_bytes);
            require_same_outline(with_siblings(count, data_bytes));
        }
    }
}

TEST_CASE("A created value is foreseen") {
    f::Key root = f::small_tree({true, false});
    f::erase_value(root, std::u16string(f::providers_path), f::providers_value);
    require_same_outline(PreparedHive(root, {}, true));
}
