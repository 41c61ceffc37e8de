// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/refusal.h"

#include "hivex/hazards.h"
#include "hivex/outline.h"
#include "os/memory.h"

namespace nlafix::app {

namespace {

// With the hive and its clean image in memory already: the private copy, hivex's own, and the
// edited image. bench/run prints the peak.
constexpr std::uint64_t more_hives = 3;
constexpr std::uint64_t beside_hives = std::uint64_t{16} << 20;

}  // namespace

std::optional<Error> find_refusal(os::System& system, HivePlace& place,
                                  const source::HiveFiles& files, const Inspection& inspection,
                                  const Options& options) {
    try {
        hivex::require_no_hazard(inspection.hive, inspection.plan, inspection.shared_cells);
        place.require_writable(options, files, hivex::Outline(inspection.hive, inspection.plan));
        os::require_memory(system, more_hives * inspection.hive.image().size() + beside_hives,
                           "the rest of this fix");
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

}  // namespace nlafix::app
