// SPDX-License-Identifier: GPL-2.0-or-later
// The undo of a fix that was cut, and of an undo that was cut, on every medium and in every way
// that is a list of epochs: each cut of it leaves the old content, the new one or, where pages are
// written in place without a log, a hive that shows that it is unfinished; and its end is the
// original, byte for byte.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <functional>
#include <iterator>
#include <memory>
#include <set>

#include "disk_commit.h"
#include "judged_states.h"
#include "logged_commit.h"

using namespace nlafix;
using namespace nlafix::disk;
using namespace nlafix::test;

namespace {

constexpr std::size_t most_cuts_undone = 12;
constexpr std::size_t most_undos_undone = 120;

/// A fix in one way on one medium. What the epochs write may be hive and logs themselves, or a disk
/// that holds them.
struct Row {
    std::string name;
    const LoggedCommit& commit;
    Way way;
    Files start;
    std::vector<Epoch> epochs;
    std::function<Files(const Files&)> hive_and_logs;
};

Row row_on_files(const LoggedCommit& commit, Way way) {
    Row row{std::string("files, ") + word_of(way) + ", " + commit.hive.name,
            commit,
            way,
            commit.start,
            commit.plan.epochs,
            [](const Files& files) { return files; }};
    if (way == Way::in_place) {
        const auto logs = logs_in(commit.start, commit.hive.logs);
        row.epochs = recovery::in_place_epochs({commit.start[0], logs}, commit.edited);
        fill_in_before(row.epochs, {row.start.begin(), row.start.end()});
    }
    return row;
}

/// The sectors of a disk that epochs write, one after the other in a file: cuts of a whole disk
/// would be megabytes each. The first sector is nobody's: a file's is the head of a hive, and torn.
class WrittenSectors {
public:
    WrittenSectors(Bytes disk, const std::vector<Epoch>& epochs) : device_(std::move(disk)) {
        for (const Epoch& epoch : epochs) {
            for (const Write& write : epoch.writes) {
                for (std::size_t at = 0; at < write.after.size(); at += sector_bytes) {
                    places_.insert(write.offset + at);
                }
            }
        }
    }

    Bytes file() {
        Bytes bytes(sector_bytes);
        for (const std::uint64_t place : places_) {
            const Bytes sector = read_bytes(device_, place, sector_bytes);
            bytes.insert(bytes.end(), sector.begin(), sector.end());
        }
        return bytes;
    }

    /// A write is whole sectors, which are neighbours here as well.
    std::vector<Epoch> in_file(std::vector<Epoch> epochs) const {
        for (Epoch& epoch : epochs) {
            for (Write& write : epoch.writes) {
                const auto index = std::distance(places_.begin(), places_.find(write.offset));
                write.offset = (static_cast<std::uint64_t>(index) + 1) * sector_bytes;
            }
        }
        return epochs;
    }

    Files read(const Bytes& file, const std::vector<std::string>& paths) {
        OverlayDevice disk(device_);
        std::size_t at = 0;
        for (const std::uint64_t place : places_) {
            disk.write(ByteView(file).subspan(at += sector_bytes, sector_bytes), place);
        }
        NtfsVolume volume = NtfsVolume::open(disk, {0, disk.size_bytes()});
        Files files;
        for (const std::string& path : paths) {
            files.push_back(volume.read_file(path, std::size_t{1} << 26));
        }
        return files;
    }

private:
    static constexpr std::size_t sector_bytes = 512;
    MemoryDevice device_;
    std::set<std::uint64_t> places_;
};

Row row_on_disk(const LoggedCommit& commit, Way way) {
    NtfsImageOptions image;
    image.size_bytes = std::uint64_t{8} << 20;
    image.attribute_list = way != Way::runlist_switch;
    std::vector<std::string> paths = {hive_on_volume};
    for (const NamedLog& log : commit.hive.logs) {
        paths.push_back(hive_on_volume + log.suffix);
        image.files.emplace_back(paths.back(), log.bytes);
    }
    DiskCommit disk(image, commit.start[0], way == Way::log_first ? commit.wanted : commit.edited);
    const auto logs = logs_in(commit.start, commit.hive.logs);
    disk.change.in_place_files = paths;
    disk.change.in_place = commit.plan;
    if (way == Way::in_place) {
        disk.change.in_place = {
            way, "", recovery::in_place_epochs({commit.start[0], logs}, commit.edited), 0};
    }
    const WritePlan plan = disk.plan();
    REQUIRE(plan.way == way);
    const auto sectors = std::make_shared<WrittenSectors>(disk.device.content, plan.epochs);
    return {std::string("disk, ") + word_of(way) + ", " + commit.hive.name,
            commit,
            way,
            {sectors->file()},
            sectors->in_file(plan.epochs),
            [sectors, paths](const Files& files) { return sectors->read(files[0], paths); }};
}

struct Tally : FoundCount {
    std::size_t states = 0;
    std::size_t wrong_ends = 0;
};

/// Undoes cuts of one row, and judges every different state on the way.
class Undoing {
public:
    explicit Undoing(const Row& row)
        : row_(row),
          ended_(row.hive_and_logs(carried_out(row.start, row.epochs))),
          begun_(row.hive_and_logs(row.start)),
          judge_(row.commit.hive.logs, row.commit.old_content, ended_[0], row.way == Way::in_place),
          dump_(row.name, judge_, begun_) {}

