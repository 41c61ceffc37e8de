// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/other_hive.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

#include "hive_builder.h"
#include "regf/hive.h"

using namespace nlafix;
namespace f = nlafix::fixture;

namespace {

/// What a hive with these keys below its root is; "" for none that is known.
std::string kind_of(std::initializer_list<const char16_t*> keys) {
    f::Key root = f::make_key(u"ROOT");
    for (const char16_t* key : keys) root.subkeys.push_back(f::make_key(key));
    const f::Built built = f::build(root);
    const regf::Hive hive(built.bytes);
    return std::string(system::other_hive(regf::root_key(hive)).value_or(""));
}

}  // namespace

TEST_CASE("The other hives of Windows are known by the keys below their roots") {
    CHECK(kind_of({u"Classes", u"Clients", u"Microsoft", u"Policies"}) == "the SOFTWARE hive");
    CHECK(kind_of({u"SAM"}) == "the SAM hive");
    CHECK(kind_of({u"Cache", u"Policy", u"RXACT", u"SAM"}) == "the SECURITY hive");
    CHECK(kind_of({u"Console", u"Control Panel", u"Environment", u"Software"}) ==
          "a user's hive (NTUSER.DAT or DEFAULT)");
    CHECK(kind_of({u".txt", u"CLSID", u"Local Settings"}) == "a user's UsrClass.dat");
    CHECK(kind_of({u"Description", u"Objects"}) == "a boot configuration (BCD)");
    CHECK(kind_of({u"CanonicalData", u"DerivedData"}) == "the COMPONENTS hive");
    CHECK(kind_of({u"DriverDatabase"}) == "the DRIVERS hive");
}

TEST_CASE("SYSTEM is no other hive, whatever else is in it") {
    CHECK(kind_of({u"ControlSet001", u"DriverDatabase", u"Select", u"Setup"}).empty());
    CHECK(kind_of({u"aaaa"}).empty());
    CHECK(kind_of({}).empty());
}
