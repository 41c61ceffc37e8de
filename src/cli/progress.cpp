// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/progress.h"

#include <fmt/format.h>

#include "base/text.h"
#include "os/terminal.h"

namespace nlafix::cli {
namespace {

constexpr std::chrono::seconds patience{1};
constexpr std::chrono::milliseconds redraw_after{50};
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

std::string rate_text(std::size_t done, std::size_t count, std::chrono::milliseconds elapsed) {
    std::string text = fmt::format("{} of {} done", done, count);
    if (done == 0 || elapsed.count() <= 0) return text;
    const double rate = 1000.0 * static_cast<double>(done) / static_cast<double>(elapsed.count());
    // A slow run shows that it moves at all.
    return text + fmt::format(", {:.{}f} a second", rate, rate < 10 ? 1 : 0);
}

Progress::Progress(bool wanted, std::size_t count) : count_(count) {
    if (wanted) thread_ = std::thread([this] { run(); });
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

void Progress::count_one() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++done_;
}

/// Empty while nothing takes long.
std::string Progress::line(Clock::time_point now) const {
    std::string text;
    if (count_ > 1 && now - started_ >= patience) {
        const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - started_);
        text = rate_text(done_, count_, elapsed);
    }
    if (now - began_ >= patience) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - began_);
        text += (text.empty() ? "" : "; ") + progress_text(target_, step_, seconds);
    }
    return text;
}

void Progress::run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!stopping_) {
        if (target_.empty()) {
            changed_.wait(lock);
            continue;
        }
        // Seconds are whole ones: the line changes once in each, and when a report took it away.
        changed_.wait_for(lock, patience);
        const auto now = Clock::now();
        // A fast run begins hundreds of TARGETs in a second.
        if (target_.empty() || now - drawn_ < redraw_after) continue;
        const std::string text = line(now);
        if (text.empty()) continue;
        drawn_ = now;
        static_cast<void>(os::write_all(os::Stream::errors, std::string(clear_line) + text));
        shown_ = true;
    }
}

}  // namespace nlafix::cli
