// SPDX-License-Identifier: GPL-2.0-or-later
// Loops for short transfers and interrupted calls, and the errors of the operating system.
#include "os/file.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>
#include <vector>

#include "forwarding_system.h"
#include "os/paths.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
using test::TempFolder;

namespace {

/// Transfers a few bytes at a time, and is interrupted before each of them.
class Stuttering : public test::ForwardingSystem {
public:
    explicit Stuttering(std::size_t most_bytes, int interruptions)
        : ForwardingSystem(os::real_system()),
          most_bytes_(most_bytes),
          interruptions_(interruptions) {}

    int open(const std::string& path, const os::OpenOptions& options, os::Handle& handle) override {
        return interrupted() ? EINTR : ForwardingSystem::open(path, options, handle);
    }
    int read_at(os::Handle handle, MutableByteView into, std::uint64_t offset,
                std::size_t& done) override {
        if (interrupted()) return EINTR;
        return ForwardingSystem::read_at(handle, into.first(std::min(into.size(), most_bytes_)),
                                         offset, done);
    }
    int write_at(os::Handle handle, ByteView from, std::uint64_t offset,
                 std::size_t& done) override {
        if (interrupted()) return EINTR;
        if (most_bytes_ == 0) {
            done = 0;
            return 0;
        }
        return ForwardingSystem::write_at(handle, from.first(std::min(from.size(), most_bytes_)),
                                          offset, done);
    }
    int flush(os::Handle handle) override {
        return interrupted() ? EINTR : ForwardingSystem::flush(handle);
    }

private:
    bool interrupted() {
        if (pending_-- > 0) return true;
        pending_ = interruptions_;
        return false;
    }
    std::size_t most_bytes_;
    int interruptions_;
    int pending_ = 0;
};

/// Answers every call that takes a path with one error.
class Failing : public test::ForwardingSystem {
public:
    explicit Failing(int number) : ForwardingSystem(os::real_system()), number_(number) {}
    int open(const std::string&, const os::OpenOptions&, os::Handle&) override { return number_; }
    int status(os::Handle, os::FileStatus&) override { return number_; }
    int status(const std::string&, bool, os::FileStatus&) override { return number_; }

private:
    int number_;
};

os::OpenOptions for_writing(bool create_new) {
    os::OpenOptions options;
    options.write = true;
    options.create_new = create_new;
    return options;
}

std::string text_of(const Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("Short transfers and interruptions do not show") {
    for (const std::size_t most_bytes : {1U, 3U, 100U}) {
        for (const int interruptions : {0, 1, 50}) {
            const TempFolder folder;
            Stuttering system(most_bytes, interruptions);
            const std::string content = "twenty bytes of text";
            os::File file = os::File::open(system, folder / "a", for_writing(true));
            file.write_fully(std::as_bytes(std::span(content)), 5);
            file.flush();
            CHECK(text_of(file.read_all(100)) == std::string(5, '\0') + content);
            CHECK(text_of(file.read_range(5, 6)) == "twenty");
            CHECK(text_of(file.read_range(21, 100)) == "text");
            CHECK(file.read_range(25, 4).empty());
            CHECK(file.read_range(1000, 4).empty());
            file.close();
        }
    }
}

TEST_CASE("A system that is interrupted for ever, or takes nothing, is an error in the end") {
    const TempFolder folder;
    folder.write_text("a", "text");
    Stuttering never(1, std::numeric_limits<int>::max());
    os::File first = os::File::open(never, folder / "a", for_writing(false));
    CHECK(test::word_thrown_by([&] { first.read_all(100); }) == "io-error");
    CHECK(test::word_thrown_by([&] { first.flush(); }) == "io-error");
    Stuttering nothing(0, 0);
    const os::File file = os::File::open(nothing, folder / "a", for_writing(false));
    CHECK(test::word_thrown_by([&] { file.write_fully(Bytes(4), 0); }) == "io-error");
}

TEST_CASE("A file that is too long, or becomes shorter, is not read") {
    const TempFolder folder;
    const std::string path = folder.write_text("a", "0123456789");
    const os::File file = os::File::open(os::real_system(), path, {});
    CHECK(file.read_all(10).size() == 10);
    CHECK(test::word_thrown_by([&] { file.read_all(9); }) == "malformed-hive");
    struct Longer : test::ForwardingSystem {
        using ForwardingSystem::ForwardingSystem;
        int status(os::Handle handle, os::FileStatus& status) override {
            const int result = ForwardingSystem::status(handle, status);
            ++status.size_bytes;
            return result;
        }
    };
    Longer longer(os::real_system());
    const os::File cut = os::File::open(longer, path, {});
    CHECK(test::word_thrown_by([&] { cut.read_all(100); }) == "io-error");
}

TEST_CASE("Errors of the system become what the user can do about them") {
    struct Row {
        int number;
        std::string word;
    };
    for (const Row& row : std::vector<Row>{{ENOENT, "no-such-file"},
                                           {ENOTDIR, "no-such-file"},
                                           {ELOOP, "no-such-file"},
                                           {EACCES, "no-permission"},
                                           {EPERM, "no-permission"},
                                           {EROFS, "read-only"},
                                           {EBUSY, "in-use"},
                                           {ETXTBSY, "in-use"},
                                           {EWOULDBLOCK, "in-use"},
                                           {ENOSPC, "no-room"},
                                           {EDQUOT, "no-room"},
                                           {EIO, "io-error"},
                                           {ENOMEM, "io-error"},
                                           {12345, "io-error"}}) {
        CAPTURE(row.number);
        Failing system(row.number);
        const auto error = test::error_of([&] { os::File::open(system, "/some/path", {}); });
        REQUIRE(error);
        CHECK(word_of(error->code()) == row.word);
        CHECK(error->system_error() == row.number);
        CHECK(error->message().find("/some/path: ") == 0);
        CHECK_FALSE(error->hint().empty());
    }
}

TEST_CASE("A missing file is nothing, any other failure is an error") {
    const auto word = [](int number) {
        Failing system(number);
        return test::word_thrown_by([&] {
            if (!os::status_if_any(system, "/some/path", true)) {
                throw Error(ErrorCode::no_value, "nothing there");
            }
        });
    };
    CHECK(word(ENOENT) == "no-such-value");
    CHECK(word(ENOTDIR) == "no-such-value");
    CHECK(word(EACCES) == "no-permission");
    CHECK(word(EIO) == "io-error");
}

TEST_CASE("A handle is closed once, whoever has it last") {
    struct Closes : test::ForwardingSystem {
        using ForwardingSystem::ForwardingSystem;
        int close(os::Handle handle) override {
            ++count;
            return ForwardingSystem::close(handle);
        }
        int count = 0;
    };
    const TempFolder folder;
    const std::string path = folder.write_text("a", "text");
    Closes system(os::real_system());
    {
        os::File first = os::File::open(system, path, {});
        os::File second = std::move(first);
        os::File third = os::File::open(system, path, {});
        third = std::move(second);
        CHECK(system.count == 1);
        third.close();
        third.close();
        CHECK(system.count == 2);
    }
    CHECK(system.count == 2);
}

TEST_CASE("Only a new name is created, and a link is followed only if it may be") {
    const TempFolder folder;
    const std::string path = folder.write_text("a", "text");
    os::OpenOptions no_links;
    no_links.follow_links = false;
    CHECK(test::word_thrown_by(
              [&] { os::File::open(os::real_system(), path, for_writing(true)); }) == "io-error");
    CHECK(test::read_text(path) == "text");
    const std::string link = folder.link("link", path);
    CHECK(test::word_thrown_by([&] { os::File::open(os::real_system(), link, no_links); }) ==
          "no-such-file");  // ELOOP
    CHECK(test::word_thrown_by([&] { os::File::open(os::real_system(), link, {}); }) == "nothing");
}

TEST_CASE("Paths are joined and taken apart") {
    CHECK(os::join("/a", "b") == "/a/b");
    CHECK(os::join("/a/", "b") == "/a/b");
    CHECK(os::join("/", "b") == "/b");
    CHECK(os::join("", "b") == "b");
    CHECK(os::folder_of("/a/b") == "/a");
    CHECK(os::folder_of("/b") == "/");
    CHECK(os::folder_of("b") == ".");
    CHECK(os::name_of("/a/b") == "b");
    CHECK(os::name_of("b") == "b");
}

TEST_CASE("Names of a folder come sorted, and those that match come in any case") {
    const TempFolder folder;
    for (const char* name : {"b", "A", "a", "SYSTEM.LOG1", "system.log1"}) {
        folder.write_text(name, "");
    }
    const auto names = os::names_in(os::real_system(), folder.path());
    using Names = std::vector<std::string>;
    CHECK(names == Names{"A", "SYSTEM.LOG1", "a", "b", "system.log1"});
    CHECK(os::matching(names, "System.Log1") == Names{"SYSTEM.LOG1", "system.log1"});
    CHECK(os::matching(names, "SYSTEM.LOG") == Names{});
}

TEST_CASE("A private copy has a path that opens the same file, and no name on any disk") {
    os::Scratch scratch;
    REQUIRE(os::real_system().make_scratch(scratch) == 0);
    const os::File file(os::real_system(), scratch.handle, scratch.path);
    const std::string content = "private";
    file.write_fully(std::as_bytes(std::span(content)), 0);
    CHECK(test::read_text(scratch.path) == content);
    if (scratch.remove_path) os::remove_quietly(os::real_system(), scratch.path);
}
