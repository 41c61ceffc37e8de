// SPDX-License-Identifier: GPL-2.0-or-later
// Files of Windows behind os::System: wide paths of any length, handles as small numbers.
//
// What has no counterpart: owner, group and mode (everything says 0600 and nothing changes them);
// the DACL goes by the name that the NTFS drivers of Linux use for it, so that a backup gets the
// hive's. Servers, block devices and locks of bytes are not for Windows yet.
#include <windows.h>
//
#include <fcntl.h>
#include <io.h>

#include <cerrno>
#include <memory>
#include <type_traits>
#include <utility>

#include "base/text.h"
#include "os/paths.h"
#include "os/system.h"
#include "os/windows/dacl.h"
#include "os/windows/file_systems.h"
#include "os/windows/system_error.h"
#include "os/windows/wide_text.h"
#include "os/windows/windows_paths.h"

namespace nlafix::os {
namespace {

constexpr const char* descriptor_name = "system.ntfs_acl";

// Locks keep others from reading on Windows: one byte where no file ends.
constexpr DWORD lock_offset_low = 0;
constexpr DWORD lock_offset_high = 0x7FFF0000;

constexpr DWORD share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

struct CloseHandleOf {
    void operator()(void* handle) const { static_cast<void>(CloseHandle(handle)); }
};
using OwnedHandle = std::unique_ptr<void, CloseHandleOf>;

HANDLE native(Handle handle) {
    return reinterpret_cast<HANDLE>(_get_osfhandle(handle));
}

int result_of(BOOL succeeded) {
    return succeeded ? 0 : last_errno();
}

bool is_ascii(const std::wstring& text) {
    for (const wchar_t unit : text) {
        if (unit >= 0x80) return false;
    }
    return true;
}

FileStatus converted(const BY_HANDLE_FILE_INFORMATION& info) {
    FileStatus status;
    status.kind = (info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 ? FileKind::link
                  : (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0   ? FileKind::folder
                                                                              : FileKind::regular;
    status.identity = {info.dwVolumeSerialNumber,
                       (std::uint64_t{info.nFileIndexHigh} << 32) | info.nFileIndexLow};
    status.size_bytes = (std::uint64_t{info.nFileSizeHigh} << 32) | info.nFileSizeLow;
    status.allocated_bytes = status.size_bytes;  // which this call does not say
    status.link_count = info.nNumberOfLinks;
    status.permissions = 0600;
    return status;
}

int status_of_native(HANDLE handle, FileStatus& status) {
    if (GetFileType(handle) != FILE_TYPE_DISK) {
        status = {};
        return 0;
    }
    BY_HANDLE_FILE_INFORMATION info = {};
    if (!GetFileInformationByHandle(handle, &info)) return last_errno();
    status = converted(info);
    return 0;
}

class WindowsSystem final : public System {
public:
    WindowsSystem();

    int open(const std::string& path, const OpenOptions& options, Handle& handle) override;
    int close(Handle handle) override { return _close(handle) == 0 ? 0 : errno; }
    int read_at(Handle handle, MutableByteView into, std::uint64_t offset,
                std::size_t& done) override;
    int write_at(Handle handle, ByteView from, std::uint64_t offset, std::size_t& done) override;
    int flush(Handle handle) override { return result_of(FlushFileBuffers(native(handle))); }
    int drop_cache(Handle) override { return ENOTSUP; }
    int set_size(Handle handle, std::uint64_t size_bytes) override;
    int status(Handle handle, FileStatus& status) override {
        return status_of_native(native(handle), status);
    }
    int status(const std::string& path, bool follow_links, FileStatus& status) override;
    int file_system(const std::string& path, FileSystemStatus& status) override {
        return read_file_system(native_path(path), native_path(folder_of(path)), status);
    }

    int lock(Handle handle) override;
    int probe_use(Handle handle) override;
    int block_device_status(Handle, BlockDeviceStatus&) override { return ENOTSUP; }
    int lock_byte(Handle, std::uint64_t) override { return ENOTSUP; }
    int probe_byte(Handle, std::uint64_t) override { return ENOTSUP; }
    int writers(Handle, std::vector<Process>&) override { return ENOTSUP; }

    int start_server(const ServerJob&, Server&) override { return ENOTSUP; }
    int wait(const Child&, std::uint32_t, int&) override { return ENOTSUP; }
    int stop(const Child&, bool) override { return ENOTSUP; }
    int prepare_confinement() override { return ENOTSUP; }
    int start_confined(const ConfinedJob&, ConfinedChild&) override { return ENOTSUP; }
    int send(Handle, ByteView, std::size_t&) override { return ENOTSUP; }
    int receive(Handle, MutableByteView, std::size_t&) override { return ENOTSUP; }
    int end_sending(Handle) override { return ENOTSUP; }
    int wait_confined(const ConfinedChild&, ConfinedEnd&) override { return ENOTSUP; }

    int set_owner(Handle, std::uint32_t, std::uint32_t) override { return 0; }
    int set_permissions(Handle, std::uint32_t) override { return 0; }
    int list_attributes(Handle, std::vector<std::string>& names) override {
        names.clear();
        return 0;
    }
    int attribute(Handle handle, const std::string& name, Bytes& value) override {
        return name == descriptor_name ? read_dacl(native(handle), value) : ENOTSUP;
    }
    int set_attribute(Handle handle, const std::string& name, ByteView value) override {
        return name == descriptor_name ? write_dacl(native(handle), value) : ENOTSUP;
    }

    int hold_folder(const std::string& path, Handle& handle) override;
    int list_folder(const std::string& path, std::vector<std::string>& names) override;
    int rename(const std::string& from, const std::string& to) override;
    int remove(const std::string& path) override {
        return result_of(DeleteFileW(native_path(path).c_str()));
    }
    int flush_folder(const std::string& path) override;
    int real_path(const std::string& path, std::string& absolute) override;

    int make_scratch(Scratch& scratch) override;
    std::uint64_t now() override;
    int available_memory(std::uint64_t& bytes) override;

private:
    OwnedHandle open_native(const std::string& path, DWORD access, DWORD flags) const;
    std::wstring native_path(const std::string& path) const {
        return os::native_path(path, start_folder_);
    }

    // Relative paths are the user's, and the folder may change for hivex (make_scratch).
    std::wstring start_folder_;
};

WindowsSystem::WindowsSystem()
    : start_folder_(
          filled([](wchar_t* into, DWORD size) { return GetCurrentDirectoryW(size, into); })) {}

OwnedHandle WindowsSystem::open_native(const std::string& path, DWORD access, DWORD flags) const {
    const HANDLE handle = CreateFileW(native_path(path).c_str(), access, share_all, nullptr,
                                      OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | flags, nullptr);
    return OwnedHandle(handle == INVALID_HANDLE_VALUE ? nullptr : handle);
}

/// The number that stands for `opened`, and owns it.
int as_number(OwnedHandle opened, int access, Handle& handle) {
    const int number =
        _open_osfhandle(reinterpret_cast<std::intptr_t>(opened.get()), _O_BINARY | access);
    if (number < 0) return errno;
    static_cast<void>(opened.release());
    handle = number;
    return 0;
}

int WindowsSystem::open(const std::string& path, const OpenOptions& options, Handle& handle) {
    DWORD access = GENERIC_READ;
    // Whoever makes a file may set its DACL.
    if (options.write) access |= GENERIC_WRITE | (options.create_new ? WRITE_DAC : 0U);
    DWORD flags = FILE_FLAG_BACKUP_SEMANTICS;  // folders open as well
    if (!options.follow_links) flags |= FILE_FLAG_OPEN_REPARSE_POINT;
    OwnedHandle opened(CreateFileW(native_path(path).c_str(), access, share_all, nullptr,
                                   options.create_new ? CREATE_NEW : OPEN_EXISTING, flags,
                                   nullptr));
    if (opened.get() == INVALID_HANDLE_VALUE) {
        static_cast<void>(opened.release());
        return last_errno();
    }
    if (!options.follow_links) {
        FileStatus status;
        if (const int result = status_of_native(opened.get(), status); result != 0) return result;
        if (status.kind == FileKind::link) return ELOOP;
    }
    return as_number(std::move(opened), options.write ? _O_RDWR : _O_RDONLY, handle);
}

OVERLAPPED at_offset(std::uint64_t offset) {
    OVERLAPPED place = {};
    place.Offset = static_cast<DWORD>(offset);
    place.OffsetHigh = static_cast<DWORD>(offset >> 32);
    return place;
}

int WindowsSystem::read_at(Handle handle, MutableByteView into, std::uint64_t offset,
                           std::size_t& done) {
    OVERLAPPED place = at_offset(offset);
    DWORD count = 0;
    if (!ReadFile(native(handle), into.data(), static_cast<DWORD>(into.size()), &count, &place)) {
        if (GetLastError() != ERROR_HANDLE_EOF) return last_errno();
        count = 0;
    }
    done = count;
    return 0;
}

int WindowsSystem::write_at(Handle handle, ByteView from, std::uint64_t offset, std::size_t& done) {
    OVERLAPPED place = at_offset(offset);
    DWORD count = 0;
    if (!WriteFile(native(handle), from.data(), static_cast<DWORD>(from.size()), &count, &place)) {
        return last_errno();
    }
    done = count;
    return 0;
}

int WindowsSystem::set_size(Handle handle, std::uint64_t size_bytes) {
    FILE_END_OF_FILE_INFO end = {};
    end.EndOfFile.QuadPart = static_cast<LONGLONG>(size_bytes);
    return result_of(
        SetFileInformationByHandle(native(handle), FileEndOfFileInfo, &end, sizeof end));
}

int WindowsSystem::status(const std::string& path, bool follow_links, FileStatus& status) {
    const OwnedHandle handle =
        open_native(path, FILE_READ_ATTRIBUTES, follow_links ? 0 : FILE_FLAG_OPEN_REPARSE_POINT);
    return handle ? status_of_native(handle.get(), status) : last_errno();
}

int WindowsSystem::lock(Handle handle) {
    OVERLAPPED place = {};
    place.Offset = lock_offset_low;
    place.OffsetHigh = lock_offset_high;
    return result_of(LockFileEx(native(handle), LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY,
                                0, 1, 0, &place));
}

int WindowsSystem::probe_use(Handle handle) {
    // Refused where somebody else may write to it, or lets nobody else read.
    const HANDLE again =
        ReOpenFile(native(handle), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, 0);
    if (again != INVALID_HANDLE_VALUE) {
        static_cast<void>(CloseHandle(again));
        return 0;
    }
    return GetLastError() == ERROR_SHARING_VIOLATION ? EBUSY : 0;
}

struct CloseSearch {
    void operator()(void* search) const { static_cast<void>(FindClose(search)); }
};

int WindowsSystem::hold_folder(const std::string& path, Handle& handle) {
    // Whoever does not share FILE_SHARE_DELETE keeps the folder, and those above it, from being
    // renamed or removed: the path goes on meaning what it meant.
    OwnedHandle opened(CreateFileW(native_path(path).c_str(), FILE_READ_ATTRIBUTES,
                                   FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING,
                                   FILE_FLAG_BACKUP_SEMANTICS, nullptr));
    if (opened.get() == INVALID_HANDLE_VALUE) {
        static_cast<void>(opened.release());
        return last_errno();
    }
    std::string absolute;
    if (final_path(opened.get(), native_path(path), absolute) == 0 &&
        !equal_ignoring_ascii_case(std::string_view(absolute), path)) {
        return ELOOP;
    }
    return as_number(std::move(opened), _O_RDONLY, handle);
}

int WindowsSystem::list_folder(const std::string& path, std::vector<std::string>& names) {
    WIN32_FIND_DATAW entry = {};
    const HANDLE first = FindFirstFileW((native_path(path) + L"\\*").c_str(), &entry);
    if (first == INVALID_HANDLE_VALUE) {
        // The root of an empty volume has not even "." in it.
        if (GetLastError() != ERROR_FILE_NOT_FOUND) return last_errno();
        names.clear();
        return 0;
    }
    const std::unique_ptr<void, CloseSearch> search(first);
    std::vector<std::string> found;
    do {
        const std::string name = from_wide(entry.cFileName);
        if (name != "." && name != "..") found.push_back(name);
    } while (FindNextFileW(search.get(), &entry));
    if (GetLastError() != ERROR_NO_MORE_FILES) return last_errno();
    names = std::move(found);
    return 0;
}

int WindowsSystem::rename(const std::string& from, const std::string& to) {
    const std::wstring source = native_path(from);
    const std::wstring target = native_path(to);
    if (GetFileAttributesW(target.c_str()) == INVALID_FILE_ATTRIBUTES) {
        return result_of(MoveFileExW(source.c_str(), target.c_str(), MOVEFILE_WRITE_THROUGH));
    }
    // Keeps the security descriptor and the identity of what it replaces.
    return result_of(ReplaceFileW(target.c_str(), source.c_str(), nullptr,
                                  REPLACEFILE_WRITE_THROUGH, nullptr, nullptr));
}

int WindowsSystem::flush_folder(const std::string& path) {
    const OwnedHandle folder = open_native(path, GENERIC_WRITE, 0);
    // Where a folder cannot be opened or flushed the file system's own journal has to do.
    if (folder) static_cast<void>(FlushFileBuffers(folder.get()));
    FileStatus there;
    return status(path, true, there);
}

int WindowsSystem::real_path(const std::string& path, std::string& absolute) {
    const OwnedHandle handle = open_native(path, FILE_READ_ATTRIBUTES, 0);
    if (!handle) return last_errno();
    return final_path(handle.get(), native_path(path), absolute);
}

int WindowsSystem::make_scratch(Scratch& scratch) {
    // The user's own: nobody else may look into it.
    const std::wstring folder =
        filled([](wchar_t* into, DWORD size) { return GetTempPathW(size, into); });
    if (folder.empty()) return last_errno();
    std::string path;
    Handle handle = -1;
    int result = EEXIST;
    for (unsigned number = 0; result == EEXIST && number < 10000; ++number) {
        const std::string name = "nlafix-" + std::to_string(GetCurrentProcessId()) + "-" +
                                 std::to_string(number) + ".tmp";
        path = from_wide(folder) + name;
        OpenOptions options;
        options.write = true;
        options.create_new = true;
        result = open(path, options, handle);
        if (result != 0 || is_ascii(folder)) continue;
        // hivex opens paths in the code page of the machine: the bare name on the folder's drive.
        if (!SetCurrentDirectoryW(folder.c_str())) {
            result = last_errno();
            static_cast<void>(close(handle));
            static_cast<void>(remove(path));
        } else if (folder[1] == L':') {
            path = from_wide(folder.substr(0, 2)) + name;
        }
    }
    if (result == 0) scratch = {handle, path, true};
    return result;
}

int WindowsSystem::available_memory(std::uint64_t& bytes) {
    MEMORYSTATUSEX status = {};
    status.dwLength = sizeof status;
    if (!GlobalMemoryStatusEx(&status)) return last_errno();
    bytes = status.ullAvailPageFile;
    return 0;
}

std::uint64_t WindowsSystem::now() {
    FILETIME time = {};
    GetSystemTimeAsFileTime(&time);
    return (std::uint64_t{time.dwHighDateTime} << 32) | time.dwLowDateTime;
}

}  // namespace

System& real_system() {
    static WindowsSystem system;
    return system;
}

}  // namespace nlafix::os
