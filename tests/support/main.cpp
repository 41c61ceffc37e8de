// SPDX-License-Identifier: GPL-2.0-or-later
//
// The main of the doctest executables. A run that selects no test case fails: otherwise a wrong
// filter, or a file whose tests are gone, would count as passed.

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

namespace {

unsigned selected_test_cases = 0;

class Counter : public doctest::IReporter {
public:
    explicit Counter(const doctest::ContextOptions&) {}

    void test_run_end(const doctest::TestRunStats& stats) override {
        selected_test_cases = stats.numTestCasesPassingFilters;
    }

    void report_query(const doctest::QueryData&) override {}
    void test_run_start() override {}
    void test_case_start(const doctest::TestCaseData&) override {}
    void test_case_reenter(const doctest::TestCaseData&) override {}
    void test_case_end(const doctest::CurrentTestCaseStats&) override {}
    void test_case_exception(const doctest::TestCaseException&) override {}
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData&) override {}
    void log_message(const doctest::MessageData&) override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}
};

REGISTER_LISTENER("counter", 1, Counter);

}  // namespace

int main(int argc, char** argv) {
    doctest::Context context;
    context.setOption("no-intro", true);
    context.applyCommandLine(argc, argv);
    const int status = context.run();  // prints the counts
    if (context.shouldExit()) {
        return status;  // a query such as --list-test-cases
    }
    if (selected_test_cases == 0) {
        std::fputs("error: no test case was selected\n", stderr);
        return 1;
    }
    return status;
}
