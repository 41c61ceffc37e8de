// SPDX-License-Identifier: GPL-2.0-or-later
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "disk/image/nbd_device.h"
#include "disk/image/open_disk.h"
#include "fault_system.h"
#include "nbd_testing.h"
#include "os/system.h"
#include "run_program.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
using disk::Access;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

/// A qcow2 of 4 MiB in a folder of its own, which is also where temporary files would go.
class Qcow2 {
public:
    Qcow2() {
        const auto made = test::run_program({"qemu-img", "create", "-f", "qcow2", path(), "4M"});
        REQUIRE_MESSAGE(made.status == 0, made.output);
        folder_.make_folder("tmp");
        ::setenv("TMPDIR", (folder_ / "tmp").c_str(), 1);
    }
    ~Qcow2() { ::unsetenv("TMPDIR"); }
    std::string path() const { return folder_ / "disk.qcow2"; }
    std::unique_ptr<disk::BlockDevice> open(Access access = Access::write,
                                            std::chrono::milliseconds timeout = 60s) const {
        return disk::open_image(
            os::real_system(), {path(), disk::ImageFormat::qcow2, access, std::nullopt}, {timeout});
    }
    bool left_nothing() const {
        return std::filesystem::is_empty(folder_ / "tmp") && test::children().empty();
    }
    const test::TempFolder& folder() const { return folder_; }

private:
    test::TempFolder folder_;
};

/// A script that stands in for qemu-nbd, in `folder`, for as long as the object lives.
class FakeQemuNbd {
public:
    FakeQemuNbd(const test::TempFolder& folder, const std::string& script)
        : path_(std::getenv("PATH")) {
        const std::string file = folder.write_text("bin/qemu-nbd", "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
        ::setenv("PATH", (folder / "bin" + ":" + path_).c_str(), 1);
    }
    ~FakeQemuNbd() { ::setenv("PATH", path_.c_str(), 1); }

private:
    std::string path_;
};

}  // namespace

TEST_CASE("Whatever call of the system fails, an image is opened or refused, and nothing is left") {
    if (test::cannot_test_nbd({"qemu-img", "qemu-nbd"})) return;
    const Qcow2 image;
    bool has_struck = true;
    std::uint64_t nth = 1;
    for (; has_struck; ++nth) {
        CAPTURE(nth);
        REQUIRE(nth < 100);
        test::FaultSystem system(os::real_system(), {test::Fault::Kind::error, EIO, nth});
        const auto error = test::error_of([&] {
            const auto opened = disk::open_disk(system, image.path(), Access::write);
            CHECK(disk::read_bytes(*opened.device, 0, 512) == Bytes(512));
        });
        if (error) CHECK(!error->hint().empty());
        has_struck = system.struck();
        CHECK(image.left_nothing());
        if (!has_struck) CHECK_FALSE(error);
    }
    CHECK(nth > 5);
}

TEST_CASE("Without qemu-nbd an image ends in an error that names its package") {
    if (test::cannot_test_nbd({"qemu-img"})) return;
    const Qcow2 image;
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", image.folder().path().c_str(), 1);
    const auto error = test::error_of([&] { image.open(); });
    ::setenv("PATH", path.c_str(), 1);
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::no_image_support);
    CHECK(test::contains(error->hint(), "qemu-utils"));
    CHECK(image.left_nothing());
}

TEST_CASE("A qemu-nbd that gives up has its reason in the message") {
    if (test::cannot_test_nbd({"qemu-img"})) return;
    const Qcow2 image;
    struct Row {
        std::string script;
        ErrorCode code;
        std::string message;
    };
    for (const Row& row :
         {Row{"echo 'qemu-nbd: first reason' >&2; echo second >&2; exit 1",
              ErrorCode::malformed_disk, "qemu-nbd cannot open it: first reason; second"},
          Row{"exit 3", ErrorCode::io_error, "qemu-nbd ended (3)"},
          Row{"kill -9 $$", ErrorCode::io_error, "qemu-nbd ended (137)"},
          Row{"echo 'qemu-nbd: Could not open: Permission denied' >&2; exit 1",
              ErrorCode::no_permission, "Permission denied"}}) {
        CAPTURE(row.script);
        const FakeQemuNbd fake(image.folder(), row.script);
        const Error error = test::error_within(10s, [&] { image.open(); });
        CHECK(error.code() == row.code);
        CHECK(test::contains(error.message(), image.path() + ": "));
        CHECK(test::contains(error.message(), row.message));
        CHECK(image.left_nothing());
    }
    const FakeQemuNbd silent(image.folder(), "exec sleep 1000");
    const Error error = test::error_within(20s, [&] { image.open(Access::read, 500ms); });
    CHECK(test::contains(error.message(), "the server gave no answer"));
    CHECK(image.left_nothing());
}

