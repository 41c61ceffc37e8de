// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/refusal.h"

#include "hivex/hazards.h"
#include "hivex/outline.h"

namespace nlafix::app {

std::optional<Error> find_refusal(HivePlace& place, const source::HiveFiles& files,
                                  const Inspection& inspection, const Options& options) {
    try {
        hivex::require_no_hazard(inspection.hive, inspection.plan, inspection.shared_cells);
        place.require_writable(options, files, hivex::Outline(inspection.hive, inspection.plan));
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

}  // namespace nlafix::app
