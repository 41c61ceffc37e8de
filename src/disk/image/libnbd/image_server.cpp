// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/libnbd/image_server.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

namespace nlafix::disk {
namespace {

// With the connection gone a server closes the image and ends; it may have to wait for a slow disk.
constexpr std::uint32_t patience_ms = 10'000, patience_after_signal_ms = 3'000;
// One that gave up has said why before it closes the connection, but may not have ended yet.
constexpr std::uint32_t last_words_ms = 2'000;
constexpr std::size_t most_error_bytes = 4096;

std::string qemu_name(ImageFormat format) {
    return format == ImageFormat::vhd ? "vpc" : std::string(word_of(format));
}

std::vector<std::string> command_line(const ServedImage& image) {
    // writeback honours our flushes; nothing but what we write may change in the image.
    std::vector<std::string> arguments = {"qemu-nbd",
                                          "--format=" + qemu_name(image.format),
                                          "--cache=writeback",
                                          "--discard=ignore",
                                          "--detect-zeroes=off",
                                          "--shared=1"};
    if (image.access == Access::read) arguments.push_back("--read-only");
    arguments.push_back("--");
    arguments.push_back(image.path);
    return arguments;
}

Error no_qemu_nbd(const std::string& path, ImageFormat format) {
    return Error(ErrorCode::no_image_support, "is an image of the format " +
                                                  std::string(word_of(format)) +
                                                  ", and there is no qemu-nbd to open it")
        .path(path)
        .hint(
            "install it (Debian and Ubuntu: qemu-utils; Fedora, Arch, Alpine: qemu-img); or where "
            "there is a qemu-img, " +
            hint_for(kind_of(format), path));
}

/// On one line, without the name of the program in front of each.
std::string one_line(std::string_view text) {
    constexpr std::string_view program = "qemu-nbd: ";
    std::string line;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view part = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (part.starts_with(program)) part.remove_prefix(program.size());
        if (part.empty()) continue;
        if (!line.empty()) line += "; ";
        line += part;
    }
    return line;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

ImageServer::ImageServer(os::System& system, std::string path)
    : system_(system), path_(std::move(path)), errors_(os::ScratchFile::make(system)) {}

std::unique_ptr<ImageServer> ImageServer::start(os::System& system, const ServedImage& image) {
    std::unique_ptr<ImageServer> server(new ImageServer(system, image.path));
    const os::Handle errors = server->errors_ ? server->errors_->file().handle() : -1;
    const int result =
        system.start_server({command_line(image), errors, image.files}, server->server_);
    if (result == ENOENT) throw no_qemu_nbd(image.path, image.format);
    if (result != 0) {
        throw Error(ErrorCode::io_error, "cannot start qemu-nbd")
            .path(image.path)
            .system_error(result)
            .hint("does \"qemu-nbd --version\" work here? else " +
                  hint_for(kind_of(image.format), image.path));
    }
    server->ended_ = false;
    return server;
}

ImageServer::~ImageServer() {
    if (server_.connection >= 0) static_cast<void>(system_.close(server_.connection));
    if (has_ended(patience_ms)) return;
    static_cast<void>(system_.stop(server_.child, false));
    if (has_ended(patience_after_signal_ms)) return;
    kill();
}

os::Handle ImageServer::take_connection() {
    return std::exchange(server_.connection, -1);
}

bool ImageServer::has_ended(std::uint32_t timeout_ms) noexcept {
    if (ended_) return true;
    // Whatever wait() says but that it still runs: there is nothing left to wait for.
    ended_ = system_.wait(server_.child, timeout_ms, status_) != ETIMEDOUT;
    return ended_;
}

void ImageServer::kill() noexcept {
    if (ended_) return;
    static_cast<void>(system_.stop(server_.child, true));
    static_cast<void>(has_ended(patience_ms));
}

std::string ImageServer::errors_said() {
    if (!errors_) return {};
    const Bytes bytes = errors_->file().read_range(0, most_error_bytes);
    return one_line({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string ImageServer::end_as_text() {
    if (!has_ended(last_words_ms)) return {};
    const std::string said = errors_said();
    return " (qemu-nbd ended with status " + std::to_string(status_) +
           (said.empty() ? ")" : ": " + said + ")");
}

Error ImageServer::why_not_opened(const Error& fallback) {
    const bool ended = has_ended(last_words_ms);
    const std::string said = errors_said();
    if (contains(said, "Is another process using the image") || contains(said, "Failed to lock")) {
        return Error(ErrorCode::in_use,
                     "is in use: a virtual machine or another program has the image")
            .path(path_)
            .hint(
                "shut down the machine that runs on it, or stop that program (lsof names it), "
                "then run this again");
    }
    if (said.empty() && !ended) return fallback;
    if (said.empty()) {
        return Error(ErrorCode::io_error,
                     fallback.bare_message() + ": qemu-nbd ended (" + std::to_string(status_) + ")")
            .path(path_)
            .hint("look at the kernel's log (dmesg); check the image with qemu-img check");
    }
    const bool lacks_permission = contains(said, "Permission denied");
    return Error(lacks_permission ? ErrorCode::no_permission : ErrorCode::malformed_disk,
                 "qemu-nbd cannot open it: " + said)
        .path(path_)
        .hint(lacks_permission
                  ? "run it as root, or as a user who may do this"
                  : "check the image with qemu-img check; if its format was given with "
                    "--format, look at it with qemu-img info");
}

}  // namespace nlafix::disk
