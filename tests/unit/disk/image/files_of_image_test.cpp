// SPDX-License-Identifier: GPL-2.0-or-later
// What a server may open for an image, and that qemu-nbd needs no more.
#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "disk/image/files_of_image.h"
#include "disk/image/open_disk.h"
#include "run_program.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
using disk::Access;
using disk::ImageFormat;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

void run(const std::vector<std::string>& command) {
    const auto ended = test::run_program(command);
    REQUIRE_MESSAGE(ended.status == 0, ended.output);
}

/// The names of the files in the order of the alphabet, with " (written)" after those that are;
/// "no end" where they cannot be followed.
std::vector<std::string> files_of(const std::string& path, ImageFormat format, Access access) {
    const os::File image = os::File::open(os::real_system(), path, {});
    const auto files = disk::files_of_image(image, format, access);
    if (!files) return {"no end"};
    std::vector<std::string> names;
    for (const os::ConfinedFile& file : *files) {
        CHECK((file.handle == image.handle()) == (&file == &files->front()));
        const std::string name = std::filesystem::path(file.path).filename();
        names.push_back(name + (file.writable ? " (written)" : ""));
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());  // a VMDK names itself
    return names;
}

std::vector<std::string> qcow2_files(const std::string& path, Access access = Access::write) {
    return files_of(path, ImageFormat::qcow2, access);
}

/// That a qemu-nbd behind walls reads the first bytes of the disk, and takes writes.
void check_served(const std::string& path) {
    if (!disk::has_nbd() || test::lacks_programs({"qemu-nbd"})) return;
    disk::ImageOptions options;
    options.trust_image_references = true;
    const bool has_landlock = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1U) > 0;
    for (const Access access : {Access::read, Access::write}) {
        const auto opened = disk::open_disk(os::real_system(), path, access, options);
        CHECK(opened.warnings.empty());
        CHECK((opened.device->confined() == std::vector<std::string>{"landlock"}) == has_landlock);
        CHECK(disk::read_bytes(*opened.device, 0, 1) == Bytes(1, std::byte{'b'}));
        if (access == Access::read) continue;
        opened.device->write(Bytes(mib, std::byte{1}), 2 * mib);
        opened.device->flush();
    }
}

/// A folder with a raw disk of 4 MiB.
class Case {
public:
    Case() {
        Bytes disk(4 * mib);
        std::fill_n(disk.begin(), mib, std::byte{'b'});
        folder_.write("base.raw", disk);
    }
    std::string operator/(const std::string& name) const { return folder_ / name; }
    void create(const std::string& name, const std::string& backing, const std::string& format,
                const std::string& options = "") const {
        std::vector<std::string> command = {"qemu-img", "create", "-q", "-f", "qcow2"};
        if (!backing.empty()) command.insert(command.end(), {"-b", backing, "-F", format});
        if (!options.empty()) command.insert(command.end(), {"-o", options});
        command.push_back(folder_ / name);
        if (backing.empty()) command.emplace_back("4M");
        run(command);
    }
    const test::TempFolder& folder() const { return folder_; }

private:
    test::TempFolder folder_;
};

}  // namespace

TEST_CASE("A chain of backing files is followed to its end, and only the image is written") {
    if (test::lacks_programs({"qemu-img"})) return;
    const Case files;
    files.create("middle.qcow2", "base.raw", "raw");
    files.folder().make_folder("below");
    // From a folder below, by an absolute path, and with the protocol before it.
    files.create("below/upper.qcow2", "../middle.qcow2", "qcow2");
    files.create("top.qcow2", files / "below/upper.qcow2", "qcow2");
    files.create("other.qcow2", "file:" + files / "top.qcow2", "qcow2");
    const std::vector<std::string> all = {"base.raw", "middle.qcow2", "top.qcow2 (written)",
                                          "upper.qcow2"};
    CHECK(qcow2_files(files / "top.qcow2") == all);
    CHECK(qcow2_files(files / "top.qcow2", Access::read) ==
          std::vector<std::string>{"base.raw", "middle.qcow2", "top.qcow2", "upper.qcow2"});
    CHECK(qcow2_files(files / "other.qcow2").size() == 5);
    run({"qemu-img", "snapshot", "-c", "kept", files / "top.qcow2"});
    check_served(files / "top.qcow2");
    check_served(files / "other.qcow2");
}

TEST_CASE("A link to a backing file leads on from where the link lies, as it does in qemu") {
    if (test::lacks_programs({"qemu-img"})) return;
    const Case files;
    files.folder().make_folder("there");
    files.create("there/middle.qcow2", files / "base.raw", "raw");
    run({"qemu-img", "rebase", "-q", "-u", "-F", "raw", "-b", "base.raw",
         files / "there/middle.qcow2"});
    std::filesystem::create_symlink(files / "there/middle.qcow2", files / "link.qcow2");
    files.create("top.qcow2", "link.qcow2", "qcow2");
    CHECK(qcow2_files(files / "top.qcow2") ==
          std::vector<std::string>{"base.raw", "link.qcow2", "top.qcow2 (written)"});
    check_served(files / "top.qcow2");
}

