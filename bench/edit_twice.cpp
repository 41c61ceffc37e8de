// SPDX-License-Identifier: GPL-2.0-or-later
// edit_twice HIVE ROUNDS: how long hivex takes to edit a copy of HIVE in the program's own process
// and in a confined one, in turn. Prints the median seconds of both.
#include <chrono>
#include <cstdio>

#include "support/prepared_hive.h"
#include "support/unconfined_system.h"

#include "os/file.h"
#include "os/linux/large_pages.h"

namespace {

using namespace nlafix;

double seconds_of_edit(const recovery::CleanHive& hive, const nla::Plan& plan, os::System& system) {
    const auto begin = std::chrono::steady_clock::now();
    static_cast<void>(hivex::edit_image(hive, plan, regf::CellSet(0), test::edit_time, system));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return took.count();
}

int measure(const char* path) {
    const Bytes bytes = os::File::open(os::real_system(), path, {}).read_all(1U << 31);
    const recovery::Recovery recovery = recovery::recover(bytes, {}, recovery::LogPolicy::apply);
    const nla::Plan plan = test::PreparedHive::plan_of(bytes, false);
    // As a confined process has it, so that confinement alone is the difference.
    os::make_heap_of_large_pages(8 * bytes.size() + 256'000'000);
    test::UnconfinedSystem unconfined;
    const double here = seconds_of_edit(recovery.hive.value(), plan, unconfined);
    const double confined = seconds_of_edit(recovery.hive.value(), plan, os::real_system());
    return std::printf("%f %f\n", here, confined) < 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    static_cast<void>(nlafix::os::real_system().prepare_confinement());
    return measure(argv[1]);
}
