// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntfs/ntfs_image.h"

#include <sys/stat.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <system_error>

extern "C" {
#include <ntfs-3g/types.h>
// The order is theirs.
#include <ntfs-3g/attrib.h>
#include <ntfs-3g/bitmap.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/lcnalloc.h>
#include <ntfs-3g/reparse.h>
#include <ntfs-3g/runlist.h>
#include <ntfs-3g/security.h>
#include <ntfs-3g/unistr.h>
#include <ntfs-3g/volume.h>
}
#undef min
#undef max

#include "base/text.h"
#include "ntfs/mft_in_pieces.h"
#include "ntfs/mkntfs.h"
#include "ntfs/restart_pages.h"
#include "ntfs/windows_traits.h"
#include "temp_folder.h"

namespace nlafix::test {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::generic_category().message(errno));
}

struct Closer {
    void operator()(ntfs_inode* inode) const { static_cast<void>(ntfs_inode_close(inode)); }
    void operator()(ntfs_attr* attribute) const { ntfs_attr_close(attribute); }
    void operator()(ntfs_volume* volume) const { static_cast<void>(ntfs_umount(volume, FALSE)); }
};
struct Free {
    void operator()(void* memory) const { std::free(memory); }
};
using Inode = std::unique_ptr<ntfs_inode, Closer>;
using Attribute = std::unique_ptr<ntfs_attr, Closer>;
using Mount = std::unique_ptr<ntfs_volume, Closer>;

std::unique_ptr<ntfschar, Free> units_of(const std::string& name, int& length) {
    ntfschar* units = nullptr;
    length = ntfs_mbstoucs(name.c_str(), &units);
    if (length <= 0) {
        fail("a name cannot be converted");
    }
    return std::unique_ptr<ntfschar, Free>(units);
}

/// A volume that is mounted for writing.
class Builder {
public:
    Builder(const std::string& path, const NtfsImageOptions& options) : options_(options) {
        ntfs_set_char_encoding("utf8");
        volume_.reset(ntfs_mount(path.c_str(), NTFS_MNT_NONE));
        if (!volume_) {
            fail("the new volume cannot be mounted");
        }
    }

    void fill() {
        for (const auto& [path, content] : options_.files) {
            add(path, content);
        }
        if (options_.windows_traits) {
            add_windows_traits(*volume_, "Windows/System32/config", "SYSTEM");
        }
        if (options_.hibernated) {
            Bytes header(65536);
            std::memcpy(header.data(), "hibr", 4);
            add("hiberfil.sys", header);
        }
        if (options_.free_clusters != ~std::uint64_t{0}) {
            take_room();
        }
        add_empty_files(*volume_, options_.other_files);
        write_journal();
        if (options_.windows_traits) put_mft_in_pieces(*volume_);
        if (options_.dirty &&
            ntfs_volume_write_flags(volume_.get(),
                                    static_cast<le16>(volume_->flags | VOLUME_IS_DIRTY)) != 0) {
            fail("the dirty flag cannot be set");
        }
        if (ntfs_umount(volume_.release(), FALSE) != 0) {
            fail("the new volume cannot be closed");
        }
    }

private:
    Inode open(const std::string& path) {
        Inode inode(ntfs_pathname_to_inode(volume_.get(), nullptr, path.c_str()));
        if (!inode) {
            fail("cannot open " + path);
        }
        return inode;
    }

    void set_descriptor(ntfs_inode& inode) {
        SECURITY_CONTEXT context = {};
        context.vol = volume_.get();
        const Bytes descriptor = descriptor_of_hives();
        const void* const raw = descriptor.data();
        if (ntfs_set_ntfs_acl(&context, &inode, static_cast<const char*>(raw), descriptor.size(),
                              0) != 0) {
            fail("the descriptor cannot be set");
        }
    }

