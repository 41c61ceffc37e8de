// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/backup_place.h"

#include <doctest/doctest.h>

#include "forwarding_system.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;

namespace {

/// Says that what lies below one folder lies in memory, and that nothing else does.
class PartlyInMemory : public test::ForwardingSystem {
public:
    explicit PartlyInMemory(std::string folder)
        : ForwardingSystem(os::real_system()), folder_(std::move(folder)) {}
    int file_system(const std::string& path, os::FileSystemStatus& status) override {
        status = {};
        status.in_memory = path.starts_with(folder_);
        return 0;
    }

private:
    std::string folder_;
};

struct Case {
    test::TempFolder disk, memory;
    PartlyInMemory system{memory.path()};

    app::Report fixed(const std::string& target, const std::string& backup) {
        app::Report report;
        report.outcome = app::Outcome::fixed;
        report.location = source::HiveLocation{source::TargetKind::hive, target};
        report.backup = backup;
        app::note_backup_place(system, report);
        return report;
    }
};

}  // namespace

TEST_CASE("A backup in memory is warned about, with the folder of a TARGET on a disk") {
    Case c;
    const std::string on_disk = c.disk.write("SYSTEM", Bytes(1));
    const app::Report report = c.fixed(on_disk, c.memory / "SYSTEM.bak");
    CHECK(report.backup_in_memory);
    REQUIRE(report.warnings.size() == 1);
    CHECK(test::contains(report.warnings[0], "lies in memory"));
    CHECK(test::contains(report.warnings[0], "to " + c.disk.path()));
}

TEST_CASE("A backup on a disk, and one of a TARGET that lies in memory itself, are not") {
    Case c;
    const std::string on_disk = c.disk.write("SYSTEM", Bytes(1));
    const std::string in_memory = c.memory.write("SYSTEM", Bytes(1));
    const app::Report durable = c.fixed(on_disk, c.disk / "SYSTEM.bak");
    CHECK_FALSE(durable.backup_in_memory);
    CHECK(durable.warnings.empty());
    const app::Report together = c.fixed(in_memory, c.memory / "SYSTEM.bak");
    CHECK(together.backup_in_memory);
    CHECK(together.warnings.empty());
}

TEST_CASE("A write that a power cut may leave half done wants a backup that stays") {
    Case c;
    const std::string on_disk = c.disk.write("disk", Bytes(1));
    const std::string in_memory = c.memory.write("disk", Bytes(1));
    const auto word = [&c](const std::string& folder, const std::string& target) {
        return test::word_thrown_by(
            [&] { app::refuse_backup_in_memory(c.system, folder, target); });
    };
    CHECK(word(c.memory.path(), on_disk) == "backup-in-memory");
    // The name of a device lies in memory wherever the device does.
    CHECK(word(c.memory.path(), "/dev/null") == "backup-in-memory");
    CHECK(word(c.disk.path(), on_disk) == "nothing");
    CHECK(word(c.memory.path(), in_memory) == "nothing");
}
