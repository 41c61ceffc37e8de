// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/digest.h"

#include <doctest/doctest.h>

#include <string>

using namespace nlafix;

TEST_CASE("Digests are XXH3-128 in canonical form") {
    // The digest of no bytes, and of "abc", as XXH128 of xxHash 0.8 prints them.
    CHECK(digest_of({}) == "99aa06d3014798d86001c324468d497f");
    const std::string abc = "abc";
    CHECK(digest_of(std::as_bytes(std::span(abc))) == "06b05ab6733a618578af5f94892f3950");
}