    void create(const std::string& folder, const std::string& name, mode_t type) {
        Inode parent = open(folder.empty() ? "/" : folder);
        int length = 0;
        const auto units = units_of(name, length);
        ntfs_inode* created = ntfs_create(parent.get(), const_cpu_to_le32(0), units.get(),
                                          static_cast<u8>(length), type);
        if (created == nullptr) {
            fail("cannot create " + name);
        }
        set_descriptor(*created);
        if (ntfs_inode_close_in_dir(created, parent.get()) != 0) {
            fail("cannot close " + name);
        }
    }

    bool exists(const std::string& path) {
        return Inode(ntfs_pathname_to_inode(volume_.get(), nullptr, path.c_str())) != nullptr;
    }

    void add(const std::string& path, const Bytes& content) {
        std::string folder;
        std::size_t at = 0;
        for (std::size_t end = path.find('/'); end != std::string::npos;
             at = end + 1, end = path.find('/', at)) {
            if (!exists(path.substr(0, end))) {
                create(folder, path.substr(at, end - at), S_IFDIR);
            }
            folder = path.substr(0, end);
        }
        create(folder, path.substr(at), S_IFREG);
        const Inode inode = open(path);
        if (path == hive_on_volume) {
            write_hive(*inode, content);
        } else {
            write(*inode, content, 0);
        }
        if (path.find(".LOG") != std::string::npos) hide(*inode);
    }

    void write(ntfs_inode& inode, ByteView content, s64 offset) {
        const Attribute data(ntfs_attr_open(&inode, AT_DATA, AT_UNNAMED, 0));
        if (!data) {
            fail("no data to write to");
        }
        const auto size = static_cast<s64>(content.size());
        for (s64 done = 0; done < size;) {
            const s64 count =
                ntfs_attr_pwrite(data.get(), offset + done, size - done, content.data() + done);
            if (count <= 0) {
                fail("cannot write");
            }
            done += count;
        }
        if (ntfs_attr_pclose(data.get()) != 0) {
            fail("cannot finish the data");
        }
    }

    void add_streams(ntfs_inode& inode, std::size_t count, std::size_t bytes) {
        for (std::size_t i = 0; i < count; ++i) {
            int length = 0;
            const auto name = units_of("stream" + std::to_string(i), length);
            const std::vector<u8> value(bytes, 0x20);
            if (ntfs_attr_add(&inode, AT_DATA, name.get(), static_cast<u8>(length), value.data(),
                              static_cast<s64>(value.size())) != 0) {
                fail("cannot add a stream");
            }
        }
    }

    void write_hive(ntfs_inode& inode, const Bytes& content) {
        if (options_.storage == Storage::compressed) {
            if (ntfs_attr_set_flags(&inode, AT_DATA, AT_UNNAMED, 0, ATTR_IS_COMPRESSED,
                                    ATTR_COMPRESSION_MASK) != 0) {
                fail("cannot compress");
            }
            inode.flags = static_cast<FILE_ATTR_FLAGS>(inode.flags | FILE_ATTR_COMPRESSED);
        }
        if (options_.storage == Storage::sparse) {
            write_sparse(inode, content);
        } else {
            write(inode, content, 0);
        }
        if (options_.runs > 1) {
            break_up(inode, content);
        }
        if (options_.storage == Storage::encrypted) {
            if (ntfs_attr_set_flags(&inode, AT_DATA, AT_UNNAMED, 0, ATTR_IS_ENCRYPTED,
                                    ATTR_IS_ENCRYPTED) != 0) {
                fail("cannot set the flag");
            }
            inode.flags = static_cast<FILE_ATTR_FLAGS>(inode.flags | FILE_ATTR_ENCRYPTED);
        }
        if (options_.storage == Storage::overlay_filter) {
            // Tag, length, reserved; provider WIM or file, algorithm XPRESS4K.
            const char point[] = "\x17\0\0\x80\x10\0\0\0\1\0\0\0\2\0\0\0\1\0\0\0\0\0\0";
            if (ntfs_set_ntfs_reparse_data(&inode, point, 24, 0) != 0) {
                fail("cannot add a reparse point");
            }
        }
        add_streams(inode, options_.other_streams, 24);
        if (options_.attribute_list) {
            add_streams(inode, 12, 200);
        }
        ntfs_inode_mark_dirty(&inode);
    }

