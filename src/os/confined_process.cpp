// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/confined_process.h"

#include <cerrno>
#include <utility>

namespace nlafix::os {
namespace {

constexpr std::size_t length_bytes = 4;

bool send_all(System& system, Handle channel, ByteView bytes) {
    while (!bytes.empty()) {
        std::size_t done = 0;
        bool is_open = true;
        must(
            [&] {
                const int result = system.send(channel, bytes, done);
                is_open = result != EPIPE;
                return is_open ? result : 0;
            },
            "cannot send to a confined process", "memory");
        if (!is_open) return false;
        bytes = bytes.subspan(done);
    }
    return true;
}

/// False where the other end closes before `bytes` are full.
bool receive_all(System& system, Handle channel, MutableByteView bytes) {
    while (!bytes.empty()) {
        std::size_t done = 0;
        must([&] { return system.receive(channel, bytes, done); },
             "cannot receive from a confined process", "memory");
        if (done == 0) return false;
        bytes = bytes.subspan(done);
    }
    return true;
}

}  // namespace

std::vector<std::string> words_of(const Walls& walls) {
    std::vector<std::string> words;
    if (walls.rlimits) words.emplace_back("rlimits");
    if (walls.seccomp) words.emplace_back("seccomp");
    if (walls.landlock) words.emplace_back("landlock");
    return words;
}

bool send_message(System& system, Handle channel, ByteView message) {
    Bytes length(length_bytes);
    put_u32(length, 0, static_cast<std::uint32_t>(message.size()));
    return send_all(system, channel, length) && send_all(system, channel, message);
}

std::optional<Bytes> receive_message(System& system, Handle channel, std::size_t limit_bytes) {
    Bytes length(length_bytes);
    if (!receive_all(system, channel, length)) return std::nullopt;
    const std::uint32_t size_bytes = u32_at(length, 0);
    if (size_bytes > limit_bytes) return std::nullopt;
    Bytes message(size_bytes);
    if (!receive_all(system, channel, message)) return std::nullopt;
    return message;
}

std::optional<ConfinedProcess> ConfinedProcess::start(System& system, const ConfinedJob& job,
                                                      std::string parser) {
    ConfinedChild child;
    bool has_any = true;
    must(
        [&] {
            const int result = system.start_confined(job, child);
            has_any = result != ENOTSUP;
            return has_any ? result : 0;
        },
        "cannot start a process for " + parser, "memory");
    if (!has_any) return std::nullopt;
    return ConfinedProcess(system, job, child, std::move(parser));
}

ConfinedProcess::ConfinedProcess(System& system, const ConfinedJob& job, const ConfinedChild& child,
                                 std::string parser)
    : child_(child),
      channel_(system, child.channel, parser),
      end_(system, child.end, parser),
      cpu_seconds_(job.cpu_seconds),
      parser_(std::move(parser)) {}

Bytes ConfinedProcess::ask(ByteView message, std::size_t limit_bytes) {
    // Whether it took all of it shows in how it ends.
    static_cast<void>(send_message(channel_.system(), child_.channel, message));
    // So that it cannot wait for ever for another one.
    must([&] { return channel_.system().end_sending(child_.channel); },
         "cannot send to a confined process", "memory");
    const std::optional<Bytes> answer =
        receive_message(channel_.system(), child_.channel, limit_bytes);
    channel_.close();
    wait();
    if (!answer) throw stopped("ended without an answer");
    return *answer;
}

void ConfinedProcess::wait() const {
    ConfinedEnd end = ConfinedEnd::crashed;
    must([&] { return end_.system().wait_confined(child_, end); },
         "cannot wait for the end of " + parser_, "memory");
    switch (end) {
        case ConfinedEnd::returned: return;
        case ConfinedEnd::crashed: throw stopped("crashed");
        case ConfinedEnd::forbidden_call:
            throw stopped("asked the system for what it must not have, and was stopped");
        case ConfinedEnd::out_of_time:
            throw stopped("took more than " + std::to_string(cpu_seconds_) +
                          " seconds of processor time, and was stopped");
    }
}

Error ConfinedProcess::stopped(const std::string& did) const {
    return Error(ErrorCode::parser_stopped, parser_ + " " + did)
        .hint("the input may have been made to attack " + parser_ +
              ": keep a copy of it, and repair this Windows with its own tools");
}

}  // namespace nlafix::os
