// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/nbd_device.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "disk/open_disk.h"
#include "fault_system.h"
#include "os/system.h"
#include "run_program.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
using disk::Access;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

bool cannot_test(const std::vector<std::string>& programs) {
    if (disk::has_nbd()) return test::lacks_programs(programs);
    test::say_skipped("this build is without libnbd");
    return true;
}

/// An nbdkit on a socket of its own, with whatever filters and plugin a test gives it.
class Nbdkit {
public:
    explicit Nbdkit(const std::vector<std::string>& arguments)
        : program_(command(folder_ / "socket", folder_ / "pid", arguments)) {
        REQUIRE(test::wait_for_file(folder_ / "pid"));
    }
    std::string uri() const { return "nbd+unix:///?socket=" + folder_ / "socket"; }
    std::unique_ptr<disk::BlockDevice> open(Access access = Access::write,
                                            std::chrono::milliseconds timeout = 60s) const {
        return disk::open_nbd_uri(uri(), access, {timeout});
    }
    void kill() { program_.kill(); }

private:
    static std::vector<std::string> command(const std::string& socket, const std::string& pid,
                                            const std::vector<std::string>& arguments) {
        std::vector<std::string> all = {"nbdkit", "-f", "-U", socket, "-P", pid};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return all;
    }
    test::TempFolder folder_;
    test::BackgroundProgram program_;
};

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
        return disk::open_image(os::real_system(), path(), disk::ImageFormat::qcow2, access,
                                {timeout});
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

template <typename Action>
Error error_within(std::chrono::milliseconds limit, Action action) {
    const auto begin = std::chrono::steady_clock::now();
    const auto error = test::error_of(action);
    CHECK(std::chrono::steady_clock::now() - begin < limit);
    REQUIRE(error);
    CHECK(!error->hint().empty());
    return *error;
}

}  // namespace

TEST_CASE("A server of the user's is read and written by its URI") {
    if (cannot_test({"nbdkit"})) return;
    const Nbdkit server({"memory", "4M"});
    const Bytes written(3 * mib, std::byte{0x77});
    {
        const auto device = server.open();
        CHECK(device->size_bytes() == 4 * mib);
        CHECK(device->alignment_bytes() == 512);
        CHECK(device->is_writable());
        device->write(written, mib);
        device->flush();
    }
    const auto device = server.open(Access::read);
    CHECK_FALSE(device->is_writable());
    CHECK(equal(disk::read_bytes(*device, mib, written.size()), written));
    CHECK(disk::read_bytes(*device, mib - 1, 1).at(0) == std::byte{0});
    const auto opened = disk::open_disk(os::real_system(), server.uri(), Access::read);
    CHECK(opened.format == "nbd");
    CHECK(opened.path == server.uri());
    CHECK(test::word_thrown_by([&] { disk::read_bytes(*device, 4 * mib, 1); }) == "io-error");
    CHECK(test::word_thrown_by([&] { device->write(Bytes(512), 0); }) == "read-only");
}

TEST_CASE("What a server demands of requests is kept, whatever is read") {
    if (cannot_test({"nbdkit"})) return;
    const Nbdkit server({"--filter=blocksize-policy", "memory", "4M", "blocksize-minimum=4096",
                         "blocksize-preferred=4096", "blocksize-maximum=65536",
                         "blocksize-error-policy=error"});
    const auto device = server.open();
    CHECK(device->alignment_bytes() == 4096);
    Bytes content(mib);
    for (std::size_t i = 0; i < content.size(); ++i)
        content[i] = static_cast<std::byte>(i * i >> 7);
    device->write(content, 8192);
    CHECK(equal(disk::read_bytes(*device, 8192, content.size()), content));
    for (const std::size_t offset : {1UL, 511UL, 4095UL, 65535UL, 70001UL}) {
        for (const std::size_t length : {1UL, 4097UL, 200000UL}) {
            CAPTURE(offset);
            CAPTURE(length);
            CHECK(equal(disk::read_bytes(*device, 8192 + offset, length),
                        ByteView(content).subspan(offset, length)));
        }
    }
    CHECK(test::word_thrown_by([&] { device->write(Bytes(512), 0); }) == "io-error");
}

