// SPDX-License-Identifier: GPL-2.0-or-later
// A library that parses what nobody vouches for, in a process that can do no harm.
// Owns: the channel to that process; how messages lie on it; the error where it did not end well.
// Never: believes what the process says. Its files are to be read once it is gone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "os/file.h"

namespace nlafix::os {

/// The words for JSON.
std::vector<std::string> words_of(const Walls& walls);

/// Sends `message` on a channel, from either end. False where nobody reads it any more.
bool send_message(System& system, Handle channel, ByteView message);
/// The next message; nothing at the end of all, or where it is longer than `limit_bytes`.
std::optional<Bytes> receive_message(System& system, Handle channel, std::size_t limit_bytes);

/// Move-only. One that is given up ends by itself: at the next message that it waits for, or when
/// its time is over.
class ConfinedProcess {
public:
    /// Nothing where the system has no such processes. `parser` is the name of what runs in it.
    static std::optional<ConfinedProcess> start(System& system, const ConfinedJob& job,
                                                std::string parser);

    /// Sends `message`, the only one, and waits for the end of the process. Returns its answer, of
    /// at most `limit_bytes`. Throws Error(parser_stopped) when it ended otherwise than by itself,
    /// or without an answer.
    Bytes ask(ByteView message, std::size_t limit_bytes);

    const Walls& walls() const { return child_.walls; }
    /// Error(parser_stopped) for a parser that `did` what it does with no honest input.
    Error stopped(const std::string& did) const;

private:
    ConfinedProcess(System& system, const ConfinedJob& job, const ConfinedChild& child,
                    std::string parser);
    void wait() const;

    ConfinedChild child_;
    File channel_;
    File end_;
    std::uint32_t cpu_seconds_;
    std::string parser_;
};

}  // namespace nlafix::os
