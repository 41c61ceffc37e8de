// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/hive_place.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "os/paths.h"
#include "prepared_hive.h"
#include "temp_folder.h"
#include "thrown.h"
#include "verify/verify.h"

using namespace nlafix;

TEST_CASE(
    "A hive that another program changes between the look and the write stays as it then is") {
    const test::PreparedHive hive(fixture::small_tree({false, false}));
    struct Row {
        std::string what;
        std::function<void(const test::TempFolder&)> change;
        std::string word;
    };
    for (const Row& row :
         {Row{"nothing", [](const test::TempFolder&) {}, "nothing"},
          Row{"longer",
              [&](const test::TempFolder& folder) {
                  Bytes bytes = hive.built.bytes;
                  bytes.resize(bytes.size() + 4096);
                  folder.write("SYSTEM", bytes);
              },
              "hive-changed"},
          Row{"another byte",
              [&](const test::TempFolder& folder) {
                  Bytes bytes = hive.built.bytes;
                  bytes.back() ^= std::byte{1};
                  folder.write("SYSTEM", bytes);
              },
              "hive-changed"},
          Row{"another file of the same content",
              [&](const test::TempFolder& folder) {
                  std::filesystem::rename(test::to_path(folder / "SYSTEM"),
                                          test::to_path(folder / "old"));
                  folder.write("SYSTEM", hive.built.bytes);
              },
              "hive-changed"},
          Row{"a log",
              [](const test::TempFolder& folder) { folder.write_text("SYSTEM.LOG1", "a log"); },
              "hive-changed"}}) {
        CAPTURE(row.what);
        const test::TempFolder folder;
        const std::string path = folder.write("SYSTEM", hive.built.bytes);
        const auto place =
            app::make_file_place(os::real_system(), {source::TargetKind::hive, path});
        const source::HiveFiles files = place->read();
        place->open_for_writing();
        const auto image = verify::verify(hive.clean, hive.plan, hive.edited());
        app::PlannedWrite planned = place->plan(files, image.bytes(), {}, test::edit_time);
        row.change(folder);
        const Bytes changed = test::read_file(path);
        const auto names = os::names_in(os::real_system(), folder.path());
        commit::CommitOptions options;
        options.time = test::edit_time;
        CHECK(test::word_thrown_by([&] { place->commit(files, planned, image, options); }) ==
              row.word);
        if (row.word == "nothing") {
            CHECK(equal(test::read_file(path), image.bytes()));
        } else {
            CHECK(test::read_file(path) == changed);
            CHECK(os::names_in(os::real_system(), folder.path()) == names);
        }
    }
}
