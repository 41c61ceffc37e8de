// SPDX-License-Identifier: GPL-2.0-or-later
// A file system in memory that knows what is on the medium and what is not yet.
// Owns: files and their names, as a program sees them and as the medium has them; the states that
//   a power cut may leave.
// Never: keeps more than it was asked to flush. Scratch files are the real system's.
//
// The model: a write or a change of size is on the medium after flush() of that file, a new,
// changed or removed name after flush_folder() of its folder. Until then each of them may be there
// or not, on its own and in any order; a write may be there in part, or as zeros where it made the
// file longer. A rename is there wholly or not at all. Owner, mode and attributes are there at
// once.
#pragma once

#include <cerrno>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "os/system.h"
#include "shared_bytes.h"

namespace nlafix::test {

struct StoredFile {
    SharedBytes content;
    std::uint32_t permissions = 0600;
    std::uint32_t owner = 0;
    std::uint32_t group = 0;
    std::map<std::string, Bytes> attributes;
    bool operator==(const StoredFile&) const = default;
};

/// Files by their path: what a medium holds.
using Medium = std::map<std::string, StoredFile>;

class MemorySystem : public os::System {
public:
    /// Two file systems, each with one folder.
    static constexpr const char* hive_folder = "/volume";
    static constexpr const char* other_folder = "/backups";
    /// The protection that an NTFS driver shows; new files there get "open to everyone".
    static constexpr const char* descriptor_name = "system.ntfs_acl";
    static constexpr std::uint64_t fixed_now = 134'400'000'000'000'000;

    /// `type` is the one of hive_folder, as the mount table names it; the other is "ext4".
    MemorySystem(const Medium& medium, std::string type);

    /// What a program sees now.
    Medium seen() const;
    /// Calls `visit` with what the medium may hold if the power goes now: all that may be if that
    /// is at most `most_states`, else a sample of that many, the same for the same `seed`.
    void visit_crash_states(std::size_t most_states, std::uint64_t seed,
                            const std::function<void(const Medium&)>& visit) const;
    /// Called after each call that may have changed something.
    std::function<void()> after_change;

    int open(const std::string& path, const os::OpenOptions& options, os::Handle& handle) override;
    int close(os::Handle handle) override;
    int read_at(os::Handle handle, MutableByteView into, std::uint64_t offset,
                std::size_t& done) override;
    int write_at(os::Handle handle, ByteView from, std::uint64_t offset,
                 std::size_t& done) override;
    int flush(os::Handle handle) override;
    int drop_cache(os::Handle) override { return 0; }
    int set_size(os::Handle handle, std::uint64_t size_bytes) override;
    int status(os::Handle handle, os::FileStatus& status) override;
    int status(const std::string& path, bool follow_links, os::FileStatus& status) override;
    int file_system(const std::string& path, os::FileSystemStatus& status) override;
    int lock(os::Handle handle) override;
    int probe_use(os::Handle) override { return 0; }
    int writers(os::Handle, std::vector<os::Process>&) override { return 0; }
    /// It has neither block devices nor processes, and its locks on bytes are always free.
    int block_device_status(os::Handle, os::BlockDeviceStatus&) override;
    int lock_byte(os::Handle, std::uint64_t) override { return 0; }
    int probe_byte(os::Handle, std::uint64_t) override { return 0; }
    int start_server(const os::ServerJob&, os::Server&) override;
    int wait(const os::Child&, std::uint32_t, int&) override;
    int stop(const os::Child&, bool) override;
    int prepare_confinement() override { return unsupported; }
    int start_confined(const os::ConfinedJob&, os::ConfinedChild&) override { return unsupported; }
    int send(os::Handle, ByteView, std::size_t&) override { return unsupported; }
    int receive(os::Handle, MutableByteView, std::size_t&) override { return unsupported; }
    int end_sending(os::Handle) override { return unsupported; }
    int wait_confined(const os::ConfinedChild&, os::ConfinedEnd&) override { return unsupported; }
    int set_owner(os::Handle handle, std::uint32_t owner, std::uint32_t group) override;
    int set_permissions(os::Handle handle, std::uint32_t permissions) override;
    int list_attributes(os::Handle handle, std::vector<std::string>& names) override;
    int attribute(os::Handle handle, const std::string& name, Bytes& value) override;
    int set_attribute(os::Handle handle, const std::string& name, ByteView value) override;
    int hold_folder(const std::string& path, os::Handle& handle) override;
    int list_folder(const std::string& path, std::vector<std::string>& names) override;
    int rename(const std::string& from, const std::string& to) override;
    int remove(const std::string& path) override;
    int flush_folder(const std::string& path) override;
    int real_path(const std::string& path, std::string& absolute) override;
    int make_scratch(os::Scratch& scratch) override;
    std::uint64_t now() override { return fixed_now; }
    int available_memory(std::uint64_t&) override { return ENOTSUP; }

private:
    static constexpr int unsupported = ENOTSUP;

    /// A change of a file's content that is not on the medium yet.
    struct DataChange {
        bool is_size = false;
        std::uint64_t offset = 0;  // or the new size
        Bytes bytes;
    };
    struct Inode {
        std::uint64_t number = 0;
        StoredFile now;
        SharedBytes flushed;
        std::vector<DataChange> pending;
        os::Handle locked_by = -1;
    };
    using InodePointer = std::shared_ptr<Inode>;
    using Names = std::map<std::string, InodePointer>;
    /// A change of names that is not on the medium yet: `path` becomes `inode` (nothing: it goes),
    /// and `gone` goes with it.
    struct NameChange {
        std::string path;
        InodePointer inode;
        std::string gone;
    };
    struct OpenFile {
        InodePointer inode;
        bool write = false;
    };
    struct Choices;

    static void apply(const NameChange& change, Names& names);
    static void apply(const DataChange& change, std::size_t choice, Bytes& content);
    static std::size_t choices_of(const DataChange& change);
    Medium state_of(const std::vector<std::size_t>& choices,
                    const std::vector<InodePointer>& changed) const;
    OpenFile* find(os::Handle handle);
    void change(Inode& inode, DataChange change);
    void change_names(NameChange change);
    void changed() const;
    os::FileStatus status_of(const Inode& inode) const;

    std::string type_;
    Names names_;
    Names flushed_names_;
    std::vector<NameChange> pending_names_;
    std::map<os::Handle, OpenFile> open_files_;
    os::Handle next_handle_ = 1 << 20;  // far above the real system's scratch files
    std::uint64_t next_inode_ = 1;
};

}  // namespace nlafix::test
