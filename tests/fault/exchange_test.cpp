// SPDX-License-Identifier: GPL-2.0-or-later
// Names that change while nlafix works: at every call a link to somebody else's files takes the
// place of the hive, of its folder, of the backup folder or of the manifest.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "fault_system.h"
#include "os/paths.h"
#include "scenario.h"
#include "temp_folder.h"

using namespace nlafix;
using namespace nlafix::test;
namespace fs = std::filesystem;

namespace {

enum class Exchanged { hive, folder, backup_folder, manifest };

struct Case {
    std::string name;
    Exchanged what;
    std::string file_system;  // "ext4" replaces, "fuseblk" is in place
    app::Command command;
    bool is_elsewhere;  // the backup has a folder of its own
};

/// What an attacker has: the hive, and a way to name files that are not theirs.
class Place {
public:
    /// `others_hive`: what lies where the links lead.
    Place(const Case& one, const Bytes& others_hive) : case_(one) {
        static_cast<void>(folder.write("mine/SYSTEM", before));
        static_cast<void>(folder.make_folder("backups"));
        static_cast<void>(folder.write("precious/SYSTEM", others_hive));
        static_cast<void>(folder.write_text("precious/other.json", "{}"));
        remember();
    }

    std::string hive() const { return folder / "mine/SYSTEM"; }
    std::string backups() const { return folder / (case_.is_elsewhere ? "backups" : "mine"); }
    app::Options options() const {
        app::Options options;
        if (case_.is_elsewhere) {
            options.backup_folder = backups();
        }
        return options;
    }
    std::string manifest() const {
        for (const auto& entry : fs::directory_iterator(backups())) {
            if (entry.path().extension() == ".json") {
                return entry.path().string();
            }
        }
        return {};
    }

    /// The folder that is held before anything may be exchanged.
    std::string looked_up_last() const {
        const bool is_folder_of_hive =
            case_.what == Exchanged::hive || case_.what == Exchanged::folder;
        return is_folder_of_hive && case_.command == app::Command::fix ? folder / "mine"
                                                                       : backups();
    }

    /// False where there is nothing to exchange yet.
    bool exchange() {
        switch (case_.what) {
            case Exchanged::hive: return put_link(hive(), folder / "precious/SYSTEM");
            case Exchanged::folder: return put_link(folder / "mine", folder / "precious");
            case Exchanged::backup_folder: return put_link(backups(), folder / "precious");
            case Exchanged::manifest: break;
        }
        const std::string path = manifest();
        if (path.empty()) {
            return false;
        }
        // Another's manifest: only a whole one is worth being led to.
        fs::copy_file(path, folder / "precious/other.json", fs::copy_options::overwrite_existing);
        remember();
        return put_link(path, folder / "precious/other.json");
    }

    bool precious_is_untouched() const { return contents_of("precious") == precious_; }

    /// The hive, wherever it was moved.
    Bytes hive_now() const {
        for (const char* name : {"mine-was/SYSTEM", "mine/SYSTEM-was", "mine/SYSTEM"}) {
            const fs::path path = folder / name;
            // Under its own name as well, where it was replaced after the exchange.
            if (fs::is_regular_file(fs::symlink_status(path))) {
                return read_file(path.string());
            }
        }
        return {};
    }

    Bytes before = small_hive(Room::must_grow);
    TempFolder folder;

private:
    using Contents = std::map<std::string, Bytes>;

    void remember() { precious_ = contents_of("precious"); }
    Contents contents_of(const char* name) const {
        Contents contents;
        for (const auto& entry : fs::directory_iterator(folder / name)) {
            contents[entry.path().string()] = read_file(entry.path().string());
        }
        return contents;
    }
    static bool put_link(const std::string& name, const std::string& to) {
        fs::rename(name, name + "-was");
        fs::create_symlink(to, name);
        return true;
    }

