// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/refusal.h"

#include <doctest/doctest.h>

#include "app/session.h"
#include "forwarding_system.h"
#include "os/paths.h"
#include "prepared_hive.h"
#include "temp_folder.h"

using namespace nlafix;

namespace {

class MachineWith : public test::ForwardingSystem {
public:
    explicit MachineWith(std::uint64_t bytes) : ForwardingSystem(os::real_system()), left_(bytes) {}
    int available_memory(std::uint64_t& bytes) override {
        bytes = left_;
        return 0;
    }

private:
    std::uint64_t left_;
};

struct Case {
    test::TempFolder folder;
    test::PreparedHive hive{fixture::small_tree({false, false})};
    std::string path = folder.write("SYSTEM", hive.built.bytes);

    app::Report run(app::Command command, std::uint64_t bytes) const {
        MachineWith machine(bytes);
        return app::Session(machine, [] { return false; }).run(command, path, {});
    }
    bool is_untouched() const {
        return os::names_in(os::real_system(), folder.path()).size() == 1 &&
               test::read_file(path) == hive.built.bytes;
    }
};

}  // namespace

TEST_CASE("A fix that takes more memory than is left is refused, and check says so before") {
    const Case one;
    constexpr std::uint64_t enough_to_read = 1 << 20;
    const app::Report check = one.run(app::Command::check, enough_to_read);
    CHECK(check.outcome == app::Outcome::change_needed);
    REQUIRE(check.fix_refuses);
    CHECK(word_of(check.fix_refuses->code()) == "no-memory");
    const app::Report fix = one.run(app::Command::fix, enough_to_read);
    REQUIRE(fix.error);
    CHECK(word_of(fix.error->code()) == "no-memory");
    CHECK(one.is_untouched());
}

TEST_CASE("A hive that there is no memory to read is not read") {
    const Case one;
    const app::Report check = one.run(app::Command::check, one.hive.built.bytes.size());
    REQUIRE(check.error);
    CHECK(word_of(check.error->code()) == "no-memory");
    CHECK(one.is_untouched());
}
