// SPDX-License-Identifier: GPL-2.0-or-later
// Windows by generation: what ships with another stock registry is another one.
// Owns: the names; telling the generation from a SYSTEM hive alone.
// Never: reads the values of the diagnosis.
#pragma once

#include <string>

#include "regf/hive.h"

namespace nlafix::system {

/// In the order of their age. Servers are with the client of their kernel: Server 2008 R2 is win7,
/// Server 2012 R2 is win81, Server 2016 and later are win10, and so is Windows 11.
enum class Generation { unknown, nt4, win2000, xp, server2003, vista, win7, win8, win81, win10 };

/// A short name for a person: "Windows 7 or Server 2008 R2".
const char* name_of(Generation generation);

/// The word for a program: "win7".
const char* word_of(Generation generation);

/// How sure a generation is.
enum class Sureness {
    unknown,  // nothing tells
    guessed,  // traces disagree, or there is only a weak one
    likely,   // told from traces in SYSTEM, which nobody promises
    certain   // SOFTWARE says so
};

const char* word_of(Sureness sureness);

struct GenerationGuess {
    Generation generation = Generation::unknown;
    Sureness sureness = Sureness::unknown;
    std::string evidence;  // for a person: what it was told from
};

/// The generation by traces in a SYSTEM hive: the version of the driver database (Windows 8 and
/// later), the name that setup gave the root key, ProductType. Never throws for what is in the
/// hive.
GenerationGuess guess_generation(const regf::Hive& system_hive);

}  // namespace nlafix::system
