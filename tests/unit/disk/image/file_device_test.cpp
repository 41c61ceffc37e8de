// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/file_device.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "forwarding_system.h"
#include "os/system.h"
#include "run_program.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
using disk::Access;
using disk::FileDevice;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

std::unique_ptr<FileDevice> open(const std::string& path, Access access) {
    return FileDevice::open(os::real_system(), path, access);
}

std::string word_of_opening(const std::string& path, Access access) {
    return test::word_thrown_by([&] { open(path, access); });
}

/// A qemu-nbd that has `image` as raw, until the object goes.
class Holder {
public:
    Holder(const test::TempFolder& folder, const std::string& image, bool read_only)
        : program_(command(folder / "socket", folder / "pid", image, read_only)) {
        is_running = test::wait_for_file(folder / "pid");
    }
    bool is_running = false;

private:
    static std::vector<std::string> command(const std::string& socket, const std::string& pid,
                                            const std::string& image, bool read_only) {
        std::vector<std::string> all = {"qemu-nbd", "-f",         "raw", "-k",
                                        socket,     "--pid-file", pid,   "--persistent"};
        if (read_only) all.push_back("--read-only");
        all.push_back(image);
        return all;
    }
    test::BackgroundProgram program_;
};

/// What qemu-nbd says when it is to serve `image`; it would go on for ever, were it not for
/// timeout.
test::Ran qemu_nbd_on(const test::TempFolder& folder, const std::string& image, bool read_only) {
    std::vector<std::string> command = {"timeout", "1",  "qemu-nbd",       "-f",
                                        "raw",     "-k", folder / "other", "--persistent"};
    if (read_only) command.push_back("--read-only");
    command.push_back(image);
    return test::run_program(command);
}

constexpr int ran_until_timeout = 124;

}  // namespace

TEST_CASE("A raw image is read and written as it lies in the file, and an odd end is left out") {
    const test::TempFolder folder;
    const std::string image = folder.write("disk", Bytes(5000, std::byte{3}));
    {
        const auto device = open(image, Access::write);
        CHECK(device->size_bytes() == 4608);
        CHECK(device->alignment_bytes() == 512);
        CHECK_FALSE(device->is_block_device());
        device->write(Bytes(512, std::byte{9}), 1024);
        device->flush();
        CHECK(disk::read_bytes(*device, 1023, 2) == Bytes{std::byte{3}, std::byte{9}});
        CHECK(test::word_thrown_by([&] { device->write(Bytes(100), 0); }) == "io-error");
        Bytes behind_the_end(100);
        CHECK(test::message_thrown_by([&] { device->read(behind_the_end, 4600); }) ==
              image + ": has only 4608 bytes; asked for 100 (at byte 0x11f8)");
    }
    const Bytes now = test::read_file(image);
    CHECK(now.size() == 5000);
    CHECK(now[1023] == std::byte{3});
    CHECK(now[1024] == std::byte{9});
    CHECK(now[1536] == std::byte{3});
}

TEST_CASE("An image that a machine has is refused, and one that we have is refused to it") {
    if (test::lacks_programs({"qemu-nbd"})) return;
    const test::TempFolder folder;
    const std::string image = folder.write("disk", Bytes(mib));
    {
        const Holder writer(folder, image, false);
        REQUIRE(writer.is_running);
        CHECK(word_of_opening(image, Access::read) == "in-use");
        CHECK(word_of_opening(image, Access::write) == "in-use");
    }
    std::remove((folder / "pid").c_str());
    {
        const Holder reader(folder, image, true);
        REQUIRE(reader.is_running);
        CHECK(word_of_opening(image, Access::read) == "nothing");
        CHECK(word_of_opening(image, Access::write) == "in-use");
    }
    {
        const auto ours = open(image, Access::write);
        for (const bool read_only : {false, true}) {
            const auto ran = qemu_nbd_on(folder, image, read_only);
            CHECK(ran.status == 1);
            CHECK(test::contains(ran.output, "lock"));
        }
    }
    {
        const auto ours = open(image, Access::read);
        const auto ran = qemu_nbd_on(folder, image, false);
        CHECK(ran.status == 1);
        CHECK(test::contains(ran.output, "lock"));
        CHECK(qemu_nbd_on(folder, image, true).status == ran_until_timeout);
    }
    CHECK(qemu_nbd_on(folder, image, false).status == ran_until_timeout);
}