TEST_CASE("An external data file is written with its image, and read with one behind it") {
    if (test::lacks_programs({"qemu-img"})) return;
    const Case files;
    files.create("data.qcow2", "", "", "data_file=" + files / "data");
    files.create("top.qcow2", "data.qcow2", "qcow2");
    CHECK(qcow2_files(files / "data.qcow2") ==
          std::vector<std::string>{"data (written)", "data.qcow2 (written)"});
    CHECK(qcow2_files(files / "top.qcow2") ==
          std::vector<std::string>{"data", "data.qcow2", "top.qcow2 (written)"});
    disk::ImageOptions options;
    options.trust_image_references = true;
    if (!disk::has_nbd() || test::lacks_programs({"qemu-nbd"})) return;
    const auto opened =
        disk::open_disk(os::real_system(), files / "data.qcow2", Access::write, options);
    opened.device->write(Bytes(mib, std::byte{1}), 2 * mib);
}

TEST_CASE("The extents of a VMDK are written, whether they are flat or sparse") {
    if (test::lacks_programs({"qemu-img"})) return;
    for (const std::string form :
         {"twoGbMaxExtentSparse", "twoGbMaxExtentFlat", "monolithicFlat"}) {
        CAPTURE(form);
        const Case files;
        run({"qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=" + form,
             files / "base.raw", files / "disk.vmdk"});
        const auto found = files_of(files / "disk.vmdk", ImageFormat::vmdk, Access::write);
        REQUIRE(found.size() == 2);
        for (const std::string& name : found) CHECK(name.ends_with(" (written)"));
        check_served(files / "disk.vmdk");
    }
}

TEST_CASE("A VMDK is read with its parent, whose extents are not written") {
    if (test::lacks_programs({"qemu-img"})) return;
    const Case files;
    run({"qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=twoGbMaxExtentFlat",
         files / "base.raw", files / "parent.vmdk"});
    run({"qemu-img", "create", "-q", "-f", "vmdk", "-b", "parent.vmdk", "-F", "vmdk",
         files / "child.vmdk"});
    CHECK(files_of(files / "child.vmdk", ImageFormat::vmdk, Access::write) ==
          std::vector<std::string>{"child.vmdk (written)", "parent-f001.vmdk", "parent.vmdk"});
    check_served(files / "child.vmdk");
}

TEST_CASE("A guest that writes the head of an image to its raw disk does not open other files") {
    if (test::lacks_programs({"qemu-img"})) return;
    const Case files;
    files.create("base.raw", "/etc/passwd", "raw", "size=4M");
    files.create("top.qcow2", "base.raw", "raw");
    CHECK(qcow2_files(files / "top.qcow2") ==
          std::vector<std::string>{"base.raw", "top.qcow2 (written)"});
    // Nothing says what it is: qemu looks.
    run({"qemu-img", "rebase", "-q", "-u", "-b", "base.raw", "-F", "qcow2", files / "top.qcow2"});
    CHECK(qcow2_files(files / "top.qcow2") ==
          std::vector<std::string>{"base.raw", "passwd", "top.qcow2 (written)"});
}

TEST_CASE("Images that refer to each other end, and what is no file cannot be followed") {
    if (test::lacks_programs({"qemu-img"})) return;
    const Case files;
    files.create("one.qcow2", "", "");
    files.create("two.qcow2", "one.qcow2", "qcow2");
    run({"qemu-img", "rebase", "-q", "-u", "-b", "two.qcow2", "-F", "qcow2", files / "one.qcow2"});
    CHECK(qcow2_files(files / "one.qcow2") ==
          std::vector<std::string>{"one.qcow2", "one.qcow2 (written)", "two.qcow2"});
    for (const std::string name :
         {"nbd://localhost/disk", "json:{\"driver\":\"raw\",\"file\":{\"filename\":\"x\"}}"}) {
        CAPTURE(name);
        run({"qemu-img", "rebase", "-q", "-u", "-b", name, "-F", "raw", files / "two.qcow2"});
        CHECK(qcow2_files(files / "two.qcow2") == std::vector<std::string>{"no end"});
    }
    // The two older formats, whose backing files nlafix does not read.
    run({"qemu-img", "rebase", "-q", "-u", "-b", "base.raw", "-F", "qed", files / "two.qcow2"});
    CHECK(qcow2_files(files / "two.qcow2") == std::vector<std::string>{"no end"});
}
