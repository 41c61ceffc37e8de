// SPDX-License-Identifier: GPL-2.0-or-later
// What a function can do inside the walls: each of these tries to get out in its own way, and
// writes down how far it came.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "os/confined_process.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;

namespace {

constexpr std::uint64_t mb = 1'000'000;

os::System& real() {
    return os::real_system();
}

/// Inside: the answer is one number, mostly an errno value.
void answer(os::Handle channel, int number) {
    Bytes bytes(4);
    put_u32(bytes, 0, static_cast<std::uint32_t>(number));
    static_cast<void>(os::send_message(real(), channel, bytes));
}

int result_of(long returned) {
    return returned < 0 ? errno : 0;
}

os::ConfinedJob job_of(os::ConfinedWork work, std::vector<os::ConfinedFile> files = {}) {
    os::ConfinedJob job;
    job.work = work;
    job.files = std::move(files);
    job.cpu_seconds = 1;
    job.memory_bytes = 256 * mb;
    job.largest_file_bytes = mb;
    return job;
}

os::ConfinedProcess start(const os::ConfinedJob& job) {
    auto process = os::ConfinedProcess::start(real(), job, "the guest");
    REQUIRE(process);
    return std::move(*process);
}

/// What `job` answered.
int answer_of(const os::ConfinedJob& job) {
    os::ConfinedProcess process = start(job);
    return static_cast<int>(u32_at(process.ask({}, 4), 0));
}

std::string end_of(os::ConfinedWork work) {
    const auto error = test::error_of([&] { start(job_of(work)).ask({}, 4); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::parser_stopped);
    CHECK_FALSE(error->hint().empty());
    return error->message();
}

/// The walls of this build on this kernel.
os::Walls walls() {
    return start(job_of([](os::Handle, const std::vector<std::string>&) {})).walls();
}

bool kernel_has_landlock() {
    return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1U) > 0;
}

const char* const forbidden =
    "the guest asked the system for what it must not have, and was stopped";

}  // namespace

TEST_CASE("All walls stand that the kernel has, or Landlock alone in a build with a sanitizer") {
    const os::Walls found = walls();
    CHECK(found.landlock == kernel_has_landlock());
    CHECK(found.rlimits == found.seccomp);
    CHECK(found.rlimits == NLAFIX_HAS_ALL_WALLS);
    CHECK(os::words_of({true, true, true}) ==
          std::vector<std::string>{"rlimits", "seccomp", "landlock"});
    CHECK(os::words_of({}).empty());
}

TEST_CASE("A question is answered, and the files of the job can be read and written") {
    const test::TempFolder folder;
    const std::string input = folder.write("input", Bytes(3, std::byte{'x'}));
    const std::string output = folder.write("output", Bytes(9, std::byte{'y'}));
    const os::File in = os::File::open(real(), input, {});
    os::OpenOptions writing;
    writing.write = true;
    const os::File out = os::File::open(real(), output, writing);
    const auto copy = [](os::Handle channel, const std::vector<std::string>& paths) {
        const auto question = os::receive_message(real(), channel, 100);
        char text[8] = {};
        const int from = ::open(paths[0].c_str(), O_RDONLY);
        const ssize_t n = ::read(from, text, sizeof text);
        const int to = ::open(paths[1].c_str(), O_WRONLY | O_TRUNC);
        const ssize_t written = ::write(to, text, static_cast<std::size_t>(n));
        answer(channel, static_cast<int>(written) + static_cast<int>(question->size()));
    };
    os::ConfinedJob job = job_of(copy, {{in.handle(), input, false}, {out.handle(), output, true}});
    SUBCASE("named files") {}
    SUBCASE("memory without a name") {
        os::Scratch scratch;
        REQUIRE(real().make_scratch(scratch) == 0);
        const os::File memory(real(), scratch.handle, scratch.path);
        memory.write_fully(Bytes(3, std::byte{'x'}), 0);
        job.files[0] = {memory.handle(), "", false};
        CHECK(u32_at(start(job).ask(Bytes(10), 4), 0) == 13);
        return;
    }
    CHECK(u32_at(start(job).ask(Bytes(10), 4), 0) == 13);
    CHECK(out.read_all(100) == Bytes(3, std::byte{'x'}));
}

TEST_CASE("No other file can be opened, none made, and the input cannot be written") {
    if (!kernel_has_landlock()) return;
    CHECK(answer_of(job_of([](os::Handle channel, const std::vector<std::string>&) {
              answer(channel, result_of(::open("/etc/passwd", O_RDONLY)));
          })) == EACCES);
    CHECK(answer_of(job_of([](os::Handle channel, const std::vector<std::string>&) {
              answer(channel, result_of(::open("/", O_RDONLY | O_DIRECTORY)));
          })) == EACCES);
    CHECK(answer_of(job_of([](os::Handle channel, const std::vector<std::string>&) {
              answer(channel, result_of(::open("/tmp/nlafix-guest", O_WRONLY | O_CREAT, 0600)));
          })) == EACCES);
    const test::TempFolder folder;
    const std::string path = folder.write("input", Bytes(3));
    const os::File file = os::File::open(real(), path, {});
    CHECK(answer_of(job_of(
              [](os::Handle channel, const std::vector<std::string>& paths) {
                  answer(channel, result_of(::open(paths[0].c_str(), O_WRONLY)));
              },
              {{file.handle(), path, false}})) == EACCES);
}

