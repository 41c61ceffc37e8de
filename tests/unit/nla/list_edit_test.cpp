// SPDX-License-Identifier: GPL-2.0-or-later
// The two edits, to the byte.
#include "nla/list_edit.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "hive_builder.h"
#include "nla/lists.h"
#include "thrown.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using nla::ListKind;
using Strings = std::vector<std::string>;
using namespace std::string_view_literals;

namespace {

struct Row {
    std::string name;
    Bytes data;
    Bytes expected;  // empty: the entry is there, nothing is written
};

// Written out with every NUL, so that each row shows the bytes that lie in the hive.
Bytes text(std::u16string_view with_nuls) {
    return f::utf16(with_nuls);
}

void check_rows(ListKind kind, const char* entry, const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const nla::ListEdit edit = nla::edit_list(kind, row.data, entry);
        CHECK(edit.present == row.expected.empty());
        INFO("written: " << to_hex(edit.data, 400));
        CHECK(edit.data == row.expected);
        if (edit.present) {
            CHECK(edit.before == edit.after);
            continue;
        }
        // What was written holds the entry: a second run finds nothing to do.
        const nla::ListEdit again = nla::edit_list(kind, edit.data, entry);
        CHECK(again.present);
        CHECK(again.before == edit.after);
    }
}

std::vector<Row> package_rows() {
    return {
        {"stock of Windows XP", text(u"kerberos\0msv1_0\0schannel\0wdigest\0\0"sv),
         text(u"kerberos\0msv1_0\0schannel\0wdigest\0tspkg\0\0"sv)},
        {"stock of Windows 7, and tspkg is there",
         text(u"kerberos\0msv1_0\0schannel\0wdigest\0tspkg\0pku2u\0\0"sv),
         {}},
        {"stock of Windows 8.1: two quotes", text(u"\"\"\0\0"sv), text(u"\"\"\0tspkg\0\0"sv)},
        {"alone", text(u"tspkg\0\0"sv), {}},
        {"in capitals", text(u"kerberos\0TsPkG\0\0"sv), {}},
        {"twice", text(u"tspkg\0tspkg\0\0"sv), {}},
        {"there, without a final NUL", text(u"kerberos\0tspkg"sv), {}},
        {"there, without the NUL of the list", text(u"kerberos\0tspkg\0"sv), {}},
        {"there, with NULs to spare", text(u"tspkg\0\0\0\0\0"sv), {}},
        {"no final NUL", text(u"kerberos\0msv1_0"sv), text(u"kerberos\0msv1_0\0tspkg\0\0"sv)},
        {"no NUL of the list", text(u"kerberos\0msv1_0\0"sv),
         text(u"kerberos\0msv1_0\0tspkg\0\0"sv)},
        {"NULs to spare", text(u"kerberos\0\0\0\0\0\0"sv), text(u"kerberos\0tspkg\0\0"sv)},
        {"no data at all", {}, text(u"tspkg\0\0"sv)},
        {"an empty list", text(u"\0"sv), text(u"tspkg\0\0"sv)},
        {"two NULs", text(u"\0\0"sv), text(u"tspkg\0\0"sv)},
        {"nothing but NULs", text(u"\0\0\0\0\0"sv), text(u"tspkg\0\0"sv)},
        {"an empty string inside: in front of it", text(u"kerberos\0\0wdigest\0\0"sv),
         text(u"kerberos\0tspkg\0\0wdigest\0\0"sv)},
        {"two empty strings inside", text(u"kerberos\0\0\0wdigest\0\0"sv),
         text(u"kerberos\0tspkg\0\0\0wdigest\0\0"sv)},
        {"empty strings at two places", text(u"a\0\0b\0\0c\0\0"sv),
         text(u"a\0tspkg\0\0b\0\0c\0\0"sv)},
        {"an empty string first", text(u"\0kerberos\0\0"sv), text(u"tspkg\0\0kerberos\0\0"sv)},
        {"tspkg only behind an empty string", text(u"kerberos\0\0tspkg\0\0"sv),
         text(u"kerberos\0tspkg\0\0tspkg\0\0"sv)},
        {"longer words", text(u"xtspkg\0tspkg2\0\0"sv), text(u"xtspkg\0tspkg2\0tspkg\0\0"sv)},
        {"blanks belong to an element", text(u" tspkg\0\0"sv), text(u" tspkg\0tspkg\0\0"sv)},
        {"commas do not separate", text(u"kerberos,tspkg\0\0"sv),
         text(u"kerberos,tspkg\0tspkg\0\0"sv)},
        {"a letter that only looks alike", text(u"t\u0455pkg\0\0"sv),
         text(u"t\u0455pkg\0tspkg\0\0"sv)},
        {"a long s and a Kelvin sign are not s and k", text(u"t\u017Fp\u212Ag\0\0"sv),
         text(u"t\u017Fp\u212Ag\0tspkg\0\0"sv)},
        {"a surrogate pair stays", text(u"\U0001F511\0\0"sv), text(u"\U0001F511\0tspkg\0\0"sv)},
        {"duplicates stay", text(u"a\0a\0\0"sv), text(u"a\0a\0tspkg\0\0"sv)},
    };
}