    /// What is not zero; the rest stays a hole.
    void write_sparse(ntfs_inode& inode, ByteView content) {
        const Attribute data(ntfs_attr_open(&inode, AT_DATA, AT_UNNAMED, 0));
        if (!data || ntfs_attr_truncate(data.get(), static_cast<s64>(content.size())) != 0) {
            fail("cannot make it sparse");
        }
        for (std::size_t at = 0; at < content.size(); at += options_.cluster_bytes) {
            const ByteView piece = content.subspan(
                at, std::min<std::size_t>(options_.cluster_bytes, content.size() - at));
            const auto size = static_cast<s64>(piece.size());
            const bool empty = std::all_of(piece.begin(), piece.end(),
                                           [](std::byte b) { return b == std::byte{0}; });
            if (!empty &&
                ntfs_attr_pwrite(data.get(), static_cast<s64>(at), size, piece.data()) != size) {
                fail("cannot write");
            }
        }
    }

    /// Clusters in `options_.runs` pieces that do not touch each other.
    std::vector<runlist_element> clusters_apart(s64 count) {
        const auto pieces = static_cast<s64>(options_.runs);
        std::vector<runlist_element> runs;
        LCN place = -1;
        for (s64 i = 0; i < pieces; ++i) {
            const s64 begin = count * i / pieces;
            const s64 length = count * (i + 1) / pieces - begin;
            const std::unique_ptr<runlist_element, Free> piece(
                ntfs_cluster_alloc(volume_.get(), begin, length, place, DATA_ZONE));
            if (!piece) {
                fail("no room for a piece");
            }
            for (const runlist_element* run = piece.get(); run->length > 0; ++run) {
                runs.push_back(*run);
                place = run->lcn + run->length + 1;
            }
        }
        runs.push_back({count, LCN_ENOENT, 0});
        return runs;
    }

    /// Moves the data that was written into pieces.
    void break_up(ntfs_inode& inode, ByteView content) {
        const s64 cluster = options_.cluster_bytes;
        const s64 clusters = (static_cast<s64>(content.size()) + cluster - 1) / cluster;
        const Attribute data(ntfs_attr_open(&inode, AT_DATA, AT_UNNAMED, 0));
        if (!data || ntfs_attr_map_whole_runlist(data.get()) != 0) {
            fail("no runs to break up");
        }
        const std::vector<runlist_element> runs = clusters_apart(clusters);
        Bytes padded(content.begin(), content.end());
        padded.resize(static_cast<std::size_t>(clusters * cluster));
        const auto size = static_cast<s64>(padded.size());
        if (ntfs_rl_pwrite(volume_.get(), runs.data(), 0, 0, size, padded.data()) != size) {
            fail("cannot write pieces");
        }
        const std::unique_ptr<runlist_element, Free> old(data->rl);
        const std::size_t list_bytes = runs.size() * sizeof(runlist_element);
        data->rl = static_cast<runlist_element*>(std::malloc(list_bytes));
        std::memcpy(data->rl, runs.data(), list_bytes);
        NAttrSetFullyMapped(data.get());
        if (ntfs_attr_update_mapping_pairs(data.get(), 0) != 0 ||
            ntfs_cluster_free_from_rl(volume_.get(), old.get()) != 0) {
            fail("cannot use the pieces");
        }
    }

