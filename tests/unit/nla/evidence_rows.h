// SPDX-License-Identifier: GPL-2.0-or-later
// Rows of rules_test.cpp for what stands in SECURITY, SAM and SOFTWARE, and on the volume.
#pragma once

#include <vector>

#include "unit/nla/diagnosis_tree.h"

namespace nlafix::test {

std::vector<Row> evidence_rows();
/// A part of them.
std::vector<Row> firewall_rows();
std::vector<Row> access_rows();
/// Those of every rule (rules_test.cpp).
std::vector<Row> all_rows();

}  // namespace nlafix::test
