// SPDX-License-Identifier: GPL-2.0-or-later
// What the condition of a rule may ask about one Windows, beside the values that it names itself.
// Owns: which hives and files are at hand; the rooms of evidence, each read once and only when a
//   rule asks for it.
// Never: judges what is there.
//
// A room is a type of its own (nla/services.h, nla/firewall.h) that makes something of a part of a
// hive or of the volume. To add one, write it, and give Scene a method that makes it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nla/observation.h"
#include "regf/key_node.h"
#include "system/control_sets.h"
#include "system/generation.h"

namespace nlafix::nla {

class Firewall;

/// A file on the volume.
struct FileFacts {
    std::uint64_t size_bytes = 0;
};

/// The files of the Windows that the hives belong to, found without regard to case. A path is below
/// the Windows folder ("System32\termsrv.dll"); one that begins with "..\" is below the root of the
/// volume.
class WindowsFiles {
public:
    virtual ~WindowsFiles() = default;
    /// The file at `path`; nothing where there is none. Throws Error where that cannot be told.
    virtual std::optional<FileFacts> find(std::string_view path) const = 0;
    /// The names in the folder at `path`; nothing where there is no such folder. Throws Error.
    virtual std::optional<std::vector<std::string>> names_in(std::string_view path) const = 0;
    /// The security descriptor of a file or folder; empty where nobody can tell.
    virtual Bytes security_of(std::string_view path) const = 0;
};

/// What is at hand beside SYSTEM; what is not is null.
struct Surroundings {
    const regf::Cells* software = nullptr;
    const regf::Cells* security = nullptr;
    const regf::Cells* sam = nullptr;
    const WindowsFiles* files = nullptr;
    std::uint64_t now = 0;                    // FILETIME; 0 where nobody knows
    bool switches_remote_desktop_on = false;  // a repair that was asked for does

    /// The hive of that role, of those above.
    const regf::Cells* hive(HiveRole role) const;
    bool has(HiveRole role) const;
};

/// One control set, with everything around it. Not copied: rooms refer to it.
class Scene {
public:
    /// `surroundings` must outlive the object.
    Scene(const regf::KeyNode& system_root, const system::ControlSet& set,
          system::Generation generation, const Surroundings& surroundings);
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;
    ~Scene();

    system::Generation generation() const { return generation_; }
    std::uint32_t control_set() const { return set_.number; }
    /// The key of the control set.
    const regf::KeyNode& set() const { return set_.key; }
    const Surroundings& around() const { return around_; }

    /// The value at `place`; absent where its hive is not at hand. Never throws.
    Observation look(const Place& place) const;
    /// True where the key at `path` below the control set exists. Throws Error(malformed_hive).
    bool has_key(std::string_view path) const;
    // What there is below the control set at `path`, nothing where there is no such key; no more
    // than the first thousands. Throw Error(malformed_hive).
    /// The names of the subkeys, UTF-8.
    std::vector<std::string> subkeys_of(std::string_view path) const;
    /// The names of the values, UTF-8.
    std::vector<std::string> value_names_of(std::string_view path) const;
    /// The values that are a text; others, and damaged ones, are left out. In another hive `path`
    /// is below its root, and nothing is there where the hive is not at hand.
    std::vector<Observation> texts_in(const std::string& path,
                                      HiveRole hive = HiveRole::system) const;

    /// The firewall as it stands to a TCP port. Throws Error where it cannot be read.
    const Firewall& firewall(std::uint32_t port) const;

    /// As SECURITY says, else as far as SYSTEM tells.
    bool in_domain() const { return in_domain_; }
    /// Remote Desktop is on, or is being switched on.
    bool is_remote_desktop_on() const;
    /// False for stubs, for hives that are cut down, and while Windows is being installed: what is
    /// absent there says nothing.
    bool is_whole() const { return is_whole_; }

private:
    std::optional<regf::KeyNode> key_at(std::string_view path) const;

    regf::KeyNode system_root_;
    system::ControlSet set_;
    system::Generation generation_;
    const Surroundings& around_;
    bool in_domain_ = false;
    bool is_whole_ = false;
    mutable std::map<std::uint32_t, Firewall> firewalls_;  // by port
};

}  // namespace nlafix::nla