    const Case& case_;
    Contents precious_;
};

/// Exchanges names in front of its Nth call, counted from the one that holds the folder in question
/// for the first time: until then a name has not been looked up, and means what it means.
class ExchangeSystem : public FaultSystem {
public:
    ExchangeSystem(Place& place, const Case& one, std::uint64_t nth)
        : FaultSystem(os::real_system(), {}), looked_up_last_(place.looked_up_last()) {
        file_system_type = one.file_system;
        really_flush = false;
        before_call = [this, &place, nth](std::uint64_t) {
            if (is_looked_up_ && !exchanged && ++count_ >= nth) {
                exchanged = place.exchange();
            }
        };
    }
    std::uint64_t now() override { return MemorySystem::fixed_now; }
    int hold_folder(const std::string& path, os::Handle& handle) override {
        is_looked_up_ = is_looked_up_ || path == looked_up_last_;
        return FaultSystem::hold_folder(path, handle);
    }

    bool exchanged = false;

private:
    std::string looked_up_last_;
    bool is_looked_up_ = false;
    std::uint64_t count_ = 0;
};

app::Report run_on(os::System& system, app::Command command, const std::string& target,
                   const app::Options& options) {
    app::Session session(system, [] { return false; });
    return session.run(command, target, options);
}

/// What the fix makes of the hive.
Bytes fixed_hive(const Case& one) {
    Place place(one, small_hive(Room::must_grow));
    ExchangeSystem system(place, one, ~std::uint64_t{0});
    REQUIRE(run_on(system, app::Command::fix, place.hive(), place.options()).outcome ==
            app::Outcome::fixed);
    return read_file(place.hive());
}

/// The number of exchanges that were tried.
std::uint64_t try_all(const Case& one) {
    const Bytes after = fixed_hive(one);
    // What is led there does harm: a hive that the same fix would fix, or the same undo put back.
    const Bytes others = one.command == app::Command::fix ? small_hive(Room::must_grow) : after;
    for (std::uint64_t nth = 1;; ++nth) {
        CAPTURE(nth);
        Place place(one, others);
        std::string target = place.hive();
        if (one.command == app::Command::undo) {
            ExchangeSystem system(place, one, ~std::uint64_t{0});
            REQUIRE(run_on(system, app::Command::fix, target, place.options()).outcome ==
                    app::Outcome::fixed);
            target = place.manifest();
        }
        ExchangeSystem system(place, one, nth);
        const app::Report report = run_on(system, one.command, target, place.options());
        CHECK(place.precious_is_untouched());
        const Bytes hive = place.hive_now();
        const bool is_whole = hive == place.before || hive == after;
        CHECK((is_whole || (report.error && report.error->code() == ErrorCode::unconfirmed_write)));
        // What says "fixed" or "restored" has done it to the hive that it was given.
        if (!report.error && one.what != Exchanged::hive) {
            CHECK(hive == (one.command == app::Command::fix ? after : place.before));
        }
        if (!system.exchanged) {
            return nth - 1;
        }
    }
}

}  // namespace

TEST_CASE("Whatever link takes the place of a name, nothing but the hive's own files is touched") {
    std::uint64_t tried = 0;
    for (const char* file_system : {"ext4", "fuseblk"}) {
        for (const app::Command command : {app::Command::fix, app::Command::undo}) {
            const bool is_fix = command == app::Command::fix;
            for (const Case& one : {
                     Case{"hive", Exchanged::hive, file_system, command, false},
                     Case{"folder", Exchanged::folder, file_system, command, false},
                     Case{"manifest", Exchanged::manifest, file_system, command, false},
                     Case{"folder, backup elsewhere", Exchanged::folder, file_system, command,
                          true},
                     Case{"backup folder", Exchanged::backup_folder, file_system, command, true},
                     Case{"manifest elsewhere", Exchanged::manifest, file_system, command, true},
                 }) {
                CAPTURE(one.name);
                CAPTURE(one.file_system);
                CAPTURE(is_fix);
                const std::uint64_t count = try_all(one);
                CHECK(count > 5);
                tried += count;
            }
        }
    }
    fmt::print("exchanges of names: {}\n", tried);
}
