// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/scratch_file.h"

#include <cerrno>
#include <utility>

#include "os/paths.h"

namespace nlafix::os {
namespace {

/// There is no folder to put one into, or none that takes it.
bool is_without_place(int number) {
    return number == ENOENT || number == ENOTDIR || number == EACCES || number == EROFS;
}

}  // namespace

std::optional<ScratchFile> ScratchFile::make(System& system) {
    Scratch scratch;
    bool has_place = true;
    must(
        [&] {
            const int result = system.make_scratch(scratch);
            has_place = !is_without_place(result);
            return has_place ? result : 0;
        },
        "cannot make a private copy", "memory");
    if (!has_place) return std::nullopt;
    return ScratchFile(File(system, scratch.handle, scratch.path), scratch.path,
                       scratch.remove_path);
}

ScratchFile ScratchFile::named(File file) {
    std::string path = file.path();
    return {std::move(file), std::move(path), true};
}

ScratchFile::ScratchFile(File file, std::string path, bool remove_path)
    : file_(std::move(file)), path_(std::move(path)), remove_path_(remove_path) {
    if (remove_path_) must_finish_.emplace();
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept
    : file_(std::move(other.file_)),
      path_(std::move(other.path_)),
      must_finish_(std::move(other.must_finish_)),
      remove_path_(std::exchange(other.remove_path_, false)) {}

ScratchFile::~ScratchFile() {
    if (remove_path_) remove_quietly(file_.system(), path_);
}

}  // namespace nlafix::os
