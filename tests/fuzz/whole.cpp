// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a hive, all the way that a fix takes: strict reader, plan, diagnosis with every
// repair, hazards, hivex, verification, strict reader. What passes the reader and the hazards has
// to pass the verification: hivex never gets a hive that it spoils.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.h"
#include "hivex/edit_image.h"
#include "hivex/hazards.h"
#include "nla/diagnosis.h"
#include "nla/repair.h"
#include "os/system.h"
#include "recovery/clean_hive.h"
#include "regf/base_block.h"
#include "regf/structure.h"
#include "system/control_sets.h"
#include "unconfined_system.h"
#include "verify/verify.h"

using namespace nlafix;

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

/// Makes one reference of the hive lead to where another one does: bytes changed at random hardly
/// ever give two owners to a cell.
void share_a_cell(MutableByteView bytes, unsigned seed) {
    std::vector<std::size_t> references;
    for (std::size_t at = regf::base_block_size_bytes; at + 4 <= bytes.size(); at += 4) {
        const std::uint32_t target = u32_at(bytes, at);
        const std::size_t cell = regf::base_block_size_bytes + std::size_t{target};
        if (target == 0 || target % 8 != 0 || cell + 4 > bytes.size()) continue;
        if ((u32_at(bytes, cell) & 0x80000000) != 0) references.push_back(at);
    }
    if (references.empty()) return;
    const std::size_t from = references[seed % references.size()];
    const std::size_t to = references[seed / 65536 % references.size()];
    put_u32(bytes, to, u32_at(bytes, from));
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
    if (seed % 3 != 0) size = LLVMFuzzerMutate(data, size, max_size);
    if (size < regf::base_block_size_bytes) return size;
    const MutableByteView bytes(reinterpret_cast<std::byte*>(data), size);
    if (seed % 3 != 1) share_a_cell(bytes, seed / 3);
    // Without a right checksum nothing behind the base block would ever be read.
    put_u32(bytes, regf::checksum_at, regf::base_block_checksum(bytes));
    return size;
}
#endif

namespace {

/// The plan of fix with every repair; nothing where fix would not come to an edit.
std::optional<nla::Plan> plan_for(const regf::Hive& hive) {
    const auto sets = system::choose_control_sets(hive, system::read_select(hive),
                                                  {system::Choice::Kind::all, 0});
    const nla::Diagnosis diagnosis = nla::diagnose(hive, sets, {});
    nla::Plan plan = nla::make_plan(diagnosis, true);
    std::vector<std::string> codes;
    for (const nla::Finding& finding : diagnosis.findings) {
        if (nla::is_repair(finding.code())) codes.emplace_back(finding.code());
    }
    nla::add_repairs(diagnosis, codes, plan);
    if (plan.obstacle || plan.edits.empty()) return std::nullopt;
    return plan;
}

void fix(ByteView bytes) {
    constexpr std::uint64_t time = 132539328000000000;
    const recovery::Recovery recovery = recovery::recover(bytes, {}, recovery::LogPolicy::ignore);
    if (!recovery.hive) return;
    const regf::Hive hive(recovery.hive->image());
    const regf::Structure structure = regf::check_structure(hive);
    const std::optional<nla::Plan> plan = plan_for(hive);
    if (!plan || structure.damage_count != 0) return;
    // A hivex that crashes in a confined process would be an error like any other.
    test::UnconfinedSystem system;
    hivex::EditedImage edited =
        hivex::edit_image(*recovery.hive, *plan, structure.shared_cells, time, system);
    static_cast<void>(verify::verify(*recovery.hive, *plan, std::move(edited)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        fix(ByteView(reinterpret_cast<const std::byte*>(data), size));
    } catch (const Error& error) {
        // An answer like any other, but for one.
        if (error.code() != ErrorCode::verification_failed) return 0;
        std::fprintf(stderr, "hivex spoiled it: %s\n", error.message().c_str());
        std::abort();
    }
    return 0;
}
