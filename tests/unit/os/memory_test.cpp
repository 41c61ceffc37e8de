// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/memory.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>

#include "base/error.h"
#include "forwarding_system.h"
#include "thrown.h"

using namespace nlafix;

namespace {

class Machine : public test::ForwardingSystem {
public:
    explicit Machine(std::uint64_t bytes, int result = 0)
        : ForwardingSystem(os::real_system()), bytes_(bytes), result_(result) {}
    int available_memory(std::uint64_t& bytes) override {
        bytes = bytes_;
        return result_;
    }

private:
    std::uint64_t bytes_;
    int result_;
};

std::string word(Machine machine, std::uint64_t bytes) {
    return test::word_thrown_by([&] { os::require_memory(machine, bytes, "a fix"); });
}

}  // namespace

TEST_CASE("What takes more memory than is left is refused, and says how much") {
    CHECK(word(Machine(100), 100) == "nothing");
    CHECK(word(Machine(100), 101) == "no-memory");
    Machine machine(std::uint64_t{20} << 20);
    const auto error =
        test::error_of([&] { os::require_memory(machine, std::uint64_t{45} << 20, "a fix"); });
    REQUIRE(error);
    CHECK(error->message() == "a fix takes 45.0 MiB of memory, and the machine has 20.0 MiB left");
    CHECK_FALSE(error->hint().empty());
}

TEST_CASE("Where nobody knows what is left, nothing is refused") {
    CHECK(word(Machine(0, ENOTSUP), 1000) == "nothing");
}