std::vector<Row> provider_rows() {
    return {
        {"stock of Windows XP", text(u"msapsspc.dll, schannel.dll, digest.dll, msnsspc.dll\0"sv),
         text(u"msapsspc.dll, schannel.dll, digest.dll, msnsspc.dll, credssp.dll\0"sv)},
        {"stock of Windows 7", text(u"credssp.dll\0"sv), {}},
        {"without a blank, as one real value is", text(u"msnsspc.dll,credssp.dll\0"sv), {}},
        {"in capitals", text(u"CREDSSP.DLL\0"sv), {}},
        {"between tabs and blanks", text(u"a.dll,\t credssp.dll \t,b.dll\0"sv), {}},
        {"there, without a NUL", text(u"credssp.dll"sv), {}},
        {"there, with NULs to spare", text(u"credssp.dll\0\0\0"sv), {}},
        {"there, between empty elements", text(u",,credssp.dll,,\0"sv), {}},
        {"no NUL", text(u"schannel.dll"sv), text(u"schannel.dll, credssp.dll\0"sv)},
        {"NULs to spare", text(u"schannel.dll\0\0\0\0"sv), text(u"schannel.dll, credssp.dll\0"sv)},
        {"no data at all", {}, text(u"credssp.dll\0"sv)},
        {"an empty text", text(u"\0"sv), text(u"credssp.dll\0"sv)},
        {"nothing but NULs", text(u"\0\0\0"sv), text(u"credssp.dll\0"sv)},
        {"nothing but blanks", text(u" \t \0"sv), text(u"credssp.dll\0"sv)},
        {"nothing but commas", text(u",,\0"sv), text(u"credssp.dll\0"sv)},
        {"nothing but commas and blanks", text(u" , ,\0"sv), text(u"credssp.dll\0"sv)},
        {"a comma at the end is used", text(u"schannel.dll,\0"sv),
         text(u"schannel.dll, credssp.dll\0"sv)},
        {"a comma and a blank at the end are used", text(u"schannel.dll, \0"sv),
         text(u"schannel.dll, credssp.dll\0"sv)},
        {"a comma and a tab at the end are used", text(u"schannel.dll,\t\0"sv),
         text(u"schannel.dll,\tcredssp.dll\0"sv)},
        {"a comma at the end, no NUL", text(u"schannel.dll,"sv),
         text(u"schannel.dll, credssp.dll\0"sv)},
        {"two commas at the end", text(u"schannel.dll,,\0"sv),
         text(u"schannel.dll,, credssp.dll\0"sv)},
        {"a blank at the end", text(u"schannel.dll \0"sv), text(u"schannel.dll , credssp.dll\0"sv)},
        {"a comma at the start stays", text(u",schannel.dll\0"sv),
         text(u",schannel.dll, credssp.dll\0"sv)},
        {"blanks at the start stay", text(u"  schannel.dll\0"sv),
         text(u"  schannel.dll, credssp.dll\0"sv)},
        {"longer words", text(u"notcredssp.dll, credssp.dll2\0"sv),
         text(u"notcredssp.dll, credssp.dll2, credssp.dll\0"sv)},
        {"a blank inside a word", text(u"credssp .dll\0"sv),
         text(u"credssp .dll, credssp.dll\0"sv)},
        {"a semicolon does not separate", text(u"a.dll;credssp.dll\0"sv),
         text(u"a.dll;credssp.dll, credssp.dll\0"sv)},
        {"a no-break space is no blank", text(u"\u00a0credssp.dll\0"sv),
         text(u"\u00a0credssp.dll, credssp.dll\0"sv)},
        {"without its extension", text(u"credssp\0"sv), text(u"credssp, credssp.dll\0"sv)},
    };
}

}  // namespace

TEST_CASE("tspkg goes in front of the first empty string, and everything else stays to the byte") {
    check_rows(ListKind::strings, "tspkg", package_rows());
}

TEST_CASE("credssp.dll goes to the end of the text, and a comma that is there is used") {
    check_rows(ListKind::comma_separated, "credssp.dll", provider_rows());
}

