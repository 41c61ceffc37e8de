// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/files_of_image.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "disk/image/image_file.h"
#include "os/paths.h"

namespace nlafix::disk {
namespace {

// An image in pieces of 2 GB has a thousand of them for 2 TB.
constexpr std::size_t most_files = 8192;

/// A format whose references nlafix reads, or `raw` for one that has none.
std::optional<ImageFormat> followed_format(const std::string& qemu_name) {
    static constexpr std::string_view alone[] = {"file", "host_device", "vdi", "parallels", "luks"};
    if (const auto format = image_format_of(qemu_name)) return format;
    if (std::find(std::begin(alone), std::end(alone), qemu_name) == std::end(alone)) {
        return std::nullopt;
    }
    return ImageFormat::raw;
}

/// As qemu judges a file whose format nothing says.
std::optional<ImageFormat> probed_format(const ImageFile& file) {
    const ImageKind* const kind = kind_by_magic(file.read(0, image_head_bytes));
    if (kind != nullptr && kind->format) return kind->format;
    // Those two may have backing files.
    if (kind != nullptr && (kind->name == "qcow" || kind->name == "QED")) return std::nullopt;
    return may_be(file, ImageFormat::vmdk) ? ImageFormat::vmdk : ImageFormat::raw;
}

/// The path that qemu makes of a name in the image `from`; nothing for another protocol than files.
std::optional<std::string> path_of(const std::string& name, const std::string& from) {
    constexpr std::string_view file_protocol = "file:";
    const std::size_t special = name.find_first_of(":/");
    if (special == std::string::npos || name[special] == '/') {
        return os::is_absolute(name) ? name : os::join(os::folder_of(from), name);
    }
    if (!name.starts_with(file_protocol)) return std::nullopt;
    return name.substr(file_protocol.size());
}

class Search {
public:
    explicit Search(os::System& system) : system_(system) {}

    /// What `image` refers to; false where that cannot be followed. Its path is the one that qemu
    /// opens it by.
    bool follow(const os::File& image, ImageFormat format, bool is_writable);
    std::vector<os::ConfinedFile> files;

private:
    struct Image {
        std::string path;
        std::string format;  // what qemu calls it; empty: it is judged by its content
        bool is_writable;
    };
    bool note_references(const os::File& image, ImageFormat format, bool is_writable);
    bool look_into(const Image& image);

    os::System& system_;
    std::set<std::pair<os::FileIdentity, ImageFormat>> seen_;
    std::vector<Image> to_do_;
};

bool Search::note_references(const os::File& image, ImageFormat format, bool is_writable) {
    if (!seen_.insert({image.status().identity, format}).second) return true;
    const auto others = other_files_of(image_file(image), format);
    if (!others) return true;
    if (!others->all_are_named) return false;
    for (const Reference& reference : others->references) {
        const auto path = path_of(reference.name, image.path());
        if (!path) return false;
        const bool is_written = is_writable && reference.is_written;
        files.push_back({-1, *path, is_written});
        to_do_.push_back({*path, reference.format, is_written});
    }
    return files.size() <= most_files;
}

/// Nothing where `path` cannot be read, or is nothing that can be: qemu finds that, too, and says
/// it.
std::optional<os::File> opened(os::System& system, const std::string& path) {
    try {
        const auto kind = os::status_of(system, path, true).kind;
        if (kind != os::FileKind::regular && kind != os::FileKind::block_device)
            return std::nullopt;
        return os::File::open(system, path, {});
    } catch (const Error&) {
        return std::nullopt;
    }
}

bool Search::look_into(const Image& image) {
    const auto file = opened(system_, image.path);
    if (!file) return true;
    try {
        const auto format =
            image.format.empty() ? probed_format(image_file(*file)) : followed_format(image.format);
        return format && note_references(*file, *format, image.is_writable);
    } catch (Error& error) {
        error.default_path(image.path);
        throw;
    }
}

bool Search::follow(const os::File& image, ImageFormat format, bool is_writable) {
    if (!note_references(image, format, is_writable)) return false;
    while (!to_do_.empty()) {
        const Image next = std::move(to_do_.back());
        to_do_.pop_back();
        if (!look_into(next)) return false;
    }
    return true;
}

}  // namespace

std::optional<std::vector<os::ConfinedFile>> files_of_image(const os::File& image,
                                                            ImageFormat format, Access access) {
    const bool is_writable = access == Access::write;
    Search search(image.system());
    search.files.push_back({image.handle(), image.path(), is_writable});
    if (!search.follow(image, format, is_writable)) return std::nullopt;
    return std::move(search.files);
}

}  // namespace nlafix::disk