    Tally run() {
        const std::vector<Files> cuts = cuts_of(row_.start, row_.epochs);
        std::vector<Files> cut_undos;
        for_some(cuts, most_cuts_undone, [&](const Files& cut) {
            for (Files& state : cuts_of(cut, way_back(cut))) cut_undos.push_back(std::move(state));
        });
        for_some(cut_undos, most_undos_undone, [&](const Files& cut) {
            // Each flush of it: the cuts in between are those of the way back above.
            Files state = cut;
            for (const Epoch& epoch : way_back(cut)) {
                apply_epoch(epoch, state);
                judge(state);
            }
            if (state != row_.start) ++tally_.wrong_ends;
        });
        return tally_;
    }

private:
    using Visit = std::function<void(const Files&)>;

    static void for_some(const std::vector<Files>& all, std::size_t most, const Visit& visit) {
        const std::size_t step = (all.size() + most - 1) / most;
        for (std::size_t i = 0; i < all.size(); i += step) visit(all[i]);
    }

    /// The different states that were not seen before, each judged.
    std::vector<Files> cuts_of(const Files& start, const std::vector<Epoch>& epochs) {
        std::vector<Files> cuts;
        visit_cuts(start, epochs, 3, [&](const Files& files) {
            if (judge(files)) cuts.push_back(files);
        });
        return cuts;
    }

    bool judge(const Files& state) {
        if (!known_.insert(digest_of_all(state)).second) return false;
        ++tally_.states;
        try {
            const Files files = row_.hive_and_logs(state);
            dump_.add(files);
            tally_.add(judge_.judge(files));
        } catch (const Error&) {
            ++tally_.bad;  // no volume any more
        }
        return true;
    }

    std::vector<Epoch> way_back(const Files& cut) {
        FilesMedium medium(cut);
        const commit::Progress progress = commit::progress_on(medium, row_.epochs);
        CHECK(progress.state != CommitState::foreign);
        return nlafix::reversed(row_.epochs, progress.begun);
    }

    const Row& row_;
    Files ended_, begun_;
    Judge judge_;
    StateDump dump_;
    std::set<std::string> known_;
    Tally tally_;
};

/// On a disk no log can grow: one of the old format, which has to be written anew, gets the size
/// that Windows gives it.
LoggedHive with_room(LoggedHive hive) {
    constexpr std::size_t usual_bytes = std::size_t{32} << 10;
    const bool is_old_and_dirty = hive.name.starts_with("D ");
    for (NamedLog& log : hive.logs) {
        if (is_old_and_dirty && !log.bytes.empty()) log.bytes.resize(usual_bytes);
    }
    return hive;
}

bool fits_on_disk(const LoggedCommit& commit) {
    return commit.plan.possible() && commit.wanted.size() <= commit.start[0].size();
}

void run_row(const Row& row) {
    CAPTURE(row.name);
    const Tally tally = Undoing(row).run();
    fmt::print("{:<56} {:>6} {:>6} {:>6} {:>10} {:>5}\n", row.name, tally.states, tally.old_content,
               tally.new_content, tally.unfinished, tally.bad + tally.wrong_ends);
    CHECK(tally.bad == 0);
    CHECK(tally.wrong_ends == 0);
    CHECK(tally.old_content > 0);
    CHECK(tally.new_content > 0);
    CHECK((tally.unfinished > 0) == (row.way == Way::in_place));
}

void print_head() {
    fmt::print("\n{:<56} {:>6} {:>6} {:>6} {:>10} {:>5}\n", "undo of a cut fix, and of a cut undo",
               "states", "old", "new", "unfinished", "BAD");
}

}  // namespace

TEST_CASE("Every cut of an undo of what was cut is harmless, in files") {
    print_head();
    for (const LoggedHive& hive : log_first_hives()) {
        const LoggedCommit commit(hive);
        for (const Way way : {Way::log_first, Way::in_place}) run_row(row_on_files(commit, way));
    }
}

TEST_CASE("Every cut of an undo of what was cut is harmless, on a disk") {
    print_head();
    std::set<recovery::LogFirstCase> cases;
    for (const LoggedHive& hive : log_first_hives()) {
        const LoggedCommit commit(with_room(hive), recovery::Growth::forbidden);
        if (!fits_on_disk(commit) || !cases.insert(commit.plan.which).second) continue;
        for (const Way way : {Way::log_first, Way::in_place, Way::runlist_switch}) {
            run_row(row_on_disk(commit, way));
        }
    }
    CHECK(cases.size() == 5);
}
