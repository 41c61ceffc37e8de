// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/inspection.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "app/evidence.h"
#include "base/file_time.h"
#include "nla/repair.h"
#include "os/path_syntax.h"
#include "regf/structure.h"
#include "system/image_version.h"

namespace nlafix::app {
namespace {

HiveReport describe(const source::HiveFiles& files, const regf::BaseBlock& base_block) {
    HiveReport hive;
    hive.minor_version = base_block.minor_version;
    hive.dirty = recovery::is_dirty(base_block);
    for (const recovery::LogFile& log : files.logs) {
        hive.logs.push_back({log.name, recovery::summarize_log(log.bytes), log.error, {}});
    }
    return hive;
}

void describe(const recovery::Recovery& recovery, Report& report) {
    report.hive->recovered = recovery.recovered;
    report.hive->bins_grew = recovery.bins_grew;
    report.hive->ignored_logs = recovery.ignored;
    for (std::size_t i = 0; i < recovery.logs.size(); ++i) {
        report.hive->logs[i].use = recovery.logs[i];
    }
    report.warnings.insert(report.warnings.end(), recovery.warnings.begin(),
                           recovery.warnings.end());
}

std::string placed(const regf::Damage& damage) {
    char place[32];
    std::snprintf(place, sizeof place, " (at byte 0x%llx)",
                  static_cast<unsigned long long>(damage.offset_in_file));
    return damage.message + place;
}

std::string size_text(std::uint64_t bytes) {
    if (bytes < 1'000'000) return std::to_string(bytes) + " bytes";
    char text[32];
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
    return text;
}

/// Windows 10 and later make the folder RegBack, and leave its files empty.
std::string hint_at_copies(HivePlace& place) {
    try {
        const auto copy = place.open_beside("RegBack/SYSTEM");
        if (copy) {
            const regf::BaseBlock base_block =
                regf::read_base_block(read_range(*copy, 0, regf::base_block_head_bytes));
            return "take SYSTEM from a backup, or from RegBack/SYSTEM beside it (" +
                   size_text(copy->size_bytes()) +
                   (is_plausible_time(base_block.timestamp)
                        ? ", written " + readable_time(base_block.timestamp) + ")"
                        : ")");
        }
    } catch (const Error&) {
        // What cannot be read is no copy.
    }
    return "take SYSTEM from a backup";
}

/// Clusters behind the end of a cut image read as zeros.
std::string hint_at_cut_image(const Report& report) {
    if (!report.disk || report.disk->format == "raw" || report.disk->format == "nbd") return "";
    return "; see first whether the image is whole (qemu-img check " +
           os::shell_quoted(report.disk->path) + ")";
}

bool is_lost(ErrorCode code) {
    return code == ErrorCode::not_a_hive || code == ErrorCode::no_such_file ||
           code == ErrorCode::link_leads_out;
}

}  // namespace

source::HiveFiles read_hive_at(HivePlace& place, const Report& report) {
    try {
        return place.read();
    } catch (Error& error) {
        const bool was_found = report.location && report.location->kind != source::TargetKind::hive;
        if (!was_found || !is_lost(error.code())) throw;
        const Error lost = error.code() == ErrorCode::no_such_file
                               ? Error(ErrorCode::no_windows, "the SYSTEM hive is gone")
                               : error;
        throw Error(lost)
            .path(report.location->path)
            .hint("this is a Windows, and its SYSTEM hive is lost: " + hint_at_copies(place) +
                  hint_at_cut_image(report));
    }
}

namespace {

/// The error of a damaged hive; its damage but for the first place as warnings.
std::optional<Error> damage_of(const regf::Structure& structure, Report& report) {
    if (structure.damage_count == 0) return std::nullopt;
    for (std::size_t i = 1; i < structure.damage.size(); ++i) {
        report.warnings.push_back("damage: " + placed(structure.damage[i]));
    }
    return Error(ErrorCode::malformed_hive,
                 "the hive is damaged in " + std::to_string(structure.damage_count) +
                     (structure.damage_count == 1 ? " place: " : " places: ") +
                     placed(structure.damage.front()));
}

/// Warnings and notes of the structure; the error of a damaged one.
std::optional<Error> judge(const regf::Hive& hive, const regf::Structure& structure,
                           HivePlace& place, Report& report) {
    for (const regf::Damage& warning : structure.warnings) {
        report.warnings.push_back(placed(warning));
    }
    if (structure.warning_count > structure.warnings.size()) {
        report.warnings.push_back(
            "and " + std::to_string(structure.warning_count - structure.warnings.size()) +
            " more of this kind");
    }
    report.notes.push_back(std::to_string(structure.key_count) + " keys, " +
                           std::to_string(structure.value_count) + " values");
    if (hive.unmerged_free_cells() != 0) {
        report.notes.push_back(std::to_string(hive.unmerged_free_cells()) +
                               " free cells are not merged: another editor has written this hive");
    }
    if (hive.file().size() > hive.end_of_bins()) {
        report.notes.push_back(std::to_string(hive.file().size() - hive.end_of_bins()) +
                               " bytes behind the last hive bin");
    }
    std::optional<Error> damage = damage_of(structure, report);
    if (damage) damage->default_hint(hint_at_copies(place));
    return damage;
}

/// What Select says. A choice that does not depend on it is not kept from its work by a bad one.
std::optional<system::Select> select_of(const regf::Hive& hive, const system::Choice& choice,
                                        Report& report) {
    try {
        return system::read_select(hive);
    } catch (const Error& error) {
        if (system::depends_on_select(choice)) throw;
        report.warnings.push_back(error.message());
        return std::nullopt;
    }
}

/// Without SOFTWARE, what SYSTEM says of its Windows.
void name_windows(const regf::KeyNode& set, nla::WindowsIdentity& windows) {
    if (windows.version) return;
    windows.version = system::read_image_version(set);
    if (windows.version && windows.version->product.empty()) {
        windows.version->product = system::name_of(windows.generation);
    }
}

recovery::Recovery recovery_of(const source::HiveFiles& files, recovery::LogPolicy policy,
                               Report& report) {
    report.hive = describe(files, regf::read_base_block(files.primary));
    recovery::Recovery recovery = recovery::recover(files.primary, files.logs, policy);
    describe(recovery, report);
    return recovery;
}

/// What is wrong with a whole hive: its base block, or its structure.
std::optional<Error> damage_in(ByteView image, Report& report) {
    try {
        return damage_of(regf::check_structure(regf::Hive(image)), report);
    } catch (const Error& error) {
        return error;
    }
}

}  // namespace

Recovered recover(const source::HiveFiles& files, Report& report) {
    Recovered recovered{recovery_of(files, recovery::LogPolicy::apply, report), {}, {}};
    if (recovered.recovery.hive) {
        recovered.image = recovered.recovery.hive->image();
    } else if (!recovered.recovery.damaged_image.empty()) {
        recovered.image = recovered.recovery.damaged_image;
    } else {
        throw Error(*recovered.recovery.refusal);
    }
    recovered.damage = damage_in(recovered.image, report);
    return recovered;
}

Inspection inspect(const source::HiveFiles& files, HivePlace& place, const Options& options,
                   std::uint64_t now, Report& report) {
    recovery::Recovery recovery = recovery_of(files, options.logs, report);
    if (recovery.refusal) throw Error(*recovery.refusal);
    recovery::CleanHive clean = std::move(*recovery.hive);
    const regf::Hive hive(clean.image());
    regf::Structure structure = regf::check_structure(hive);
    const std::optional<Error> damage = judge(hive, structure, place, report);
    nla::Plan plan;
    try {
        report.hive->select = select_of(hive, options.control_sets, report);
        auto sets = system::choose_control_sets(
            hive, report.hive->select.value_or(system::Select()), options.control_sets);
        if (options.control_sets.kind == system::Choice::Kind::all) {
            for (const std::uint32_t number : system::take_stubs(sets)) {
                report.warnings.push_back(system::control_set_name(number) +
                                          " is a stub without Control\\Lsa: passed over");
            }
        }
        const Evidence evidence(place, options.logs, now, report);
        nla::Surroundings around = evidence.surroundings();
        around.switches_remote_desktop_on = std::find(options.also.begin(), options.also.end(),
                                                      "remote-desktop-off") != options.also.end();
        report.machine = system::read_machine(sets.front().key, around.security);
        report.diagnosis = nla::diagnose(hive, sets, around);
        name_windows(sets.front().key, report.diagnosis->windows);
        evidence.report_damage(report);
        plan = nla::make_plan(*report.diagnosis, options.create_missing,
                              options.add_tspkg_anyway ? nullptr : around.files);
        nla::add_repairs(*report.diagnosis, options.also, plan);
    } catch (const Error&) {
        // A damaged hive is reported as one; what else it lacks does not matter then.
        if (damage) throw Error(*damage);
        throw;
    }
    report.states = plan.states;
    report.edits = plan.edits;
    report.warnings.insert(report.warnings.end(), plan.warnings.begin(), plan.warnings.end());
    if (damage) throw Error(*damage);
    if (plan.obstacle) throw Error(*plan.obstacle);
    return {std::move(clean), std::move(plan), std::move(structure.shared_cells)};
}

}  // namespace nlafix::app
