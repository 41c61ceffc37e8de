// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario.h"

#include <stdexcept>

#include "log_first_hives.h"
#include "os/paths.h"
#include "system_tree.h"

namespace nlafix::test {
namespace {

Bytes text_bytes(std::string_view text) {
    const auto* begin = reinterpret_cast<const std::byte*>(text.data());
    return {begin, begin + text.size()};
}

bool is_in_place(const std::string& file_system) {
    return file_system != "ext4";
}

StoredFile hive_file(const Bytes& content, const std::string& file_system) {
    StoredFile file;
    file.content = content;
    file.permissions = 0640;
    file.owner = 1001;
    file.group = 1002;
    file.attributes["user.note"] = text_bytes("kept");
    if (is_in_place(file_system)) {
        file.attributes[MemorySystem::descriptor_name] = text_bytes("administrators only");
    }
    return file;
}

/// A log of the old format makes a fix change the timestamps as well.
StoredFile old_log(const Bytes& hive) {
    namespace base = fixture::base_block;
    Bytes log(hive.begin(), hive.begin() + 512);
    log.resize(1024);
    fixture::put_u32(log, base::file_type, 1);
    fixture::mend_checksum(log);
    fixture::put_text(log, 512, "DIRT");
    StoredFile file;
    file.content = std::move(log);
    return file;
}

Scenario fix_scenario(const std::string& file_system, bool elsewhere, Room room) {
    Scenario scenario;
    scenario.file_system = file_system;
    scenario.before = small_hive(room);
    scenario.start[hive_path] = hive_file(scenario.before, file_system);
    if (elsewhere) {
        scenario.backup_folder = MemorySystem::other_folder;
    }
    scenario.name = std::string(is_in_place(file_system) ? "in place" : "replace") +
                    (elsewhere ? ", backup elsewhere" : ", backup beside") +
                    (room == Room::must_grow        ? ", must grow"
                     : room == Room::garbage_behind ? ", garbage behind"
                                                    : "");
    return scenario;
}

/// Runs the fix undisturbed for what it makes of the hive. Returns the medium afterwards.
Medium learn_outcome(Scenario& scenario) {
    MemorySystem system(scenario.start, scenario.file_system);
    const app::Report report = run(system, scenario);
    if (report.outcome != app::Outcome::fixed) {
        throw std::logic_error("the scenario's fix fails: " +
                               (report.error ? report.error->message() : std::string("no error")));
    }
    const Medium medium = system.seen();
    scenario.after = medium.at(hive_path).content;
    scenario.method = report.method;
    if (scenario.is_log_first()) {
        for (const auto& [path, file] : scenario.start) {
            if (path != hive_path) scenario.logs[path] = file.content;
        }
    }
    const bool may_grow = scenario.name.find("must grow") != std::string::npos ||
                          scenario.name.find("garbage") != std::string::npos;
    if (!scenario.is_log_first() && may_grow != (scenario.after.size() > scenario.before.size())) {
        throw std::logic_error("the scenario's hive does not grow as its name says");
    }
    scenario.backup = report.backup;
    return medium;
}

/// The medium at the last moment at which the hive is neither old nor new: its pages are written,
/// its head is not.
Medium cut_medium(const Scenario& fix) {
    MemorySystem system(fix.start, fix.file_system);
    Medium cut;
    system.after_change = [&] {
        const Medium now = system.seen();
        const Bytes& hive = now.at(hive_path).content;
        if (hive != fix.before && hive != fix.after) {
            cut = now;
        }
    };
    static_cast<void>(run(system, fix));
    return cut;
}

/// A hive with the logs of a Windows, on NTFS.
Scenario logged_scenario(const LoggedHive& hive) {
    Scenario scenario;
    scenario.file_system = "fuseblk";
    scenario.before = hive.primary;
    scenario.name = hive.name;
    scenario.start[hive_path] = hive_file(hive.primary, scenario.file_system);
    for (const NamedLog& log : hive.logs) {
        scenario.start[hive_path + log.suffix] = hive_file(log.bytes, scenario.file_system);
    }
    return scenario;
}

Scenario undo_of(const Scenario& fix, const Medium& start, const std::string& what) {
    Scenario undo = fix;
    undo.command = app::Command::undo;
    undo.start = start;
    undo.name = what + ", " + fix.name;
    return undo;
}

/// The same volume under a driver that replaces, and knows nothing of NTFS.
/// What was written in place is put back in place, also where the file could be replaced now.
Scenario where_it_could_be_replaced(Scenario scenario) {
    scenario.file_system = "ext4";
    for (auto& [path, file] : scenario.start) {
        file.attributes.erase(MemorySystem::descriptor_name);
    }
    return scenario;
}

std::vector<Scenario> make_scenarios() {
    std::vector<Scenario> fixes;
    std::vector<Scenario> undos;
    const struct {
        const char* file_system;
        bool elsewhere;
        Room room;
    } rows[] = {{"ext4", false, Room::must_grow},
                {"ext4", true, Room::enough},
                {"fuseblk", false, Room::must_grow},
                {"fuseblk", true, Room::enough}};
    for (const auto& row : rows) {
        Scenario fix = fix_scenario(row.file_system, row.elsewhere, row.room);
        const Medium finished = learn_outcome(fix);
        undos.push_back(undo_of(fix, finished, "undo"));
        if (fix.is_in_place()) {
            undos.push_back(undo_of(fix, cut_medium(fix), "undo of a cut fix"));
        }
        if (fix.is_in_place() && row.elsewhere) {
            undos.push_back(where_it_could_be_replaced(
                undo_of(fix, cut_medium(fix), "undo of a cut fix, ext4")));
        }
        fix.name = "fix, " + fix.name;
        fixes.push_back(fix);
    }
    Scenario logged = logged_scenario(log_first_hives().front());
    const Medium finished = learn_outcome(logged);
    undos.push_back(undo_of(logged, finished, "undo"));
    undos.push_back(undo_of(logged, cut_medium(logged), "undo of a cut fix"));
    logged.name = "fix, " + logged.name;
    fixes.push_back(logged);
    fixes.insert(fixes.end(), undos.begin(), undos.end());
    return fixes;
}

Scenario moved_away(const Scenario& fix, const Medium& start, const std::string& what) {
    Scenario undo = undo_of(fix, start, what);
    undo.undo_target = hive_path;
    for (const char* suffix : {".bak", ".json"}) {
        const std::string from = fix.backup.substr(0, fix.backup.size() - 4) + suffix;
        const std::string to = os::join(MemorySystem::other_folder, os::name_of(from));
        undo.start[to] = undo.start.at(from);
        undo.start.erase(from);
    }
    undo.backup = os::join(MemorySystem::other_folder, os::name_of(fix.backup));
    return undo;
}

std::vector<Scenario> make_odd_scenarios() {
    std::vector<Scenario> odd;
    for (const Room room : {Room::must_grow, Room::garbage_behind}) {
        for (const bool with_log : {false, true}) {
            Scenario fix = fix_scenario("fuseblk", false, room);
            if (with_log) {
                fix.start[hive_path + ".LOG"] = old_log(fix.before);
                fix.name += ", old log";
            }
            const Medium finished = learn_outcome(fix);
            odd.push_back(undo_of(fix, finished, "undo"));
            odd.push_back(undo_of(fix, cut_medium(fix), "undo of a cut fix"));
            odd.push_back(moved_away(fix, finished, "undo with the backup moved away"));
            fix.name = "fix, " + fix.name;
            odd.push_back(fix);
        }
    }
    for (const LoggedHive& hive : log_first_hives()) {
        if (hive.name.find(',') != hive.name.rfind(',')) continue;  // one of each case
        Scenario fix = logged_scenario(hive);
        const Medium finished = learn_outcome(fix);
        odd.push_back(undo_of(fix, finished, "undo"));
        fix.name = "fix, " + fix.name;
        odd.push_back(fix);
    }
    return odd;
}

app::Report run_command(os::System& system, app::Command command, const std::string& target,
                        const app::Options& options) {
    app::Session session(system, [] { return false; });
    return session.run(command, target, options);
}

}  // namespace

Bytes small_hive(Room room) {
    fixture::HiveOptions options;
    options.fill_last_bin = true;
    if (room == Room::enough) {
        options.slack_bytes = 4096;  // hivex adds a bin of this size
    }
    if (room == Room::garbage_behind) {
        options.slack_bytes = 700;  // no multiple of anything
        options.slack_fill = std::byte{0xA5};
    }
    return fixture::build(fixture::small_tree({false, false}), options).bytes;
}

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> all = make_scenarios();
    return all;
}

const std::vector<Scenario>& odd_scenarios() {
    static const std::vector<Scenario> all = make_odd_scenarios();
    return all;
}

app::Report run(os::System& system, const Scenario& scenario) {
    app::Options options;
    options.backup_folder = scenario.backup_folder;
    options.undo_target = scenario.undo_target;
    const bool fixes = scenario.command == app::Command::fix;
    return run_command(system, scenario.command, fixes ? hive_path : scenario.backup, options);
}

app::Report run_check(os::System& system) {
    return run_command(system, app::Command::check, hive_path, {});
}

void Problems::note(const std::string& where, const std::string& problem) {
    constexpr std::size_t most_shown = 5;
    if (!problem.empty() && ++count_ <= most_shown) {
        text_ += "\n  " + where + ": " + problem;
    }
}

std::string Problems::text() const {
    return std::to_string(count_) + " problems" + text_;
}

}  // namespace nlafix::test
