// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/repair.h"

#include <doctest/doctest.h>

#include <string>
#include <tuple>
#include <vector>

#include "hive_builder.h"
#include "prepared_hive.h"
#include "unit/nla/diagnosis_tree.h"
#include "verify/verify.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using nla::HiveRole;
using test::Content;
using G = f::Generation;
using Strings = std::vector<std::string>;

namespace {

const std::string server = "Control\\Terminal Server";
const std::string listener = server + "\\WinStations\\RDP-Tcp";

struct Case {
    const char* code;
    std::string key;
    const char* value;
    std::uint32_t broken;
    std::uint32_t mended;
};

std::vector<Case> cases() {
    return {{"remote-desktop-off", server, "fDenyTSConnections", 1, 0},
            {"nla-required", listener, "UserAuthentication", 1, 0},
            {"listener-off", listener, "fEnableWinStation", 0, 1},
            {"security-layer-out-of-range", listener, "SecurityLayer", 9, 1},
            {"termservice-disabled", "Services\\TermService", "Start", 4, 3},
            {"keyiso-disabled", "Services\\KeyIso", "Start", 4, 3},
            {"sessionenv-disabled", "Services\\SessionEnv", "Start", 4, 3},
            {"umrdpservice-disabled", "Services\\UmRdpService", "Start", 4, 3}};
}

f::Key tree_with(const std::vector<Case>& broken, f::Entries entries = {true, true}) {
    f::Key root = f::system_tree(G::win7, entries);
    for (const Case& one : broken) {
        test::put(root, test::number(HiveRole::system, one.key, one.value, one.broken));
    }
    return root;
}

nla::Plan plan_of(const regf::Hive& hive, const Strings& codes) {
    const auto sets = system::choose_control_sets(hive, system::read_select(hive), {});
    const nla::Diagnosis diagnosis = nla::diagnose(hive, sets, {});
    nla::Plan plan = nla::make_plan(diagnosis, false);
    nla::add_repairs(diagnosis, codes, plan);
    return plan;
}

nla::Plan plan_of(const f::Built& built, const Strings& codes) {
    return plan_of(regf::Hive(built.bytes), codes);
}

}  // namespace

TEST_CASE("Each repair plans the one value, and the copy that is edited passes verification") {
    for (const Case& one : cases()) {
        CAPTURE(one.code);
        test::PreparedHive prepared(tree_with({one}));
        prepared.plan = plan_of(prepared.built, {one.code});
        REQUIRE(prepared.plan.edits.size() == 1);
        const nla::PlannedEdit& edit = prepared.plan.edits[0];
        CHECK(edit.key == one.key);
        CHECK(edit.value == one.value);
        CHECK(edit.old_data == f::dword(one.broken));
        CHECK(edit.data == f::dword(one.mended));
        CHECK(edit.repairs == one.code);
        CHECK_FALSE(edit.created);
        const verify::VerifiedImage image =
            verify::verify(prepared.clean, prepared.plan, prepared.edited());
        // A second run has nothing to do.
        CHECK(plan_of(regf::Hive(image.bytes()), {one.code}).edits.empty());
    }
}

TEST_CASE("All repairs and both entries go in one write, three of them into one key") {
    Strings codes;
    for (const Case& one : cases()) codes.emplace_back(one.code);
    test::PreparedHive prepared(tree_with(cases(), {false, false}));
    prepared.plan = plan_of(prepared.built, codes);
    CHECK(prepared.plan.edits.size() == cases().size() + 2);
    const verify::VerifiedImage image =
        verify::verify(prepared.clean, prepared.plan, prepared.edited());
    CHECK(plan_of(regf::Hive(image.bytes()), codes).edits.empty());
}

TEST_CASE("Nothing is repaired that was not asked for, or is not there") {
    const f::Built built = f::build(tree_with(cases()));
    CHECK(plan_of(built, {}).edits.empty());
    CHECK(plan_of(built, {"keyiso-disabled"}).edits.size() == 1);
    const f::Built healthy = f::build(f::system_tree(G::win7, {true, true}));
    CHECK(plan_of(healthy, {"keyiso-disabled", "nla-required"}).edits.empty());
    // A code without a repair writes nothing even where it is found.
    CHECK_FALSE(nla::is_repair("no-tls-server"));
    CHECK_FALSE(nla::is_repair("no-such-code"));
    CHECK(nla::is_repair("nla-required"));
}

TEST_CASE("A certificate that was chosen is let go, and nothing else") {
    f::Key root = tree_with({});
    const Bytes thumbprint(20, std::byte{0x5a});
    f::Value pinned;
    pinned.name = u"SSLCertificateSHA1Hash";
    pinned.type = f::reg_binary;
    pinned.data = thumbprint;
    f::at(root, u"ControlSet001\\Control\\Terminal Server\\WinStations\\RDP-Tcp")
        .values.push_back(pinned);
    test::PreparedHive prepared(root);
    prepared.plan = plan_of(prepared.built, {"certificate-pinned"});
    REQUIRE(prepared.plan.edits.size() == 1);
    const nla::PlannedEdit& edit = prepared.plan.edits[0];
    CHECK(edit.removed);
    CHECK(edit.old_data == thumbprint);
    CHECK(nla::after_of(edit) == "absent");
    const verify::VerifiedImage image =
        verify::verify(prepared.clean, prepared.plan, prepared.edited());
    CHECK(plan_of(regf::Hive(image.bytes()), {"certificate-pinned"}).edits.empty());
}

TEST_CASE("SecurityLayer becomes what the generation ships with") {
    const nla::Place& layer = nla::find_rule("security-layer-out-of-range")->places.front();
    using system::Generation;
    CHECK(nla::stock_number(layer, Generation::win7) == 1);
    CHECK(nla::stock_number(layer, Generation::win81) == 1);
    CHECK(nla::stock_number(layer, Generation::win10) == 2);
    CHECK(nla::stock_number(layer, Generation::unknown) == 1);
}

TEST_CASE("A value that cannot be read is an obstacle where its repair was asked for") {
    f::Key root = tree_with({});
    f::value_at(root, u"ControlSet001\\Services\\KeyIso", u"Start") = f::sz_value(u"Start", u"4");
    const f::Built built = f::build(root);
    CHECK_FALSE(plan_of(built, {"termservice-disabled"}).obstacle);
    const nla::Plan plan = plan_of(built, {"keyiso-disabled"});
    REQUIRE(plan.obstacle);
    CHECK(plan.obstacle->code() == ErrorCode::malformed_value);
    CHECK(plan.edits.empty());
}

TEST_CASE("An edit that hits another number than planned does not pass verification") {
    test::PreparedHive prepared(tree_with({cases()[0]}));
    prepared.plan = plan_of(prepared.built, {cases()[0].code});
    hivex::EditedImage edited = prepared.edited();
    nla::Plan other = prepared.plan;
    other.edits[0].data = f::dword(7);
    CHECK_THROWS_AS(verify::verify(prepared.clean, other, std::move(edited)), Error);
}