TEST_CASE("Bytes that are no text are refused, whether the entry seems to be there or not") {
    struct Bad {
        std::string name;
        ListKind kind;
        Bytes data;
        std::string fragment;
    };
    const auto with = [](Bytes data, unsigned last) {
        data.push_back(static_cast<std::byte>(last));
        return data;
    };
    const std::vector<Bad> rows = {
        {"one byte", ListKind::strings, f::bytes({0}), "odd length"},
        {"an odd length, all NULs", ListKind::strings, f::bytes({0, 0, 0}), "odd length"},
        {"an odd length behind tspkg", ListKind::strings, with(text(u"tspkg\0\0"sv), 0),
         "odd length"},
        {"an odd length in the text", ListKind::comma_separated, with(text(u"credssp.dll"sv), 0),
         "odd length"},
        {"half a pair", ListKind::strings, text(u"a\xd800\0\0"sv), "surrogate"},
        {"the other half", ListKind::strings, text(u"\xdc00\0\0"sv), "surrogate"},
        {"a pair the wrong way round", ListKind::comma_separated, text(u"\xdc00\xd800\0"sv),
         "surrogate"},
        {"half a pair at the very end", ListKind::comma_separated, text(u"credssp.dll\xd83d"sv),
         "surrogate"},
        {"half a pair behind an empty string", ListKind::strings, text(u"tspkg\0\0\xd800\0\0"sv),
         "surrogate"},
        {"text behind the NUL", ListKind::comma_separated, text(u"a.dll\0credssp.dll\0"sv),
         "behind the NUL"},
        {"text behind several NULs", ListKind::comma_separated, text(u"credssp.dll\0\0\0x"sv),
         "behind the NUL"},
        {"text behind a NUL at the start", ListKind::comma_separated, text(u"\0credssp.dll\0"sv),
         "behind the NUL"},
    };
    for (const Bad& row : rows) {
        CAPTURE(row.name);
        const auto error = test::error_of([&] { nla::edit_list(row.kind, row.data, "tspkg"); });
        REQUIRE(error);
        CHECK(word_of(error->code()) == "malformed-value");
        CHECK(test::contains(error->message(), row.fragment));
    }
}

TEST_CASE("The report shows all strings, but elements are only those that Windows reads") {
    const nla::ListEdit edit =
        nla::edit_list(ListKind::strings, text(u"kerberos\0\0hidden\0\0"sv), "tspkg");
    CHECK(edit.elements == Strings{"kerberos"});
    CHECK(edit.before == Strings{"kerberos", "", "hidden"});
    CHECK(edit.after == Strings{"kerberos", "tspkg", "", "hidden"});
    const nla::ListEdit list =
        nla::edit_list(ListKind::comma_separated, text(u" a.dll ,, b.dll\0"sv), "credssp.dll");
    CHECK(list.elements == Strings{"a.dll", "b.dll"});
    CHECK(list.before == Strings{" a.dll ,, b.dll"});
    CHECK(list.after == Strings{" a.dll ,, b.dll, credssp.dll"});
    CHECK(nla::edit_list(ListKind::comma_separated, {}, "x").before == Strings{""});
    CHECK(nla::edit_list(ListKind::strings, {}, "x").before == Strings{});
}

TEST_CASE("A list of one entry is a whole value") {
    CHECK(nla::list_of_one(ListKind::strings, "tspkg") == text(u"tspkg\0\0"sv));
    CHECK(nla::list_of_one(ListKind::comma_separated, "credssp.dll") == text(u"credssp.dll\0"sv));
}

TEST_CASE("Entries that Windows ships are known in any case, and only in their own list") {
    for (const char* name : {"\"\"", "kerberos", "MSV1_0", "schannel", "wdigest", "tspkg", "pku2u",
                             "livessp", "cloudap"}) {
        CAPTURE(std::string(name));
        CHECK(nla::is_shipped_with_windows(ListKind::strings, name));
    }
    for (const char* name :
         {"msapsspc.dll", "schannel.dll", "digest.dll", "MSNSSPC.DLL", "credssp.dll"}) {
        CAPTURE(std::string(name));
        CHECK(nla::is_shipped_with_windows(ListKind::comma_separated, name));
    }
    for (const char* name : {"", "mimilib", "kerberos ", "credssp.dll", "tspkg.dll"}) {
        CAPTURE(std::string(name));
        CHECK_FALSE(nla::is_shipped_with_windows(ListKind::strings, name));
    }
    for (const char* name : {"", "mimilib.dll", "tspkg", "credssp"}) {
        CAPTURE(std::string(name));
        CHECK_FALSE(nla::is_shipped_with_windows(ListKind::comma_separated, name));
    }
}

TEST_CASE("A list longer than 64 KiB is refused before anything is made of it") {
    const Bytes longest = text(std::u16string(nla::most_list_bytes / 2, u'a'));
    CHECK(nla::edit_list(ListKind::strings, longest, "tspkg").elements.size() == 1);
    Bytes longer = longest;
    longer.resize(longer.size() + 2);
    for (const ListKind kind : {ListKind::strings, ListKind::comma_separated}) {
        CHECK(test::word_thrown_by([&] { nla::edit_list(kind, longer, "tspkg"); }) ==
              "list-too-long");
        CHECK(test::word_thrown_by([&] { nla::read_list(kind, longer); }) == "list-too-long");
    }
}