TEST_CASE("Two of us exclude each other, unless both only read") {
    const test::TempFolder folder;
    const std::string image = folder.write("disk", Bytes(mib));
    {
        const auto reader = open(image, Access::read);
        CHECK(word_of_opening(image, Access::read) == "nothing");
        CHECK(word_of_opening(image, Access::write) == "in-use");
    }
    const auto writer = open(image, Access::write);
    CHECK(word_of_opening(image, Access::read) == "in-use");
    CHECK(word_of_opening(image, Access::write) == "in-use");
}

TEST_CASE("An image that any program has open for writing is not written") {
    const test::TempFolder folder;
    const std::string image = folder.write("disk", Bytes(mib));
    const int other = ::open(image.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(other >= 0);
    CHECK(word_of_opening(image, Access::write) == "in-use");
    CHECK(word_of_opening(image, Access::read) == "nothing");
    ::close(other);
    CHECK(word_of_opening(image, Access::write) == "nothing");
}

TEST_CASE("Where a file system has no locks the image is opened all the same") {
    class WithoutLocks final : public test::ForwardingSystem {
    public:
        WithoutLocks(os::System& inner, int number) : ForwardingSystem(inner), number_(number) {}
        int lock_byte(os::Handle, std::uint64_t) override { return number_; }

    private:
        int number_;
    };
    const test::TempFolder folder;
    const std::string image = folder.write("disk", Bytes(mib));
    for (const int number : {ENOLCK, EINVAL, ENOTSUP}) {
        WithoutLocks system(os::real_system(), number);
        CHECK(FileDevice::open(system, image, Access::write)->size_bytes() == mib);
    }
    WithoutLocks locked(os::real_system(), EAGAIN);
    CHECK(test::word_thrown_by([&] { FileDevice::open(locked, image, Access::read); }) == "in-use");
    WithoutLocks broken(os::real_system(), EIO);
    CHECK(test::word_thrown_by([&] { FileDevice::open(broken, image, Access::read); }) ==
          "io-error");
}

namespace {

/// A system whose one block device is a regular file.
class DeviceSystem final : public test::ForwardingSystem {
public:
    using ForwardingSystem::ForwardingSystem;
    os::BlockDeviceStatus device{mib, 4096, false};
    bool is_mounted = false;

    int status(const std::string& path, bool follow_links, os::FileStatus& status) override {
        const int result = inner().status(path, follow_links, status);
        status.kind = os::FileKind::block_device;
        return result;
    }
    int open(const std::string& path, const os::OpenOptions& options, os::Handle& handle) override {
        if (options.exclusive && is_mounted) return EBUSY;
        os::OpenOptions plain = options;
        plain.exclusive = false;
        return inner().open(path, plain, handle);
    }
    int block_device_status(os::Handle, os::BlockDeviceStatus& status) override {
        status = device;
        return 0;
    }
};

}  // namespace

TEST_CASE(
    "A block device has its own size and sectors, and is refused where it cannot be written") {
    const test::TempFolder folder;
    const std::string path = folder.write("sdx", Bytes(mib));
    DeviceSystem system(os::real_system());
    {
        const auto device = FileDevice::open(system, path, Access::write);
        CHECK(device->is_block_device());
        CHECK(device->alignment_bytes() == 4096);
        CHECK(device->size_bytes() == mib);
    }
    system.device.read_only = true;
    CHECK(test::word_thrown_by([&] { FileDevice::open(system, path, Access::write); }) ==
          "read-only");
    CHECK(FileDevice::open(system, path, Access::read)->size_bytes() == mib);
    for (const std::uint32_t sector_bytes : {0U, 3000U, 1U << 20}) {
        system.device.sector_bytes = sector_bytes;
        CHECK(test::word_thrown_by([&] { FileDevice::open(system, path, Access::read); }) ==
              "io-error");
    }
}

TEST_CASE("A mounted block device is refused for writing, and read with a warning") {
    const test::TempFolder folder;
    const std::string path = folder.write("sdx", Bytes(mib));
    DeviceSystem system(os::real_system());
    system.is_mounted = true;
    const auto error = test::error_of([&] { FileDevice::open(system, path, Access::write); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::in_use);
    CHECK(test::contains(error->hint(), "unmount it"));
    const auto device = FileDevice::open(system, path, Access::read);
    REQUIRE(device->warnings().size() == 1);
    CHECK(test::contains(device->warnings()[0], "mounted"));
}

namespace {

/// A loop device with `image` in it, where this machine and this user have one.
class Loop {
public:
    explicit Loop(const std::string& image, const std::string& sector_bytes = "512") {
        const auto attached = test::run_program(
            {"losetup", "--find", "--show", "--sector-size", sector_bytes, image});
        if (attached.status == 0) {
            path = attached.output.substr(0, attached.output.find('\n'));
        } else {
            test::say_skipped("no loop device: " + attached.output);
        }
    }
    ~Loop() {
        if (!path.empty()) test::run_program({"losetup", "--detach", path});
    }
    std::string path;  // empty where there is none
};

}  // namespace

TEST_CASE(
    "A real loop device is opened exclusively, and its image is not written behind its back") {
    const test::TempFolder folder;
    const std::string image = folder.write("disk", Bytes(4 * mib));
    {
        const Loop loop(image);
        if (loop.path.empty()) return;
        {
            const auto device = open(loop.path, Access::write);
            CHECK(device->is_block_device());
            CHECK(device->size_bytes() == 4 * mib);
            CHECK(device->alignment_bytes() == 512);
            device->write(Bytes(512, std::byte{4}), 512);
            device->flush();
            CHECK(word_of_opening(loop.path, Access::write) == "in-use");
            CHECK(word_of_opening(image, Access::write) == "in-use");
        }
        if (test::has_program("qemu-nbd")) {
            const Holder machine(folder, loop.path, false);
            CHECK(machine.is_running);
            CHECK(word_of_opening(loop.path, Access::read) == "in-use");
            CHECK(word_of_opening(loop.path, Access::write) == "in-use");
        }
        CHECK(word_of_opening(loop.path, Access::write) == "nothing");
    }
    CHECK(test::read_file(image).at(512) == std::byte{4});
}

TEST_CASE("A real device with sectors of 4096 bytes is written in such sectors") {
    const test::TempFolder folder;
    const Loop loop(folder.write("disk", Bytes(4 * mib)), "4096");
    if (loop.path.empty()) return;
    const auto device = open(loop.path, Access::write);
    CHECK(device->alignment_bytes() == 4096);
    device->write(Bytes(4096, std::byte{4}), 8192);
    device->flush();
    CHECK(disk::read_bytes(*device, 8191, 2) == Bytes{std::byte{0}, std::byte{4}});
    CHECK(test::word_thrown_by([&] { device->write(Bytes(512), 0); }) == "io-error");
}

TEST_CASE("A real device that is mounted is not written, and read with a warning") {
    const test::TempFolder folder;
    const Loop loop(folder.write("disk", Bytes(16 * mib)));
    if (loop.path.empty()) return;
    const std::string mount_point = folder.make_folder("mount");
    const auto mounted = test::run_program(
        {"sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; mkfs.ext4 -q \"$1\" && mount \"$1\" \"$2\"", "sh",
         loop.path, mount_point});
    if (mounted.status != 0) return test::say_skipped("no mount: " + mounted.output);
    CHECK(word_of_opening(loop.path, Access::write) == "in-use");
    CHECK(open(loop.path, Access::read)->warnings().size() == 1);
    CHECK(test::run_program({"umount", mount_point}).status == 0);
    CHECK(word_of_opening(loop.path, Access::write) == "nothing");
    CHECK(open(loop.path, Access::read)->warnings().empty());
}
