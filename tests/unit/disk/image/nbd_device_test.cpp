// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/nbd_device.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/time.h>

#include <cerrno>
#include <chrono>
#include <filesystem>

#include "disk/image/open_disk.h"
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

}  // namespace

TEST_CASE("A server of the user's is read and written by its URI") {
    if (test::cannot_test_nbd({"nbdkit"})) return;
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
    if (test::cannot_test_nbd({"nbdkit"})) return;
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
    if (test::cannot_test_nbd({"nbdkit"})) return;
    const Nbdkit read_only({"-r", "memory", "1M"});
    CHECK(read_only.open(Access::read)->size_bytes() == mib);
    CHECK(test::error_within(5s, [&] { read_only.open(); }).code() == ErrorCode::read_only);
    const Nbdkit unflushed({"eval", "get_size=echo 1048576", "pread=head -c $3 /dev/zero",
                            "pwrite=cat >/dev/null", "can_write=exit 0", "can_flush=exit 3"});
    CHECK(unflushed.open(Access::read)->size_bytes() == mib);
    const Error error = test::error_within(5s, [&] { unflushed.open(); });
    CHECK(error.code() == ErrorCode::read_only);
    CHECK(test::contains(error.message(), "cannot flush"));
}

TEST_CASE("A server's errors come with what it was about, and it may go on afterwards") {
    if (test::cannot_test_nbd({"nbdkit"})) return;
    const test::TempFolder folder;
    const std::string fail = folder / "fail";
    const Nbdkit server({"--filter=error", "memory", "1M", "error-pread=EIO", "error-pwrite=ENOSPC",
                         "error-rate=100%", "error-file=" + fail});
    const auto device = server.open();
    folder.write_text("fail", "");
    const Error reading = test::error_within(5s, [&] { disk::read_bytes(*device, 4096, 10); });
    CHECK(reading.code() == ErrorCode::io_error);
    CHECK(test::contains(reading.message(), server.uri() + ": cannot read ("));
    CHECK(test::contains(reading.message(), "(at byte 0x1000)"));
    const Error writing = test::error_within(5s, [&] { device->write(Bytes(512), 0); });
    CHECK(writing.code() == ErrorCode::no_room);
    std::filesystem::remove(fail);
    device->write(Bytes(512, std::byte{1}), 0);
    CHECK(disk::read_bytes(*device, 511, 1).at(0) == std::byte{1});

    const Nbdkit unflushed({"eval", "get_size=echo 1048576", "pread=head -c $3 /dev/zero",
                            "pwrite=cat >/dev/null", "can_write=exit 0", "can_flush=exit 0",
                            "flush=echo EIO the disk is gone >&2; exit 1"});
    const Error flushing = test::error_within(5s, [&] { unflushed.open()->flush(); });
    CHECK(test::contains(flushing.message(), "cannot flush to the disk"));
}

TEST_CASE("A server that is silent is given up") {
    if (test::cannot_test_nbd({"nbdkit"})) return;
    const Nbdkit server({"--filter=delay", "memory", "1M", "rdelay=100"});
    const auto device = server.open(Access::read, 1s);
    const Error error = test::error_within(5s, [&] { disk::read_bytes(*device, 0, 512); });
    CHECK(error.code() == ErrorCode::io_error);
    CHECK(test::contains(error.message(), "the server gave no answer for 1 seconds"));
    CHECK(
        test::contains(test::error_within(1s, [&] { disk::read_bytes(*device, 0, 512); }).message(),
                       "the connection to the server was lost before"));
}

TEST_CASE("A server that is killed, or never was, is an error at once") {
    if (test::cannot_test_nbd({"nbdkit"})) return;
    Nbdkit server({"memory", "1M"});
    const auto device = server.open();
    device->write(Bytes(512), 0);
    server.kill();
    CHECK(test::error_within(5s, [&] { device->flush(); }).code() == ErrorCode::io_error);
    CHECK(test::error_within(5s, [&] { disk::read_bytes(*device, 0, 512); }).code() ==
          ErrorCode::io_error);
    CHECK(test::error_within(5s, [&] { server.open(); }).code() == ErrorCode::io_error);
    CHECK(test::error_within(5s, [] {
              disk::open_nbd_uri("nbd+unix:///?socket=/nonexistent/socket", Access::read);
          }).code() == ErrorCode::io_error);
    CHECK(test::error_within(5s, [] { disk::open_nbd_uri("nbd://%", Access::read); }).code() ==
          ErrorCode::io_error);
}

TEST_CASE("A signal that comes while a server works is no error") {
    if (test::cannot_test_nbd({"nbdkit"})) return;
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
        const Error error = test::error_within(
            5s, [&] { disk::open_disk(os::real_system(), target, Access::read); });
        CHECK(error.code() == ErrorCode::no_image_support);
        CHECK(test::contains(error.message(), target + ": is "));
        CHECK(test::contains(error.message(), "is without libnbd"));
    }
}