TEST_CASE("Our qemu-nbd is told all that it must not do, and gets a socket and no terminal") {
    if (test::cannot_test_nbd({"qemu-img"})) return;
    const Qcow2 image;
    const std::string seen = image.folder() / "seen";
    const FakeQemuNbd fake(
        image.folder(),
        "exec >" + seen + "; echo \"$@\"; echo $LISTEN_FDS; test $LISTEN_PID = $$ && " +
            "echo mine; readlink /proc/$$/fd/0; readlink /proc/$$/fd/3 | cut -c1-7");
    test::error_of([&] { image.open(Access::read); });
    CHECK(test::read_text(seen) ==
          "--format=qcow2 --cache=writeback --discard=ignore --detect-zeroes=off --shared=1 "
          "--read-only -- " +
              image.path() + "\n1\nmine\n/dev/null\nsocket:\n");
}

TEST_CASE("A qemu-nbd that is killed or stopped under us is an error, and leaves nothing") {
    if (test::cannot_test_nbd({"qemu-img", "qemu-nbd"})) return;
    const Qcow2 image;
    for (const int number : {SIGKILL, SIGSTOP}) {
        for (const bool has_written : {false, true}) {
            CAPTURE(number);
            CAPTURE(has_written);
            const auto device = image.open(Access::write, 2s);
            if (has_written) device->write(Bytes(mib, std::byte{1}), mib);
            const auto servers = test::children();
            REQUIRE(servers.size() == 1);
            ::kill(servers[0], number);
            const Error error = test::error_within(15s, [&] { device->flush(); });
            CHECK(error.code() == ErrorCode::io_error);
            CHECK(test::contains(error.message(), image.path()));
            if (number == SIGKILL) CHECK(test::contains(error.message(), "ended with status 137"));
            CHECK(image.left_nothing());
        }
    }
    CHECK(test::run_program({"qemu-img", "check", image.path()}).status % 2 == 0);
}

TEST_CASE("Our qemu-nbd has no name in any folder, and ends with the device") {
    if (test::cannot_test_nbd({"qemu-img", "qemu-nbd"})) return;
    const Qcow2 image;
    {
        const auto device = image.open();
        CHECK(std::filesystem::is_empty(image.folder() / "tmp"));
        REQUIRE(test::children().size() == 1);
        // Ctrl-C goes to a whole group: the server must not be in ours.
        CHECK(::getpgid(test::children()[0]) != ::getpgid(0));
    }
    CHECK(image.left_nothing());
}

TEST_CASE("When this program is killed its qemu-nbd goes too") {
    if (test::cannot_test_nbd({"qemu-img", "qemu-nbd"})) return;
    const Qcow2 image;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t id = ::fork();
    if (id == 0) {
        const auto device = image.open();
        const pid_t server = test::children().at(0);
        static_cast<void>(!::write(ends[1], &server, sizeof server));
        ::kill(::getpid(), SIGKILL);
    }
    pid_t server = 0;
    REQUIRE(::read(ends[0], &server, sizeof server) == sizeof server);
    ::close(ends[0]);
    ::close(ends[1]);
    int raw = 0;
    REQUIRE(::waitpid(id, &raw, 0) == id);
    bool is_gone = false;
    for (int i = 0; i < 500 && !is_gone; ++i) {
        // Once it is nobody's child any more, init or a reaper takes it; a zombie is gone as well.
        const std::string file = "/proc/" + std::to_string(server) + "/stat";
        is_gone = !std::filesystem::exists(file) || test::contains(test::read_text(file), ") Z ");
        std::this_thread::sleep_for(10ms);
    }
    CHECK(is_gone);
    CHECK(image.left_nothing());
}

TEST_CASE("An image that another qemu-nbd has is in use, for reading as well") {
    if (test::cannot_test_nbd({"qemu-img", "qemu-nbd"})) return;
    const Qcow2 image;
    const auto first = image.open();
    for (const Access access : {Access::read, Access::write}) {
        const Error error = test::error_within(10s, [&] { image.open(access); });
        CHECK(error.code() == ErrorCode::in_use);
        CHECK(test::contains(error.message(), image.path() + ": is in use"));
    }
}