TEST_CASE("It has no descriptors but its own, and its streams lead nowhere") {
    CHECK(answer_of(job_of([](os::Handle channel, const std::vector<std::string>&) {
              int others = 0;
              for (int fd = 0; fd < 300; ++fd) {
                  struct stat status = {};
                  if (fd > 2 && fd != channel && ::fstat(fd, &status) == 0) ++others;
              }
              char byte = 0;
              const bool reads_end = ::read(0, &byte, 1) == 0;
              const bool writes = ::write(1, &byte, 1) == 1 || ::write(2, &byte, 1) == 1;
              answer(channel, others + (reads_end ? 0 : 1000) + (writes ? 2000 : 0));
          })) == 0);
}

TEST_CASE("New programs, connections, processes and looks into others end it") {
    if (!walls().seccomp) return;
    CHECK(end_of([](os::Handle, const std::vector<std::string>&) {
              ::execl("/bin/true", "true", nullptr);
          }) == forbidden);
    CHECK(end_of([](os::Handle, const std::vector<std::string>&) {
              ::socket(AF_INET, SOCK_STREAM, 0);
          }) == forbidden);
    CHECK(end_of([](os::Handle, const std::vector<std::string>&) { ::fork(); }) == forbidden);
    CHECK(end_of([](os::Handle, const std::vector<std::string>&) {
              ::ptrace(PTRACE_ATTACH, 1, nullptr, nullptr);
          }) == forbidden);
    CHECK(end_of([](os::Handle, const std::vector<std::string>&) { ::kill(::getppid(), 0); }) ==
          forbidden);
    CHECK(end_of([](os::Handle, const std::vector<std::string>&) { ::raise(SIGSTOP); }) ==
          forbidden);
}

TEST_CASE("A call that a later C library may try fails as on an old kernel") {
    if (!walls().seccomp) return;
    CHECK(answer_of(job_of([](os::Handle channel, const std::vector<std::string>&) {
              answer(channel, result_of(::syscall(SYS_sched_yield)));
          })) == ENOSYS);
}

TEST_CASE("Memory that could be executed cannot be had") {
    if (!walls().seccomp) return;
    CHECK(answer_of(job_of([](os::Handle channel, const std::vector<std::string>&) {
              void* at =
                  ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              answer(channel, at == MAP_FAILED ? errno : 0);
          })) == EPERM);
}

TEST_CASE("Too much memory, and too large a file, cannot be had") {
    if (!walls().rlimits) return;
    CHECK(answer_of(job_of([](os::Handle channel, const std::vector<std::string>&) {
              answer(channel, std::malloc(300 * mb) == nullptr ? errno : 0);
          })) == ENOMEM);
    os::Scratch scratch;
    REQUIRE(real().make_scratch(scratch) == 0);
    const os::File memory(real(), scratch.handle, scratch.path);
    CHECK(answer_of(job_of(
              [](os::Handle channel, const std::vector<std::string>& paths) {
                  const int file = ::open(paths[0].c_str(), O_WRONLY);
                  answer(channel, result_of(::pwrite(file, "x", 1, 2 * mb)));
              },
              {{memory.handle(), "", true}})) == EFBIG);
}

TEST_CASE("An endless loop is ended") {
    if (!walls().rlimits) return;
    CHECK(end_of([](os::Handle, const std::vector<std::string>&) {
              const volatile bool forever = true;
              while (forever) {
              }
          }) == "the guest took more than 1 seconds of processor time, and was stopped");
}

TEST_CASE("A crash, an answer too long, and none at all are told") {
    CHECK(end_of([](os::Handle, const std::vector<std::string>&) { std::abort(); }) ==
          "the guest crashed");
    CHECK(end_of([](os::Handle, const std::vector<std::string>&) { throw 1; }) ==
          "the guest crashed");
    CHECK(end_of([](os::Handle, const std::vector<std::string>&) {}) ==
          "the guest ended without an answer");
    CHECK(end_of([](os::Handle channel, const std::vector<std::string>&) {
              static_cast<void>(os::send_message(real(), channel, Bytes(5)));
          }) == "the guest ended without an answer");
}

TEST_CASE("It waits for no second message") {
    CHECK(answer_of(job_of([](os::Handle channel, const std::vector<std::string>&) {
              const bool first = os::receive_message(real(), channel, 4).has_value();
              const bool second = os::receive_message(real(), channel, 4).has_value();
              answer(channel, first && !second ? 7 : 0);
          })) == 7);
}

TEST_CASE("A message larger than any buffer comes through, both ways") {
    const auto echo = [](os::Handle channel, const std::vector<std::string>&) {
        const auto message = os::receive_message(real(), channel, 4 * mb);
        static_cast<void>(os::send_message(real(), channel, *message));
    };
    const Bytes large(3 * mb, std::byte{0x5A});
    CHECK(start(job_of(echo)).ask(large, 4 * mb) == large);
}

TEST_CASE("Many threads have many processes at once") {
    static_cast<void>(walls());
    std::vector<std::thread> threads;
    std::vector<int> answers(8, -1);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        threads.emplace_back([&answers, i] {
            const auto twice = [](os::Handle channel, const std::vector<std::string>&) {
                const auto message = os::receive_message(real(), channel, 100);
                answer(channel, 2 * static_cast<int>(message->size()));
            };
            auto process = os::ConfinedProcess::start(real(), job_of(twice), "the guest");
            answers[i] = static_cast<int>(u32_at(process->ask(Bytes(i), 4), 0));
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(answers == std::vector<int>{0, 2, 4, 6, 8, 10, 12, 14});
}

TEST_CASE("More files than a request can name are refused") {
    os::ConfinedChild child;
    os::ConfinedJob job = job_of([](os::Handle, const std::vector<std::string>&) {});
    job.files.resize(5);
    CHECK(real().start_confined(job, child) == EINVAL);
    job.files = {{0, std::string(5000, 'x'), false}};
    CHECK(real().start_confined(job, child) == ENAMETOOLONG);
}