TEST_CASE("A server that only reads, or cannot flush, is read but never written") {
    if (cannot_test({"nbdkit"})) return;
    const Nbdkit read_only({"-r", "memory", "1M"});
    CHECK(read_only.open(Access::read)->size_bytes() == mib);
    CHECK(error_within(5s, [&] { read_only.open(); }).code() == ErrorCode::read_only);
    const Nbdkit unflushed({"eval", "get_size=echo 1048576", "pread=head -c $3 /dev/zero",
                            "pwrite=cat >/dev/null", "can_write=exit 0", "can_flush=exit 3"});
    CHECK(unflushed.open(Access::read)->size_bytes() == mib);
    const Error error = error_within(5s, [&] { unflushed.open(); });
    CHECK(error.code() == ErrorCode::read_only);
    CHECK(test::contains(error.message(), "cannot flush"));
}

TEST_CASE("A server's errors come with what it was about, and it may go on afterwards") {
    if (cannot_test({"nbdkit"})) return;
    const test::TempFolder folder;
    const std::string fail = folder / "fail";
    const Nbdkit server({"--filter=error", "memory", "1M", "error-pread=EIO", "error-pwrite=ENOSPC",
                         "error-rate=100%", "error-file=" + fail});
    const auto device = server.open();
    folder.write_text("fail", "");
    const Error reading = error_within(5s, [&] { disk::read_bytes(*device, 4096, 10); });
    CHECK(reading.code() == ErrorCode::io_error);
    CHECK(test::contains(reading.message(), server.uri() + ": cannot read ("));
    CHECK(test::contains(reading.message(), "(at byte 0x1000)"));
    const Error writing = error_within(5s, [&] { device->write(Bytes(512), 0); });
    CHECK(writing.code() == ErrorCode::no_room);
    std::filesystem::remove(fail);
    device->write(Bytes(512, std::byte{1}), 0);
    CHECK(disk::read_bytes(*device, 511, 1).at(0) == std::byte{1});

    const Nbdkit unflushed({"eval", "get_size=echo 1048576", "pread=head -c $3 /dev/zero",
                            "pwrite=cat >/dev/null", "can_write=exit 0", "can_flush=exit 0",
                            "flush=echo EIO the disk is gone >&2; exit 1"});
    const Error flushing = error_within(5s, [&] { unflushed.open()->flush(); });
    CHECK(test::contains(flushing.message(), "cannot flush to the disk"));
}

TEST_CASE("A server that is silent is given up") {
    if (cannot_test({"nbdkit"})) return;
    const Nbdkit server({"--filter=delay", "memory", "1M", "rdelay=100"});
    const auto device = server.open(Access::read, 1s);
    const Error error = error_within(5s, [&] { disk::read_bytes(*device, 0, 512); });
    CHECK(error.code() == ErrorCode::io_error);
    CHECK(test::contains(error.message(), "the server gave no answer for 1 seconds"));
    CHECK(test::contains(error_within(1s, [&] { disk::read_bytes(*device, 0, 512); }).message(),
                         "the connection to the server was lost before"));
}

TEST_CASE("A server that is killed, or never was, is an error at once") {
    if (cannot_test({"nbdkit"})) return;
    Nbdkit server({"memory", "1M"});
    const auto device = server.open();
    device->write(Bytes(512), 0);
    server.kill();
    CHECK(error_within(5s, [&] { device->flush(); }).code() == ErrorCode::io_error);
    CHECK(error_within(5s, [&] { disk::read_bytes(*device, 0, 512); }).code() ==
          ErrorCode::io_error);
    CHECK(error_within(5s, [&] { server.open(); }).code() == ErrorCode::io_error);
    CHECK(error_within(5s, [] {
              disk::open_nbd_uri("nbd+unix:///?socket=/nonexistent/socket", Access::read);
          }).code() == ErrorCode::io_error);
    CHECK(error_within(5s, [] { disk::open_nbd_uri("nbd://%", Access::read); }).code() ==
          ErrorCode::io_error);
}

