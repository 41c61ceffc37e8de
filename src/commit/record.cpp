// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/record.h"

#include <span>
#include <utility>

#include "base/error.h"
#include "commit/private_file.h"
#include "os/paths.h"

namespace nlafix::commit {
namespace {

/// Someone else's folder, or one on a volume that is mounted read-only.
bool says_no_to_new_files(const Error& error) {
    return error.code() == ErrorCode::no_permission || error.code() == ErrorCode::read_only;
}

void remove_marker(os::System& system, const std::string& target) {
    if (os::status_if_any(system, marker_path(target), false)) {
        os::remove(system, marker_path(target));
    }
    // Also where it was gone already, for its making may have failed half-way.
    os::flush_folder(system, os::folder_of(target));
}

}  // namespace

std::string marker_path(const std::string& target) {
    return target + ".nlafix-writing";
}

std::optional<std::string> read_marker(os::System& system, const std::string& target) {
    constexpr std::size_t most_bytes = 4096;
    const std::string path = marker_path(target);
    const auto status = os::status_if_any(system, path, false);
    if (!status || status->kind != os::FileKind::regular) return std::nullopt;
    const Bytes bytes = os::File::open_itself(system, path).read_range(0, most_bytes);
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    // One that was cut lacks its end, or has zeros in it.
    if (!text.ends_with(".json\n") || text.find('\0') != std::string::npos) return std::nullopt;
    text.pop_back();
    if (!os::is_absolute(text)) return std::nullopt;
    return text;
}

Record::Record(os::System& system, const Subject& subject, std::string manifest)
    : system_(system),
      subject_(subject),
      manifest_(std::move(manifest)),
      lies_elsewhere_(os::folder_of(manifest_) != os::folder_of(subject.stem) ||
                      !os::name_of(manifest_).starts_with(os::name_of(subject.stem) + ".nlafix-")) {
}

void Record::begin(State state, const os::File& like) const {
    if (subject_.is_file && lies_elsewhere_ && state != State::logging) ensure_marker(like);
    put_state(system_, manifest_, state);
}

void Record::end(State state) const {
    put_state(system_, manifest_, state);
    // An undo that could not begin leaves the cut write as it found it.
    const bool is_under_way = state == State::writing || state == State::undoing;
    if (subject_.is_file && lies_elsewhere_ && !is_under_way)
        remove_marker(system_, subject_.target);
}

bool Record::end_quietly(State state) const {
    try {
        end(state);
        return true;
    } catch (const Error&) {
        return false;
    }
}

void Record::ensure_marker(const os::File& like) const {
    const std::string path = marker_path(subject_.target);
    const std::string folder = os::folder_of(path);
    const auto marked = read_marker(system_, subject_.target);
    // By name, for the disks may be mounted elsewhere now.
    if (marked && os::name_of(*marked) == os::name_of(manifest_)) {
        // The hive may be cut: its marker must not go for a moment. Whoever made it may have been
        // killed before it was on the disk.
        os::OpenOptions options;
        options.write = true;
        options.follow_links = false;
        os::File::open(system_, path, options).flush();
        os::flush_folder(system_, folder);
        return;
    }
    try {
        put_marker(like);
    } catch (const Error& error) {
        if (!subject_.is_disk || !says_no_to_new_files(error)) throw;
    }
}

void Record::put_marker(const os::File& like) const {
    const std::string path = marker_path(subject_.target);
    const std::string folder = os::folder_of(path);
    // Another one was left by a write that is finished or never began; else it was refused before.
    remove_marker(system_, subject_.target);
    const std::string text = manifest_ + "\n";
    write_private_file(path, like, std::as_bytes(std::span(text)));
    try {
        os::flush_folder(system_, folder);
    } catch (const Error&) {
        os::remove_quietly(system_, path);
        throw;
    }
}

}  // namespace nlafix::commit
