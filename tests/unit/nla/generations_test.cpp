// SPDX-License-Identifier: GPL-2.0-or-later
// Every rule of the table on every generation that knows it: a hive in which it fires, and one in
// which it does not. The rows and causes are made again on each generation, so a new rule, or a
// condition that only one generation can meet, is seen here.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "causes.h"
#include "unit/nla/diagnosis_tree.h"
#include "unit/nla/evidence_rows.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::Row;
using G = f::Generation;

namespace {

/// As the rules divide them: 8 is with 8.1, and Windows 11 and its servers are with 10.
struct Known {
    G fixture;
    nlafix::system::Generation generation;
};
constexpr Known generations[] = {{G::xp, nlafix::system::Generation::xp},
                                 {G::vista, nlafix::system::Generation::vista},
                                 {G::win7, nlafix::system::Generation::win7},
                                 {G::win81, nlafix::system::Generation::win81},
                                 {G::win10, nlafix::system::Generation::win10}};

bool cause_shows(const f::Cause& cause, G generation) {
    f::Key root = f::whole_tree(generation, {true, true});
    cause.change(root);
    return test::shows(f::build(root, f::hive_options(generation)).bytes, cause.code);
}

/// Whether some row of that direction, made on `generation`, does what it says there.
bool some_row_holds(const std::vector<Row>& rows, const std::string& code, G generation,
                    bool found) {
    return std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
        return row.code == code && row.found == found &&
               test::Hives(generation, row.contents).has(code) == found;
    });
}

}  // namespace

TEST_CASE("Every rule fires in one hive and is quiet in another, on each generation") {
    const std::vector<Row> rows = test::all_rows();
    for (const Known& known : generations) {
        const test::Hives stock(known.fixture, {});
        for (const nla::Rule& rule : nla::rules()) {
            const std::string code = rule.code;
            if (!nla::applies(rule, known.generation)) continue;
            CAPTURE(code);
            CAPTURE(static_cast<int>(known.fixture));
            const auto& causes = f::causes();
            const bool fires = some_row_holds(rows, code, known.fixture, true) ||
                               std::any_of(causes.begin(), causes.end(), [&](const f::Cause& one) {
                                   return one.code == code && cause_shows(one, known.fixture);
                               });
            CHECK(fires);
            CHECK((some_row_holds(rows, code, known.fixture, false) || !stock.has(code)));
        }
    }
}