TEST_CASE("A signal that comes while a server works is no error") {
    if (cannot_test({"nbdkit"})) return;
    const Nbdkit server({"--filter=delay", "memory", "1M", "rdelay=300ms"});
    const auto device = server.open(Access::read, 5s);
    struct sigaction note = {}, before = {};
    note.sa_handler = [](int) {};
    REQUIRE(::sigaction(SIGALRM, &note, &before) == 0);
    const itimerval often = {{0, 20'000}, {0, 20'000}};
    const itimerval never = {};
    ::setitimer(ITIMER_REAL, &often, nullptr);
    const std::string word = test::word_thrown_by([&] { disk::read_bytes(*device, 0, 512); });
    ::setitimer(ITIMER_REAL, &never, nullptr);
    ::sigaction(SIGALRM, &before, nullptr);
    CHECK(word == "nothing");
}

TEST_CASE("A build without libnbd says so, of images and of servers") {
    if (disk::has_nbd()) return;
    const test::TempFolder folder;
    const std::string image = folder.write_text("disk", std::string("QFI\xfb\0\0\0\3", 8));
    for (const std::string& target : {image, std::string("nbd://localhost")}) {
        const Error error =
            error_within(5s, [&] { disk::open_disk(os::real_system(), target, Access::read); });
        CHECK(error.code() == ErrorCode::no_image_support);
        CHECK(test::contains(error.message(), target + ": is "));
        CHECK(test::contains(error.message(), "is without libnbd"));
    }
}

TEST_CASE("Whatever call of the system fails, an image is opened or refused, and nothing is left") {
    if (cannot_test({"qemu-img", "qemu-nbd"})) return;
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
    if (cannot_test({"qemu-img"})) return;
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
    if (cannot_test({"qemu-img"})) return;
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
        const Error error = error_within(10s, [&] { image.open(); });
        CHECK(error.code() == row.code);
        CHECK(test::contains(error.message(), image.path() + ": "));
        CHECK(test::contains(error.message(), row.message));
        CHECK(image.left_nothing());
    }
    const FakeQemuNbd silent(image.folder(), "exec sleep 1000");
    const Error error = error_within(20s, [&] { image.open(Access::read, 500ms); });
    CHECK(test::contains(error.message(), "the server gave no answer"));
    CHECK(image.left_nothing());
}

TEST_CASE("Our qemu-nbd is told all that it must not do, and gets a socket and no terminal") {
    if (cannot_test({"qemu-img"})) return;
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
    if (cannot_test({"qemu-img", "qemu-nbd"})) return;
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
            const Error error = error_within(15s, [&] { device->flush(); });
            CHECK(error.code() == ErrorCode::io_error);
            CHECK(test::contains(error.message(), image.path()));
            if (number == SIGKILL) CHECK(test::contains(error.message(), "ended with status 137"));
            CHECK(image.left_nothing());
        }
    }
    CHECK(test::run_program({"qemu-img", "check", image.path()}).status % 2 == 0);
}

TEST_CASE("Our qemu-nbd has no name in any folder, and ends with the device") {
    if (cannot_test({"qemu-img", "qemu-nbd"})) return;
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
    if (cannot_test({"qemu-img", "qemu-nbd"})) return;
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
    if (cannot_test({"qemu-img", "qemu-nbd"})) return;
    const Qcow2 image;
    const auto first = image.open();
    for (const Access access : {Access::read, Access::write}) {
        const Error error = error_within(10s, [&] { image.open(access); });
        CHECK(error.code() == ErrorCode::in_use);
        CHECK(test::contains(error.message(), image.path() + ": is in use"));
    }
}
