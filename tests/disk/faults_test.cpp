// SPDX-License-Identifier: GPL-2.0-or-later
// The whole program on a raw image, while the machine fails: every call in turn, every end of the
// process, and what a power cut may leave of the image and of the records beside it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/session.h"
#include "base/digest.h"
#include "cli/exit_status.h"
#include "disk/ntfs/ntfs_volume.h"
#include "fault_system.h"
#include "memory_device.h"
#include "memory_system.h"
#include "ntfs/ntfs_image.h"
#include "packed_hive.h"
#include "temp_folder.h"

using namespace nlafix;
using namespace nlafix::test;

namespace {

const std::string image_path = std::string(MemorySystem::hive_folder) + "/server.img";
const std::string backup_stem = image_path + ".nlafix-20261124T213320Z";
// Small, because every state is one whole image.
constexpr std::uint64_t volume_bytes = std::uint64_t{2} << 20;
constexpr std::size_t most_states_at_a_moment = 24;

/// One command on one image.
struct DiskScenario {
    std::string name;
    app::Command command = app::Command::fix;
    std::string backup_folder;
    Medium start;
    Bytes before;  // the image without the fix
    Bytes old_hive;
    std::string backup;  // that the fix makes, or made
};

Bytes hive_in(const Bytes& image) {
    MemoryDevice device(image);
    disk::NtfsVolume volume = disk::NtfsVolume::open(device, {0, device.size_bytes()});
    return volume.read_file(hive_on_volume, volume_bytes);
}

app::Report run(os::System& system, app::Command command, const std::string& target,
                const std::string& backup_folder = {}) {
    app::Options options;
    options.backup_folder = backup_folder;
    return app::Session(system, [] { return false; }).run(command, target, options);
}

/// A fixture, with its log where it has one.
DiskScenario fix_of(const std::string& name, NtfsImageOptions options,
                    const std::string& backup_folder,
                    const std::string& fixture = "xp-missing-both") {
    DiskScenario scenario;
    scenario.name = name;
    scenario.backup_folder = backup_folder;
    const std::string path = std::string(NLAFIX_FIXTURES_DIR) + "/" + fixture + ".hive";
    scenario.old_hive = read_file(path);
    // Room behind the bins, as real hives have it: in place none can grow.
    scenario.old_hive.resize(scenario.old_hive.size() + 8192);
    options.size_bytes = volume_bytes;
    options.files = {{hive_on_volume, scenario.old_hive}};
    if (std::filesystem::exists(path + ".LOG1")) {
        Bytes log = read_file(path + ".LOG1");
        log.resize(65536);  // as large as Windows makes it: there is room for one more entry
        options.files.emplace_back(std::string(hive_on_volume) + ".LOG1", std::move(log));
    }
    scenario.before = ntfs_image(options);
    scenario.start[image_path].content = scenario.before;
    return scenario;
}

/// From a scenario of fix, that of undoing it.
DiskScenario undo_of(const DiskScenario& fix) {
    DiskScenario scenario = fix;
    scenario.name = fix.name + ", undo";
    scenario.command = app::Command::undo;
    MemorySystem system(fix.start, "ext4");
    const app::Report report = run(system, app::Command::fix, image_path, fix.backup_folder);
    REQUIRE_MESSAGE(report.outcome == app::Outcome::fixed,
                    (report.error ? report.error->message() : std::string("no error")));
    scenario.start = system.seen();
    scenario.backup = report.backup;
    return scenario;
}

std::vector<DiskScenario> scenarios() {
    std::vector<DiskScenario> all;
    all.push_back(fix_of("runlist switch", {}, ""));
    all.push_back(fix_of("runlist switch, backup elsewhere", {}, MemorySystem::other_folder));
    NtfsImageOptions full;
    full.free_clusters = 0;
    all.push_back(fix_of("in place", full, ""));
    NtfsImageOptions in_several_records;
    in_several_records.attribute_list = true;
    all.push_back(fix_of("log first", in_several_records, "", "dirty-growth"));
    for (const std::size_t i : {1U, 2U, 3U}) all.push_back(undo_of(all[i]));
    return all;
}

app::Report run(os::System& system, const DiskScenario& scenario) {
    const bool is_fix = scenario.command == app::Command::fix;
    return run(system, scenario.command, is_fix ? image_path : scenario.backup,
               scenario.backup_folder);
}

std::string manifest_in(const Medium& medium) {
    for (const auto& [path, file] : medium) {
        if (path.ends_with(".json")) return path;
    }
    return {};
}

/// What is wrong with what a failure left behind; empty: nothing. It asks the program itself.
class DiskVerifier {
public:
    explicit DiskVerifier(const DiskScenario& scenario) : scenario_(scenario) {}

    std::string problem(const Medium& medium) {
        std::string key;
        for (const auto& [path, file] : medium) key += path + " " + digest_of(file.content) + "\n";
        if (!known_.insert(key).second) return {};
        MemorySystem system(medium, "ext4");
        const app::Report report =
            run(system, app::Command::check, image_path, scenario_.backup_folder);
        if (report.error && report.error->code() == ErrorCode::interrupted_write) {
            ++interrupted_;
            return problem_of_undo(system, medium);
        }
        if (report.error) return "check: " + report.error->message();
        if (report.outcome == app::Outcome::change_needed) {
            ++old_;
            return hive_in(medium.at(image_path).content) == scenario_.old_hive
                       ? ""
                       : "check asks for a change of a hive that is not the old one";
        }
        ++new_;
        return {};
    }

