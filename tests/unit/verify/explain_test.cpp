// SPDX-License-Identifier: GPL-2.0-or-later
// No byte of an edited copy can be another one, and what is accepted is accepted by the walk of
// both trees, too.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "compare_trees.h"
#include "prepared_hive.h"
#include "regf/structure.h"
#include "thrown.h"
#include "verify/verify.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::PreparedHive;

namespace {

bool is_accepted(const PreparedHive& hive, hivex::EditedImage image) {
    return !test::error_of([&] { verify::verify(hive.clean, hive.plan, std::move(image)); });
}

/// What stood in the place of the explanation before: a strict walk of the copy, and a walk of both
/// trees side by side.
bool oracle_accepts(const PreparedHive& hive, const hivex::EditedImage& image) {
    return !test::error_of([&] {
        const regf::Hive before(hive.clean.image());
        const regf::Hive after(image.bytes);
        test::compare_trees(before, after, hive.plan, image.edit_time);
        const regf::Structure structure = regf::check_structure(after);
        if (structure.damage_count != 0) throw Error(ErrorCode::malformed_hive, "damaged");
    });
}

struct Form {
    std::string name;
    f::HiveOptions options;
};

/// Room in the last bin, none, and bytes behind the last bin, which new bins then take the place
/// of.
std::vector<Form> forms() {
    f::HiveOptions full;
    full.fill_last_bin = true;
    f::HiveOptions slack = full;
    slack.slack_bytes = 4096 + 512;
    slack.slack_fill = std::byte{0x5a};
    return {{"with room in the last bin", {}},
            {"that needs a bin", full},
            {"that needs a bin in the place of other bytes", slack}};
}

}  // namespace

TEST_CASE("An edited copy with any one bit flipped is refused") {
    for (const Form& form : forms()) {
        CAPTURE(form.name);
        const PreparedHive hive(f::small_tree({false, false}), form.options);
        const hivex::EditedImage good = hive.edited();
        REQUIRE(test::message_thrown_by([&] { verify::verify(hive.clean, hive.plan, good); }) ==
                "nothing");
        REQUIRE(oracle_accepts(hive, good));
        for (std::size_t at = 0; at < good.bytes.size(); ++at) {
            hivex::EditedImage image = good;
            image.bytes[at] ^= static_cast<std::byte>(1U << (at % 8));
            // A wrong checksum alone would refuse all of these; without it the fields must.
            if (at < regf::checksum_at) f::mend_checksum(image.bytes);
            if (!is_accepted(hive, image)) continue;
            CAPTURE(at);
            FAIL_CHECK("accepted");
        }
    }
}

TEST_CASE("What is accepted of spoilt copies is accepted by the walk of both trees") {
    const PreparedHive hive(f::small_tree({false, false}));
    const hivex::EditedImage good = hive.edited();
    std::mt19937 random(951608);
    const auto below = [&](std::size_t limit) {
        return static_cast<std::size_t>(random() % static_cast<std::uint32_t>(limit));
    };
    std::size_t oracle_alone = 0;
    for (int round = 0; round < 20000; ++round) {
        hivex::EditedImage image = good;
        // Four bytes from elsewhere: offsets and sizes that are plausible, in the wrong place.
        for (std::size_t changes = 1 + below(2); changes > 0; --changes) {
            const std::size_t to = 4096 + below((good.bytes.size() - 4096) / 4) * 4;
            const std::size_t from = 4096 + below((good.bytes.size() - 4096) / 4) * 4;
            f::put_u32(image.bytes, to, f::get_u32(good.bytes, from));
        }
        const bool accepted = is_accepted(hive, image);
        const bool by_oracle = oracle_accepts(hive, image);
        if (accepted && image.bytes != good.bytes) FAIL_CHECK("accepted in round ", round);
        if (accepted) CHECK(by_oracle);
        if (by_oracle && !accepted) ++oracle_alone;
    }
    // The walk does not see free bytes; were it never alone, the rounds would change nothing of
    // note.
    CHECK(oracle_alone > 100);
}
