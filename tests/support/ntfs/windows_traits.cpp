// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntfs/windows_traits.h"

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdarg>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <vector>

extern "C" {
#include <ntfs-3g/types.h>
// The order is theirs.
#include <ntfs-3g/attrib.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/index.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/unistr.h>
#include <ntfs-3g/volume.h>
}
#undef min
#undef max

namespace nlafix::test {
namespace {

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("cannot ") + what);
}

struct Closer {
    void operator()(ntfs_inode* inode) const { static_cast<void>(ntfs_inode_close(inode)); }
    void operator()(ntfs_attr* attribute) const { ntfs_attr_close(attribute); }
    void operator()(ntfs_attr_search_ctx* search) const { ntfs_attr_put_search_ctx(search); }
    void operator()(ntfs_index_context* index) const { ntfs_index_ctx_put(index); }
    void operator()(ntfschar* units) const { std::free(units); }
};
template <typename Thing>
using Owned = std::unique_ptr<Thing, Closer>;

Owned<ntfs_inode> open(ntfs_volume& volume, const std::string& path) {
    Owned<ntfs_inode> inode(ntfs_pathname_to_inode(&volume, nullptr, path.c_str()));
    require(inode != nullptr, "open a folder or file");
    return inode;
}

Owned<ntfschar> units_of(const std::string& name, int& length) {
    ntfschar* units = nullptr;
    length = ntfs_mbstoucs(name.c_str(), &units);
    require(length > 0, "convert a name");
    return Owned<ntfschar>(units);
}

/// A new file with some content, compressed where that is asked for.
void create(ntfs_volume& volume, const std::string& folder, const std::string& name,
            bool compressed) {
    const Owned<ntfs_inode> parent = open(volume, folder);
    int length = 0;
    const auto units = units_of(name, length);
    ntfs_inode* const created = ntfs_create(parent.get(), const_cpu_to_le32(0), units.get(),
                                            static_cast<u8>(length), S_IFREG);
    require(created != nullptr, "create a neighbour");
    if (compressed) {
        require(ntfs_attr_set_flags(created, AT_DATA, AT_UNNAMED, 0, ATTR_IS_COMPRESSED,
                                    ATTR_COMPRESSION_MASK) == 0,
                "compress a neighbour");
        created->flags = static_cast<FILE_ATTR_FLAGS>(created->flags | FILE_ATTR_COMPRESSED);
    }
    {
        const Owned<ntfs_attr> data(ntfs_attr_open(created, AT_DATA, AT_UNNAMED, 0));
        const std::vector<u8> content(200'000, 'n');
        require(
            data != nullptr && ntfs_attr_pwrite(data.get(), 0, 200'000, content.data()) == 200'000,
            "write a neighbour");
        require(ntfs_attr_pclose(data.get()) == 0, "finish a neighbour");
    }
    require(ntfs_inode_close_in_dir(created, parent.get()) == 0, "close a neighbour");
}

void add_short_name_and_stream(ntfs_volume& volume, const std::string& folder,
                               const std::string& name, const std::string& short_name) {
    const std::string path = folder + "/" + name;
    {
        const Owned<ntfs_inode> file = open(volume, path);
        int length = 0;
        const auto stream = units_of("Zone.Identifier", length);
        const std::string value = "[ZoneTransfer]";
        std::vector<u8> bytes(value.begin(), value.end());
        require(ntfs_attr_add(file.get(), AT_DATA, stream.get(), static_cast<u8>(length),
                              bytes.data(), static_cast<s64>(bytes.size())) == 0,
                "add a stream");
    }
    // Both are closed by the call.
    ntfs_inode* const file = open(volume, path).release();
    ntfs_inode* const parent = open(volume, folder).release();
    require(ntfs_set_ntfs_dos_name(file, parent, short_name.c_str(), short_name.size(), 0) == 0,
            "add a short name");
}

void make_index_stale(ntfs_volume& volume, const std::string& folder, const std::string& name) {
    const Owned<ntfs_inode> file = open(volume, folder + "/" + name);
    const Owned<ntfs_inode> parent = open(volume, folder);
    const Owned<ntfs_attr_search_ctx> search(ntfs_attr_get_search_ctx(file.get(), nullptr));
    require(search != nullptr && ntfs_attr_lookup(AT_FILE_NAME, nullptr, 0, CASE_SENSITIVE, 0,
                                                  nullptr, 0, search.get()) == 0,
            "find the name of the file");
    char* const attribute = reinterpret_cast<char*>(search->attr);
    const void* const key = attribute + le16_to_cpu(search->attr->value_offset);
    const Owned<ntfs_index_context> index(ntfs_index_ctx_get(parent.get(), NTFS_INDEX_I30, 4));
    require(index != nullptr &&
                ntfs_index_lookup(key, static_cast<int>(le32_to_cpu(search->attr->value_length)),
                                  index.get()) == 0,
            "find the file in its folder");
    auto* const entry = static_cast<FILE_NAME_ATTR*>(index->data);
    entry->data_size = cpu_to_sle64(4096);
    entry->allocated_size = cpu_to_sle64(8192);
    ntfs_index_entry_mark_dirty(index.get());
}

}  // namespace

void add_windows_traits(_ntfs_volume& volume, const std::string& folder, const std::string& name) {
    create(volume, folder, "The long name of a neighbour.txt", false);
    create(volume, folder, "COMPRESSED", true);
    add_short_name_and_stream(volume, folder, "The long name of a neighbour.txt", "THELON~1.TXT");
    make_index_stale(volume, folder, name);
}

void hide(_ntfs_inode& inode) {
    inode.flags = static_cast<FILE_ATTR_FLAGS>(inode.flags | FILE_ATTR_HIDDEN);
    NInoFileNameSetDirty(&inode);
    ntfs_inode_mark_dirty(&inode);
}

void add_empty_files(_ntfs_volume& volume, std::size_t count) {
    constexpr std::size_t files_in_a_folder = 1000;
    const auto create_in = [&volume](const std::string& folder, const std::string& name,
                                     mode_t type) {
        const Owned<ntfs_inode> parent = open(volume, folder);
        int length = 0;
        const auto units = units_of(name, length);
        ntfs_inode* const created = ntfs_create(parent.get(), const_cpu_to_le32(0), units.get(),
                                                static_cast<u8>(length), type);
        require(created != nullptr && ntfs_inode_close_in_dir(created, parent.get()) == 0,
                "create an empty file");
    };
    for (std::size_t i = 0; i < count; ++i) {
        const std::string folder = "other" + std::to_string(i / files_in_a_folder);
        if (i % files_in_a_folder == 0) create_in("/", folder, S_IFDIR);
        create_in(folder, "file" + std::to_string(i), S_IFREG);
    }
}

}  // namespace nlafix::test
