// SPDX-License-Identifier: GPL-2.0-or-later
// Files of Windows: names that no code page has, paths of any length, files that others have open.
#include <windows.h>
//
#include <doctest/doctest.h>

#include <cerrno>
#include <span>
#include <string>

#include "os/file.h"
#include "os/path_syntax.h"
#include "os/paths.h"
#include "os/windows/system_error.h"
#include "os/windows/wide_text.h"
#include "os/windows/windows_paths.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
using test::TempFolder;

namespace {

const std::string odd_name = "tä漢 ключ";

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

os::OpenOptions new_file() {
    os::OpenOptions options;
    options.write = true;
    options.create_new = true;
    options.follow_links = false;
    return options;
}

std::string make_file(const std::string& path, const std::string& content) {
    const os::File file = os::File::open(os::real_system(), path, new_file());
    file.write_fully(bytes_of(content), 0);
    file.flush();
    return path;
}

void make_folder(const std::string& path) {
    REQUIRE(CreateDirectoryW((L"\\\\?\\" + os::to_wide(path)).c_str(), nullptr) != 0);
}

/// Opens a file as another program would; closed with the object.
class Opened {
public:
    Opened(const std::string& path, DWORD access, DWORD share)
        : handle_(CreateFileW(os::to_wide(path).c_str(), access, share, nullptr, OPEN_EXISTING, 0,
                              nullptr)) {
        REQUIRE(handle_ != INVALID_HANDLE_VALUE);
    }
    ~Opened() { CloseHandle(handle_); }
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;

private:
    HANDLE handle_;
};

}  // namespace

TEST_CASE("The tests run in a folder whose name no code page has") {
    const TempFolder folder;
    CHECK_MESSAGE(test::contains(folder.path(), odd_name), folder.path());
}

TEST_CASE("A file with any name is written, found, read, renamed and removed") {
    os::System& system = os::real_system();
    const TempFolder folder;
    const std::string path = make_file(os::join(folder.path(), odd_name), "content");
    CHECK(os::names_in(system, folder.path()) == std::vector<std::string>{odd_name});
    CHECK(test::read_text(path) == "content");
    CHECK(os::real_path_of(system, path) == path);
    CHECK(os::status_of(system, path, true).size_bytes == 7);
    CHECK(os::status_of(system, folder.path(), true).kind == os::FileKind::folder);

    const std::string moved = os::join(folder.path(), "ключ");
    os::rename(system, path, moved);
    CHECK_FALSE(os::status_if_any(system, path, true));
    os::flush_folder(system, folder.path());
    os::remove(system, moved);
    CHECK(os::names_in(system, folder.path()).empty());
}

TEST_CASE("A path may be longer than 260 characters") {
    os::System& system = os::real_system();
    const TempFolder folder;
    std::string path = folder.path();
    for (int i = 0; i < 4; ++i) {
        path = os::join(path, std::string(100, static_cast<char>('a' + i)));
        make_folder(path);
    }
    const std::string file = make_file(os::join(path, odd_name), "deep");
    REQUIRE(file.size() > 400);
    CHECK(os::names_in(system, path) == std::vector<std::string>{odd_name});
    // No word of real_path: that of wine gives up here.
    CHECK(os::File::open(system, file, {}).read_all(100).size() == 4);
    os::remove(system, file);
}

TEST_CASE("A file that somebody keeps to himself is in use, and the hint says how that comes") {
    const TempFolder folder;
    const std::string path = make_file(folder / "SYSTEM", "hive");
    const Opened by_another(path, GENERIC_READ | GENERIC_WRITE, 0);
    const auto error = test::error_of([&] { os::File::open(os::real_system(), path, {}); });
    REQUIRE(error);
    CHECK(word_of(error->code()) == "in-use");
    CHECK(test::contains(error->hint(), "reg unload"));
}

TEST_CASE("A file that another program may write to is in use") {
    os::System& system = os::real_system();
    const TempFolder folder;
    const std::string path = make_file(folder / "SYSTEM", "hive");
    const os::File file = os::File::open(system, path, {});
    CHECK(system.probe_use(file.handle()) == 0);
    {
        const Opened reader(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE);
        CHECK(system.probe_use(file.handle()) == 0);
    }
    const Opened writer(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE);
    CHECK(system.probe_use(file.handle()) == EBUSY);
}