    /// Marks clusters as used through a file that takes all but those that stay free.
    void take_room() {
        const auto free = static_cast<std::uint64_t>(ntfs_attr_get_free_bits(volume_->lcnbmp_na));
        const std::uint64_t spare = 2;  // for what the new files need themselves
        if (free < options_.free_clusters * 2 + spare) {
            throw std::runtime_error("the volume is full already");
        }
        const std::uint64_t apart = options_.free_ones_apart ? options_.free_clusters : 0;
        take("filler", free - spare - 2 * apart - (apart == 0 ? options_.free_clusters : 0));
        if (apart == 0) {
            return;
        }
        create("", "kept", S_IFREG);
        create("", "gone", S_IFREG);
        {
            const Inode kept = open("kept");
            const Inode gone = open("gone");
            const Bytes cluster(options_.cluster_bytes, std::byte{0x43});
            for (std::uint64_t i = 0; i < apart; ++i) {
                write(*kept, cluster, static_cast<s64>(i * options_.cluster_bytes));
                write(*gone, cluster, static_cast<s64>(i * options_.cluster_bytes));
            }
        }
        const Inode gone = open("gone");
        const Attribute data(ntfs_attr_open(gone.get(), AT_DATA, AT_UNNAMED, 0));
        if (!data || ntfs_attr_truncate(data.get(), 0) != 0) {
            fail("cannot give clusters back");
        }
    }

    void take(const std::string& name, std::uint64_t clusters) {
        create("", name, S_IFREG);
        const Inode inode = open(name);
        const Bytes content(clusters * options_.cluster_bytes, std::byte{0x41});
        write(*inode, content, 0);
    }

    void write_journal();

    const NtfsImageOptions& options_;
    Mount volume_;
};

void Builder::write_journal() {
    if (options_.journal == Journal::empty) {
        return;
    }
    const Inode inode(ntfs_inode_open(volume_.get(), FILE_LogFile));
    const Attribute data(ntfs_attr_open(inode.get(), AT_DATA, AT_UNNAMED, 0));
    if (!data) {
        fail("no $LogFile");
    }
    const Bytes pages =
        restart_pages(static_cast<std::uint64_t>(data->data_size), options_.journal);
    const auto size = static_cast<s64>(pages.size());
    if (ntfs_attr_pwrite(data.get(), 0, size, pages.data()) != size) {
        fail("cannot write $LogFile");
    }
}

}  // namespace

Bytes descriptor_of_hives() {
    // O:SYG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA), self-relative.
    static constexpr unsigned char descriptor[] = {
        1,  0, 0x04, 0x90, 72,   0, 0,    0, 84, 0, 0, 0,
        0,  0, 0,    0,    20,   0, 0,    0,  // head
        2,  0, 52,   0,    2,    0, 0,    0,  // DACL
        0,  0, 20,   0,    0xff, 1, 0x1f, 0, 1,  1, 0, 0,
        0,  0, 0,    5,    18,   0, 0,    0,  // SYSTEM
        0,  0, 24,   0,    0xff, 1, 0x1f, 0, 1,  2, 0, 0,
        0,  0, 0,    5,    32,   0, 0,    0,                // Administrators
        32, 2, 0,    0,                                     //
        1,  1, 0,    0,    0,    0, 0,    5, 18, 0, 0, 0,   // owner
        1,  1, 0,    0,    0,    0, 0,    5, 18, 0, 0, 0};  // group
    const auto* bytes = static_cast<const std::byte*>(static_cast<const void*>(descriptor));
    return Bytes(bytes, bytes + sizeof descriptor);
}

void make_ntfs_image(const std::string& path, const NtfsImageOptions& options) {
    std::filesystem::remove(path);
    std::ofstream(path).close();
    std::filesystem::resize_file(path, options.size_bytes);
    run_mkntfs(path, options);
    Builder(path, options).fill();
}

Bytes ntfs_image(const NtfsImageOptions& options) {
    const TempFolder folder;
    make_ntfs_image(folder / "volume", options);
    return read_file(folder / "volume");
}

}  // namespace nlafix::test
