// SPDX-License-Identifier: GPL-2.0-or-later
// A qemu-nbd that serves one image to us alone.
// Owns: the process, and what it says on its error stream.
// Never: outlives the object.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "disk/image/nbd_device.h"
#include "os/scratch_file.h"
#include "os/system.h"

namespace nlafix::disk {

class ImageServer {
public:
    /// Throws Error(no_image_support) where there is no qemu-nbd.
    static std::unique_ptr<ImageServer> start(os::System& system, const ServedImage& image);
    ImageServer(const ImageServer&) = delete;
    ImageServer& operator=(const ImageServer&) = delete;
    /// Waits for it to end, and makes it end where that takes too long.
    ~ImageServer();

    /// The socket that is connected to it; the caller owns it from then on.
    os::Handle take_connection();
    /// What holds it.
    const os::Walls& walls() const { return server_.walls; }
    /// Why it did not open the image, by what it said; `fallback` where it says nothing. Waits a
    /// moment for it to end.
    Error why_not_opened(const Error& fallback);
    /// " (qemu-nbd ended: ...)" for the end of a message, where it did; waits a moment as well.
    std::string end_as_text();
    /// No reason to be patient with it any more: it was silent for too long.
    void kill() noexcept;

private:
    ImageServer(os::System& system, std::string path);
    std::string errors_said();
    bool has_ended(std::uint32_t timeout_ms) noexcept;

    os::System& system_;
    std::string path_;
    std::optional<os::ScratchFile> errors_;  // nothing where this system has no place for it
    os::Server server_;
    bool ended_ = true;
    int status_ = 0;
};

}  // namespace nlafix::disk