TEST_CASE("A lock keeps a second one out, and nobody from reading") {
    os::System& system = os::real_system();
    const TempFolder folder;
    const std::string path = make_file(folder / "SYSTEM", "hive");
    const os::File first = os::File::open(system, path, {});
    const os::File second = os::File::open(system, path, {});
    CHECK(system.lock(first.handle()) == 0);
    CHECK(system.lock(second.handle()) == EWOULDBLOCK);
    CHECK(second.read_all(100).size() == 4);
}

TEST_CASE("A rename replaces a file that is open") {
    os::System& system = os::real_system();
    const TempFolder folder;
    const std::string path = make_file(folder / "SYSTEM", "before");
    const std::string next = make_file(folder / "SYSTEM.tmp", "after!");
    {
        const os::File hive = os::File::open(system, path, {});
        os::rename(system, next, path);
        CHECK(test::read_text(path) == "after!");
        CHECK(hive.read_range(0, 6) != os::File::open(system, path, {}).read_range(0, 6));
    }
    // The old content goes with its last handle.
    CHECK(os::names_in(system, folder.path()) == std::vector<std::string>{"SYSTEM"});
}

TEST_CASE("A new file can be given the protection of another one") {
    os::System& system = os::real_system();
    const TempFolder folder;
    const std::string path = make_file(folder / "SYSTEM", "hive");
    Bytes descriptor;
    const os::File hive = os::File::open(system, path, {});
    REQUIRE(system.attribute(hive.handle(), "system.ntfs_acl", descriptor) == 0);
    CHECK_FALSE(descriptor.empty());
    const os::File copy = os::File::open(system, folder / "copy", new_file());
    CHECK(system.set_attribute(copy.handle(), "system.ntfs_acl", descriptor) == 0);
    Bytes value;
    CHECK(system.attribute(copy.handle(), "user.other", value) == ENOTSUP);
}

TEST_CASE("A private copy opens by a path that any code page has") {
    os::System& system = os::real_system();
    const TempFolder folder;  // has a name that no code page has
    REQUIRE(SetEnvironmentVariableW(L"TMP", os::to_wide(folder.path()).c_str()) != 0);
    os::Scratch scratch;
    REQUIRE(system.make_scratch(scratch) == 0);
    REQUIRE(os::names_in(system, folder.path()).size() == 1);
    for (const char c : scratch.path) CHECK(static_cast<unsigned char>(c) < 0x80);
    const os::File file(system, scratch.handle, scratch.path);
    file.write_fully(bytes_of("private"), 0);
    {
        std::FILE* by_library = std::fopen(scratch.path.c_str(), "rb");
        REQUIRE(by_library != nullptr);
        char content[8] = {};
        CHECK(std::fread(content, 1, sizeof content, by_library) == 7);
        CHECK(std::string(content) == "private");
        std::fclose(by_library);
    }
    CHECK(scratch.remove_path);
    os::remove(system, scratch.path);
}

TEST_CASE("Relative paths stay the user's after a private copy was made") {
    os::System& system = os::real_system();
    const TempFolder folder;
    REQUIRE(SetEnvironmentVariableW(L"TMP", os::to_wide(folder.path()).c_str()) != 0);
    std::string before;
    REQUIRE(system.real_path(".", before) == 0);
    os::Scratch scratch;
    REQUIRE(system.make_scratch(scratch) == 0);
    REQUIRE(system.close(scratch.handle) == 0);
    os::remove(system, scratch.path);
    std::string after;
    REQUIRE(system.real_path(".", after) == 0);
    CHECK(after == before);
}

TEST_CASE("A volume says its type, its root and its room") {
    const TempFolder folder;
    const os::FileSystemStatus status = os::file_system_of(os::real_system(), folder.path());
    CHECK_FALSE(status.type.empty());
    CHECK(folder.path().starts_with(status.mount_point));
    CHECK(status.free_bytes > 0);
    CHECK_FALSE(status.read_only);
}