    std::string outcomes() const {
        return fmt::format("{} old, {} new, {} put right by undo", old_, new_, interrupted_);
    }

private:
    std::string problem_of_undo(MemorySystem& system, const Medium& medium) const {
        const std::string manifest = manifest_in(medium);
        if (manifest.empty()) return "an interrupted write is reported, and there is no manifest";
        const app::Report undone = run(system, app::Command::undo, manifest);
        if (undone.outcome != app::Outcome::restored) {
            return "undo: " + (undone.error ? undone.error->message() : std::string("not done"));
        }
        return system.seen().at(image_path).content == scenario_.before
                   ? ""
                   : "undo did not give the image back to the byte";
    }

    const DiskScenario& scenario_;
    std::set<std::string> known_;
    std::size_t old_ = 0;
    std::size_t new_ = 0;
    std::size_t interrupted_ = 0;
};

bool is_end(const Fault& fault) {
    return fault.kind == Fault::Kind::stop_before || fault.kind == Fault::Kind::stop_after;
}

std::string problem_of_report(const DiskScenario& scenario, const app::Report& report,
                              const Medium& now, const Fault& fault) {
    if (!report.error) {
        const auto wanted =
            scenario.command == app::Command::fix ? app::Outcome::fixed : app::Outcome::restored;
        return report.outcome == wanted ? "" : "a fault makes it say that nothing is to be done";
    }
    if (report.error->hint().empty()) return "an error without a hint";
    if (cli::exit_status_of(report.error->code()) == cli::status_unconfirmed) {
        const std::string text = report.error->message() + report.error->hint();
        return text.find(".bak") != std::string::npos ? "" : "the backup is not named: " + text;
    }
    if (now.at(image_path).content != scenario.start.at(image_path).content) {
        return "says that nothing was changed, and the image is: " + report.error->message();
    }
    // A disk that died cannot be cleaned up.
    const bool lasting =
        fault.kind == Fault::Kind::lasting_error || fault.kind == Fault::Kind::lasting_readonly;
    const bool same_files = now.size() == scenario.start.size();
    return lasting || same_files ? "" : "leaves a file behind: " + report.error->message();
}

/// The number of the call with which the scenario first changes anything.
std::uint64_t first_change_of(const DiskScenario& scenario) {
    MemorySystem system(scenario.start, "ext4");
    FaultSystem counting(system, {});
    std::uint64_t first = 0;
    system.after_change = [&] {
        if (first == 0) first = counting.calls();
    };
    static_cast<void>(run(counting, scenario));
    REQUIRE(first > 1);
    return first;
}

/// Spoils the Nth call for every N from `fault.nth` on. Returns how often.
std::size_t spoil_every_call(const DiskScenario& scenario, Fault fault, DiskVerifier& verifier) {
    const std::uint64_t first = fault.nth;
    for (;; ++fault.nth) {
        MemorySystem system(scenario.start, "ext4");
        std::string problem;
        bool struck = false;
        {
            FaultSystem faulty(system, fault);
            try {
                const app::Report report = run(faulty, scenario);
                // Of a process that has ended nobody reads a report.
                if (!is_end(fault)) {
                    problem = problem_of_report(scenario, report, system.seen(), fault);
                }
            } catch (const Stopped&) {
                // What it left is looked at below.
            }
            struck = faulty.struck();
        }
        if (!struck) return static_cast<std::size_t>(fault.nth - first);
        if (problem.empty()) problem = verifier.problem(system.seen());
        CHECK_MESSAGE(problem.empty(), fmt::format("call {}, kind {}: {}", fault.nth,
                                                   static_cast<int>(fault.kind), problem));
    }
}

}  // namespace

TEST_CASE("whatever call fails, the image is old, new, or put right by undo") {
    using Kind = Fault::Kind;
    for (const DiskScenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        DiskVerifier verifier(scenario);
        std::size_t count = spoil_every_call(scenario, {Kind::error, EIO, 1}, verifier);
        // Before the first change these differ in nothing from an error.
        const std::uint64_t first = first_change_of(scenario) - 1;
        for (const Fault& fault :
             {Fault{Kind::lasting_error, EIO, first}, Fault{Kind::lasting_readonly, EROFS, first},
              Fault{Kind::stop_before, 0, first}, Fault{Kind::stop_after, 0, first},
              // These count transfers alone.
              Fault{Kind::half_then_error, ENOSPC, 1}}) {
            count += spoil_every_call(scenario, fault, verifier);
        }
        CHECK(count > 100);
        fmt::print("disk faults: {}: {} faults: {}\n", scenario.name, count, verifier.outcomes());
    }
}

TEST_CASE("whenever the power goes, the image is old, new, or put right by undo") {
    for (const DiskScenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        DiskVerifier verifier(scenario);
        MemorySystem system(scenario.start, "ext4");
        std::size_t moments = 0;
        std::size_t states = 0;
        std::string first_problem;
        system.after_change = [&] {
            ++moments;
            system.visit_crash_states(most_states_at_a_moment, moments, [&](const Medium& medium) {
                ++states;
                const std::string problem = verifier.problem(medium);
                if (first_problem.empty()) first_problem = problem;
            });
        };
        const app::Report report = run(system, scenario);
        system.after_change = nullptr;
        CHECK_FALSE(report.error.has_value());
        CHECK_MESSAGE(first_problem.empty(), first_problem);
        CHECK(moments > 10);
        fmt::print("disk power cuts: {}: {} moments, {} states: {}\n", scenario.name, moments,
                   states, verifier.outcomes());
    }
}
