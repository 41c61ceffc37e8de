// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/read_hive.h"
#include "source/not_a_hive.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "forwarding_system.h"
#include "temp_folder.h"
#include "thrown.h"
#include "unit/source/found_hive.h"

using namespace nlafix;
using test::read;
using test::TempFolder;

namespace {

std::vector<std::string> log_names(const source::HiveFiles& files) {
    std::vector<std::string> names;
    for (const recovery::LogFile& log : files.logs) names.push_back(log.name);
    return names;
}

}  // namespace

TEST_CASE("Logs are found in any case, in the order of their numbers, and nothing else is") {
    using Names = std::vector<std::string>;
    struct Row {
        std::string hive;
        Names beside;
        Names expected;
    };
    const std::vector<Row> rows = {
        {"SYSTEM",
         {"SYSTEM.LOG2", "SYSTEM.LOG1", "SYSTEM.LOG"},
         {"SYSTEM.LOG", "SYSTEM.LOG1", "SYSTEM.LOG2"}},
        {"system", {"SYSTEM.LOG1", "system.log2"}, {"SYSTEM.LOG1", "system.log2"}},
        {"SYSTEM", {"system.log1", "System.Log2"}, {"system.log1", "System.Log2"}},
        {"copy.dat", {"copy.dat.LOG1", "SYSTEM.LOG1"}, {"copy.dat.LOG1"}},
        {"SYSTEM",
         {"SYSTEM.LOG3", "SYSTEM.LOG1.bak", "SYSTEMLOG1", "SYSTEM.sav", "SECURITY.LOG1"},
         {}},
        {"SYSTEM", {}, {}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.hive);
        const TempFolder folder;
        const std::string path = folder.write_text(row.hive, "regf and more");
        for (const std::string& name : row.beside) folder.write_text(name, "content of " + name);
        const source::HiveFiles files = read(os::real_system(), path);
        CHECK(files.primary == test::read_file(path));
        CHECK(log_names(files) == row.expected);
        for (const recovery::LogFile& log : files.logs) {
            CHECK(log.error == "");
            CHECK(log.bytes == test::read_file(folder / log.name));
        }
    }
}

namespace {

/// A mount whose listings leave out hidden files, as drivers of NTFS do where they are told to.
class HidingSystem : public test::ForwardingSystem {
public:
    using ForwardingSystem::ForwardingSystem;
    int list_folder(const std::string& path, std::vector<std::string>& names) override {
        const int result = inner().list_folder(path, names);
        std::erase_if(names, [](const std::string& name) { return name != "SYSTEM"; });
        return result;
    }
};

}  // namespace

TEST_CASE("Logs that a mount hides from listings are looked for by name") {
    const TempFolder folder;
    const std::string path = folder.write_text("SYSTEM", "regf and more");
    HidingSystem system(os::real_system());
    CHECK(log_names(read(system, path)).empty());
    folder.write_text("SYSTEM.LOG1", "one");
    folder.write_text("system.log2", "two");
    CHECK(log_names(read(system, path)) == std::vector<std::string>{"SYSTEM.LOG1", "system.log2"});
}

TEST_CASE("A sparse log is not read beyond what the disk may store of all logs") {
    const TempFolder folder;
    const std::string path = folder.write_text("SYSTEM", "regf and more");
    // Three spellings of one name, which take no room on the disk.
    for (const char* name : {"SYSTEM.LOG1", "system.log1", "System.Log1"}) {
        folder.write_text(name, "regf");
        os::OpenOptions options;
        options.write = true;
        os::File::open(os::real_system(), folder / name, options).set_size(9U << 20);
    }
    const source::HiveFiles files = read(os::real_system(), path);
    REQUIRE(files.logs.size() == 3);
    std::size_t read_bytes = 0;
    for (const recovery::LogFile& log : files.logs) read_bytes += log.bytes.size();
    CHECK(read_bytes == 9U << 20);
    CHECK(test::contains(files.logs.back().error, "of which the disk stores"));
}

TEST_CASE("Logs that are read again have to be the same ones") {
    const std::vector<recovery::LogFile> before = {{"SYSTEM.LOG1", Bytes(2), ""},
                                                   {"SYSTEM.LOG2", {}, "I/O error"}};
    struct Row {
        std::string what;
        std::vector<recovery::LogFile> now;
        std::string word;
    };
    for (const Row& row :
         {Row{"as before", before, "nothing"},
          Row{"changed", {{"SYSTEM.LOG1", Bytes(3), ""}, before[1]}, "hive-changed"},
          Row{"gone", {before[0]}, "hive-changed"}, Row{"all gone", {}, "hive-changed"},
          Row{"come", {before[0], before[1], {"SYSTEM.LOG3", {}, ""}}, "hive-changed"},
          Row{"readable now", {before[0], {"SYSTEM.LOG2", Bytes(1), ""}}, "hive-changed"},
          Row{"unreadable now", {{"SYSTEM.LOG1", {}, "I/O error"}, before[1]}, "io-error"}}) {
        CAPTURE(row.what);
        CHECK(test::word_thrown_by([&] { source::require_same_logs(before, row.now, "SYSTEM"); }) ==
              row.word);
    }
}

TEST_CASE("Of what is no hive no more is read than tells what it is") {
    struct Counting : test::ForwardingSystem {
        using ForwardingSystem::ForwardingSystem;
        int read_at(os::Handle handle, MutableByteView into, std::uint64_t offset,
                    std::size_t& done) override {
            const int result = ForwardingSystem::read_at(handle, into, offset, done);
            if (result == 0) bytes_read += done;
            return result;
        }
        std::uint64_t bytes_read = 0;
    };
    const TempFolder folder;
    for (const std::string& content :
         {std::string(), std::string("reg"), std::string("regF"), std::string(100'000, 'x')}) {
        Counting system(os::real_system());
        const std::string path = folder.write_text("SYSTEM", content);
        const auto error = test::error_of([&] { read(system, path); });
        REQUIRE(error);
        CHECK(word_of(error->code()) == "not-a-hive");
        CHECK_FALSE(error->hint().empty());
        CHECK(system.bytes_read <= source::telling_bytes);
    }
}