TEST_CASE("Roots are not taken apart") {
    CHECK(os::root_length("C:\\Windows") == 3);
    CHECK(os::root_length("C:/") == 3);
    CHECK(os::root_length("C:name") == 0);
    CHECK(os::root_length("\\\\server\\share\\x") == 15);
    CHECK(os::root_length("\\x") == 1);
    CHECK(os::root_length("x\\y") == 0);
    CHECK(os::folder_of("D:\\Windows\\SYSTEM") == "D:\\Windows");
    CHECK(os::folder_of("D:\\Windows") == "D:\\");
    CHECK(os::folder_of("SYSTEM") == ".");
    CHECK(os::name_of("D:/Windows/SYSTEM") == "SYSTEM");
    CHECK(os::join("D:\\", "Windows") == "D:\\Windows");
    CHECK(os::join("D:", "Windows") == "D:\\Windows");
    CHECK(os::is_absolute("D:\\x"));
    CHECK_FALSE(os::is_absolute("x"));
}

TEST_CASE("A separator behind the name of a folder is no empty name, and that of a root stays") {
    struct Row {
        const char* path;
        const wchar_t* native;
    };
    for (const auto& [path, native] : {
             Row{"D:\\Windows\\", L"\\\\?\\D:\\Windows"},
             Row{"D:/Windows//", L"\\\\?\\D:\\Windows"},
             Row{"D:\\", L"\\\\?\\D:\\"},
             Row{"Windows\\", L"\\\\?\\D:\\start\\Windows"},
             Row{"\\\\?\\D:\\Windows\\", L"\\\\?\\D:\\Windows"},
             Row{"\\\\?\\D:\\", L"\\\\?\\D:\\"},
             Row{"\\\\?\\Volume{5f0e}\\", L"\\\\?\\Volume{5f0e}\\"},
             Row{"\\\\?\\Volume{5f0e}\\Windows\\", L"\\\\?\\Volume{5f0e}\\Windows"},
             Row{"\\\\server\\share\\", L"\\\\?\\UNC\\server\\share\\"},
             Row{"\\\\server\\share\\Windows\\", L"\\\\?\\UNC\\server\\share\\Windows"},
             Row{"\\\\?\\UNC\\server\\share\\x\\", L"\\\\?\\UNC\\server\\share\\x"},
         }) {
        CAPTURE(path);
        CHECK(os::from_wide(os::native_path(path, L"D:\\start")) == os::from_wide(native));
    }
}

TEST_CASE("A user sees no prefix, but that of a volume without a letter, which is its name") {
    CHECK(os::path_for_user(L"\\\\?\\D:\\Windows") == "D:\\Windows");
    CHECK(os::path_for_user(L"\\\\?\\UNC\\server\\share\\x") == "\\\\server\\share\\x");
    for (const wchar_t* volume : {L"\\\\?\\Volume{5f0e}\\x", L"\\\\?\\volume{5f0e}\\x"}) {
        CHECK(os::path_for_user(volume) == os::from_wide(volume));
    }
}

TEST_CASE("Errors of Windows become those that nlafix knows") {
    CHECK(os::errno_of(ERROR_SHARING_VIOLATION) == EBUSY);
    CHECK(os::errno_of(ERROR_LOCK_VIOLATION) == EWOULDBLOCK);
    CHECK(os::errno_of(ERROR_PATH_NOT_FOUND) == ENOENT);
    CHECK(os::errno_of(ERROR_FILE_EXISTS) == EEXIST);
    CHECK(os::errno_of(0xFFFFFFFF) == EIO);
}

TEST_CASE("Text goes to UTF-16 and back unchanged") {
    for (const std::string text : {"", "plain", "tä漢 ключ", "\U0001F600"}) {
        CHECK(os::from_wide(os::to_wide(text)) == text);
    }
    CHECK(os::to_wide("\xff") == L"\xFFFD");
}

TEST_CASE("A path is one word of cmd and of PowerShell") {
    CHECK(os::shell_quoted("D:\\Windows\\SYSTEM.nlafix-1.bak") ==
          "D:\\Windows\\SYSTEM.nlafix-1.bak");
    CHECK(os::shell_quoted("") == "\"\"");
    CHECK(os::shell_quoted("C:\\Program Files\\" + odd_name) ==
          "\"C:\\Program Files\\" + odd_name + "\"");
    CHECK(os::shell_quoted("a&b") == "\"a&b\"");
    CHECK(os::shell_quoted("a\x1b[0m") == "\"a\\x1b[0m\"");
}
