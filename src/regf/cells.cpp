// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/cells.h"

#include "base/error.h"

namespace nlafix::regf {

std::string no_cell_message(CellOffset offset) {
    return "a reference to offset " + std::to_string(offset) +
           " of the hive bins data, where no allocated cell starts";
}

void throw_no_cell(CellOffset offset) {
    throw Error(ErrorCode::malformed_hive, no_cell_message(offset)).offset(offset_in_file(offset));
}

}  // namespace nlafix::regf
