// SPDX-License-Identifier: GPL-2.0-or-later
// The rooms of evidence on what a stranger may have written: nla/certificates.h,
// nla/local_accounts.h, nla/user_rights.h.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "base/file_time.h"
#include "nla/certificates.h"
#include "nla/local_accounts.h"
#include "nla/user_rights.h"
#include "regf/hive.h"
#include "unit/nla/evidence_data.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using nla::HiveRole;

namespace {

constexpr std::uint64_t now = test::Hives::now;

f::Built built(const std::vector<test::Content>& contents) {
    f::Key root = f::make_key(u"ROOT");
    for (const test::Content& content : contents) test::put(root, content);
    return f::build(root);
}

std::vector<test::Content> sam(const Bytes& account) {
    std::vector<test::Content> contents = test::administrators({500});
    contents.push_back(test::account(500, account));
    return contents;
}

nla::LocalAdministrators administrators_of(const Bytes& account) {
    const f::Built bytes = built(sam(account));
    return nla::read_local_administrators(regf::Hive(bytes.bytes)).value();
}

}  // namespace

TEST_CASE("The dates of a certificate are read in both forms that DER has for them") {
    const nla::Certificate utc =
        nla::read_certificate_blob(test::certificate_blob("491231235959Z", "500101000000Z", true));
    REQUIRE(utc.validity);
    CHECK(utc_text(utc.validity->from) == "2049-12-31T23:59:59Z");
    CHECK(utc_text(utc.validity->until) == "1950-01-01T00:00:00Z");
    CHECK(utc.has_private_key);
    const nla::Certificate long_form = nla::read_certificate_blob(
        test::certificate_blob("20240229120000Z", "21000101000000Z", false));
    REQUIRE(long_form.validity);
    CHECK(utc_text(long_form.validity->from) == "2024-02-29T12:00:00Z");
    CHECK(utc_text(long_form.validity->until) == "2100-01-01T00:00:00Z");
    CHECK_FALSE(long_form.has_private_key);
}

TEST_CASE("A certificate whose dates are none has none") {
    for (const char* time : {"230229000000Z", "231301000000Z", "2301010000Z", "23x101000000Z", "",
                             "16000101000000Z", "2301"}) {
        CAPTURE(time);
        CHECK_FALSE(nla::read_certificate_blob(test::certificate_blob(time, "300101000000Z", true))
                        .validity);
    }
}

TEST_CASE("A spoilt blob of a certificate is read or not, and no byte beyond it") {
    const Bytes good = test::certificate_blob("250101000000Z", "300101000000Z", true);
    for (std::size_t size = 0; size < good.size(); ++size) {
        const Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK_FALSE(nla::read_certificate_blob(cut).validity);
    }
    std::mt19937 random(9);
    for (int round = 0; round < 20'000; ++round) {
        Bytes spoilt = good;
        for (unsigned i = random() % 4 + 1; i > 0; --i) {
            spoilt[random() % spoilt.size()] = static_cast<std::byte>(random());
        }
        static_cast<void>(nla::read_certificate_blob(spoilt));
    }
}

TEST_CASE("An account is usable unless it is disabled, expired or locked out") {
    constexpr std::uint64_t today = now / file_time_ticks_per_day;
    struct Row {
        unsigned flags;
        std::uint64_t set, expires;
        std::string unusable, not_remotely;
    };
    for (const Row& row :
         {Row{0x210, today, 0, "", ""}, Row{0x211, today, 0, "disabled", ""},
          Row{0x210, today, today - 2, "expired on 2026-11-22", ""},
          Row{0x210, today, today + 2, "", ""}, Row{0x10, today - 41, 0, "", ""},
          Row{0x10, today - 42, 0, "", "its password is of 2026-10-13 and has expired"},
          Row{0x210, today - 999, 0, "", ""},
          Row{0x10, 0, 0, "", "its password must be changed at the next login"},
          Row{0x210, 0, 0, "", ""},
          // The lock was over half an hour after the last wrong password, which was in 1601.
          Row{0x610, today, 0, "", ""}}) {
        CAPTURE(row.flags);
        CAPTURE(row.set);
        const auto all = administrators_of(test::account_data(row.flags, row.set, row.expires));
        REQUIRE(all.accounts.size() == 1);
        CHECK(why_unusable(all.accounts[0], all, now) == row.unusable);
        CHECK(why_not_remotely(all.accounts[0], all, now) == row.not_remotely);
    }
}

TEST_CASE("A lockout lasts as long as the machine says, counted from the last wrong password") {
    Bytes data = test::account_data(0x610, 1, 0);
    const std::uint64_t minute = 60 * file_time_ticks_per_second;
    f::put_u64(data, 40, now - 29 * minute);
    auto all = administrators_of(data);
    CHECK(why_unusable(all.accounts[0], all, now) == "locked out");
    CHECK(why_unusable(all.accounts[0], all, now + minute) == "");
    all.lockout_duration = 0;
    CHECK(why_unusable(all.accounts[0], all, now + minute) ==
          "locked out until somebody unlocks it");
}

TEST_CASE("Members of a domain, groups and accounts without data are counted, not named") {
    auto contents = test::administrators({500, 1000});
    contents.push_back(test::account(500, test::account_data(0x210, 1, 0)));
    const f::Built bytes = built(contents);
    const auto all = nla::read_local_administrators(regf::Hive(bytes.bytes));
    REQUIRE(all);
    CHECK(all->accounts.size() == 1);
    CHECK(all->accounts[0].name == "RID 500");
    CHECK(all->others == 1);
}

TEST_CASE("A group that claims more than it has gives what is there") {
    for (const std::size_t at : {std::size_t{40}, std::size_t{44}, std::size_t{48}}) {
        auto contents = sam(test::account_data(0x210, 1, 0));
        f::put_u32(contents[0].value.data, at, 0xfffffff0);
        const f::Built bytes = built(contents);
        const auto all = nla::read_local_administrators(regf::Hive(bytes.bytes));
        REQUIRE(all);
        CHECK(all->accounts.size() + all->others <= 1);
    }
    auto contents = sam(Bytes(79));
    contents[0].value.data.resize(52 + 5);
    const f::Built bytes = built(contents);
    CHECK(nla::read_local_administrators(regf::Hive(bytes.bytes))->accounts.empty());
}

TEST_CASE("Rights are read by SID, and what is too short is no right") {
    const std::string accounts = "Policy\\Accounts\\";
    const auto value = [](Bytes data) { return f::make_value(u"", f::reg_none, std::move(data)); };
    const f::Built bytes = built(
        {{HiveRole::security, accounts + "S-1-5-32-544\\ActSysAc", value(f::dword(0x407))},
         {HiveRole::security, accounts + "S-1-5-32-545\\ActSysAc", value(Bytes(3))},
         {HiveRole::security, accounts + "S-1-5-20\\Privilgs", value(Bytes(19, std::byte{1}))}});
    const nla::UserRights rights{regf::Hive(bytes.bytes)};
    CHECK(rights.is_known());
    CHECK(rights.has("S-1-5-32-544", nla::right::remote));
    CHECK_FALSE(rights.has("S-1-5-32-544", nla::right::deny_remote));
    CHECK_FALSE(rights.has("S-1-5-32-545", 0xffffffff));
    CHECK_FALSE(rights.has("S-1-1-0", 0xffffffff));
    CHECK_FALSE(rights.has_privilege("S-1-5-20", 0x01010101));
    CHECK(nla::account_name("S-1-5-32-555") == "Remote Desktop Users (S-1-5-32-555)");
    CHECK(nla::account_name("S-1-5-21-1") == "S-1-5-21-1");
}
