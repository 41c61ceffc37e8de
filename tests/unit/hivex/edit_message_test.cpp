// SPDX-License-Identifier: GPL-2.0-or-later
#include "hivex/edit_message.h"

#include <doctest/doctest.h>

#include "thrown.h"

using namespace nlafix;
using hivex::Outcome;
using hivex::Step;

namespace {

std::vector<nla::PlannedEdit> two_edits() {
    std::vector<nla::PlannedEdit> edits(2);
    edits[0].path = {"ControlSet001", "Control", "Lsa"};
    edits[0].key_node = 0x1234;
    edits[0].value = "Security Packages";
    edits[0].type = 7;
    edits[0].data = {std::byte{1}, std::byte{0}, std::byte{2}};
    edits[1].value = "caf\xc3\xa9";
    edits[1].removed = true;
    return edits;
}

}  // namespace

TEST_CASE("Edits come through as far as hivex needs them") {
    const std::vector<nla::PlannedEdit> edits = two_edits();
    const std::vector<nla::PlannedEdit> back = hivex::unpacked_edits(hivex::packed(edits));
    REQUIRE(back.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(back[i].path == edits[i].path);
        CHECK(back[i].key_node == edits[i].key_node);
        CHECK(back[i].value == edits[i].value);
        CHECK(back[i].removed == edits[i].removed);
        CHECK(back[i].type == edits[i].type);
        CHECK(back[i].data == edits[i].data);
    }
}

TEST_CASE("A cut message is an error, wherever it is cut") {
    const Bytes message = hivex::packed(two_edits());
    for (std::size_t size = 0; size < message.size(); ++size) {
        const ByteView cut = ByteView(message).first(size);
        CHECK(test::word_thrown_by([&] { hivex::unpacked_edits(cut); }) == "malformed-hive");
    }
}

TEST_CASE("Only an outcome of these edits is believed") {
    const std::vector<nla::PlannedEdit> edits = two_edits();
    const auto comes_through = [&edits](const Outcome& outcome) {
        return hivex::unpacked_outcome(hivex::packed(outcome), edits).has_value();
    };
    CHECK(comes_through({}));
    CHECK(comes_through({Step::commit, 0, 0, 28}));
    CHECK(comes_through({Step::child, 0, 2, 0}));
    CHECK_FALSE(comes_through({Step::child, 0, 3, 0}));
    CHECK_FALSE(comes_through({Step::child, 1, 0, 0}));
    CHECK_FALSE(comes_through({Step::set_value, 2, 0, 0}));
    CHECK_FALSE(comes_through({static_cast<Step>(8), 0, 0, 0}));
    CHECK_FALSE(hivex::unpacked_outcome(Bytes(15), edits).has_value());
    CHECK_FALSE(hivex::unpacked_outcome(Bytes(17), edits).has_value());
}
