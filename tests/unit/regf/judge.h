// SPDX-License-Identifier: GPL-2.0-or-later
// What regf says of a whole file, as one value.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "regf/structure.h"

namespace nlafix::test {

struct Judgement {
    std::string thrown;    // message of what the base block threw; the rest is empty then
    std::string damage;    // messages, one a line
    std::string warnings;  // the same
    regf::Structure structure;
};

inline Judgement judge(const Bytes& file) {
    Judgement result;
    try {
        const regf::Hive hive(file);
        result.structure = regf::check_structure(hive);
    } catch (const Error& error) {
        result.thrown = error.message();
    }
    for (const auto& found : result.structure.damage) result.damage += found.message + "\n";
    for (const auto& found : result.structure.warnings) result.warnings += found.message + "\n";
    return result;
}

}  // namespace nlafix::test
