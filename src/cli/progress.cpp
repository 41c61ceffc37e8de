// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/progress.h"

#include <fmt/format.h>

#include "base/text.h"
#include "os/terminal.h"

namespace nlafix::cli {
namespace {

constexpr std::chrono::seconds patience{1};
constexpr std::string_view clear_line = "\r\x1b[K";

}  // namespace

std::string progress_text(const std::string& target, const std::string& step,
                          std::chrono::seconds elapsed) {
    // Short enough for one line: a longer one could not be taken away.
    constexpr std::size_t most_characters = 40;
    std::string name = escaped(target);
    if (name.size() > most_characters) name = "..." + name.substr(name.size() - most_characters);
    return fmt::format("{}: {}, {} s", well_formed_utf8(name), step, elapsed.count());
}

Progress::Progress(bool wanted) {
    if (wanted && os::is_terminal(os::Stream::errors)) thread_ = std::thread([this] { run(); });
}

Progress::~Progress() {
    if (!thread_.joinable()) return;
    end();
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Progress::begin(const std::string& target) {
    const std::lock_guard<std::mutex> lock(mutex_);
    target_ = target;
    step_ = "opening";
    began_ = Clock::now();
    changed_.notify_all();
}

void Progress::step(const char* what) {
    const std::lock_guard<std::mutex> lock(mutex_);
    step_ = what;
}

void Progress::end() {
    const std::lock_guard<std::mutex> lock(mutex_);
    target_.clear();
    if (shown_) static_cast<void>(os::write_all(os::Stream::errors, clear_line));
    shown_ = false;
}

void Progress::run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!stopping_) {
        if (target_.empty()) {
            changed_.wait(lock);
            continue;
        }
        // Seconds are whole ones: the line changes once in each.
        changed_.wait_for(lock, patience);
        const auto elapsed = Clock::now() - began_;
        if (target_.empty() || elapsed < patience) continue;
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(elapsed);
        static_cast<void>(os::write_all(
            os::Stream::errors, std::string(clear_line) + progress_text(target_, step_, seconds)));
        shown_ = true;
    }
}

}  // namespace nlafix::cli
