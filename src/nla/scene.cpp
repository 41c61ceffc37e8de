// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/scene.h"

#include <vector>

#include "base/error.h"
#include "nla/firewall.h"
#include "nla/key_path.h"
#include "regf/key_value.h"

namespace nlafix::nla {
namespace {

// Windows has some hundred services and rules of its firewall; more of a hostile hive are not read.
constexpr std::size_t most_subkeys = 256;
constexpr std::size_t most_values = 4096;

bool says_something(const Observation& seen) {
    return seen.is_present() && !seen.text.empty();
}

/// A member has the SID of its domain in SECURITY. In SYSTEM it has a domain as its DNS name, or
/// has found a site of it, which are good signs; a domain controller says so itself.
bool looks_like_a_member(const Scene& scene) {
    if (scene.look(text_in("Control\\ProductOptions", "ProductType")).text == "LanmanNT") {
        return true;
    }
    const Observation sid =
        scene.look({HiveRole::security, "Policy\\PolPrDmS", "", Content::bytes});
    if (sid.is_present()) return !sid.data.empty();
    const std::string tcpip = "Services\\Tcpip\\Parameters";
    return says_something(scene.look(text_in(tcpip, "NV Domain"))) ||
           says_something(scene.look(text_in(tcpip, "Domain"))) ||
           says_something(scene.look(text_in("Services\\Netlogon\\Parameters", "DynamicSiteName")));
}

/// Something that every Windows has, and that a hive which is cut down lacks.
bool looks_whole(const Scene& scene) {
    const Observation installing =
        scene.look({HiveRole::system_root, "Setup", "SystemSetupInProgress"});
    if (installing.is_present() && installing.number == 1) return false;
    try {
        return scene.has_key("Services\\RpcSs") && scene.has_key("Control\\Terminal Server");
    } catch (const Error&) {
        return false;
    }
}

}  // namespace

const regf::Cells* Surroundings::hive(HiveRole role) const {
    switch (role) {
        case HiveRole::software: return software;
        case HiveRole::security: return security;
        case HiveRole::sam: return sam;
        case HiveRole::system:
        case HiveRole::system_root:
        case HiveRole::volume: break;
    }
    return nullptr;
}

bool Surroundings::has(HiveRole role) const {
    const bool in_system = role == HiveRole::system || role == HiveRole::system_root;
    return in_system || (role == HiveRole::volume ? files != nullptr : hive(role) != nullptr);
}

Scene::Scene(const regf::KeyNode& system_root, const system::ControlSet& set,
             system::Generation generation, const Surroundings& surroundings)
    : system_root_(system_root), set_(set), generation_(generation), around_(surroundings) {
    in_domain_ = looks_like_a_member(*this);
    is_whole_ = looks_whole(*this);
}

Scene::~Scene() = default;

Observation Scene::look(const Place& place) const {
    if (place.hive == HiveRole::system) return observe(set_.key, set_.number, place);
    if (place.hive == HiveRole::system_root) return observe(system_root_, 0, place);
    Observation absent;
    absent.place = place;
    const regf::Cells* hive = around_.hive(place.hive);
    if (hive == nullptr) return absent;
    try {
        return observe(regf::root_key(*hive), 0, place);
    } catch (const Error&) {
        return absent;  // a hive without a root: who read it has said so
    }
}

bool Scene::has_key(std::string_view path) const {
    return key_at(path).has_value();
}

std::optional<regf::KeyNode> Scene::key_at(std::string_view path) const {
    std::vector<std::string> names;
    const std::string place = system::control_set_name(set_.number) + "\\" + std::string(path);
    return walk_to_key(set_.key, path, place, names);
}

std::vector<std::string> Scene::subkeys_of(std::string_view path) const {
    std::vector<std::string> names;
    const auto key = key_at(path);
    if (!key) return names;
    for (const regf::CellOffset offset : key->subkeys()) {
        if (names.size() == most_subkeys) break;
        names.push_back(regf::KeyNode(key->cells(), offset).name().utf8());
    }
    return names;
}

std::vector<std::string> Scene::value_names_of(std::string_view path) const {
    std::vector<std::string> names;
    const auto key = key_at(path);
    if (!key) return names;
    for (const regf::CellOffset offset : key->values()) {
        if (names.size() == most_values) break;
        names.push_back(regf::KeyValue(key->cells(), offset).name().utf8());
    }
    return names;
}

std::vector<Observation> Scene::texts_in(const std::string& path, HiveRole hive) const {
    std::vector<Observation> texts;
    Observation seen;
    seen.place = {hive, path, "", Content::text};
    regf::KeyNode top = set_.key;
    if (hive == HiveRole::system) {
        seen.control_set = set_.number;
        seen.path = {set_.key.name().utf8()};
    } else if (const regf::Cells* other = around_.hive(hive)) {
        top = regf::root_key(*other);
    } else {
        return texts;
    }
    const auto key = walk_to_key(top, path, key_of(seen), seen.path);
    if (!key) return texts;
    seen.key_node = key->offset();
    for (const regf::CellOffset offset : key->values()) {
        if (texts.size() == most_values) break;
        try {
            const regf::KeyValue value(key->cells(), offset);
            Observation text = seen;
            text.place.value = text.stored_name = value.name().utf8();
            read_data(value.type(), value.data(), text);
            texts.push_back(std::move(text));
        } catch (const Error&) {
            // One that is damaged, or no text, spoils no other.
        }
    }
    return texts;
}

const Firewall& Scene::firewall(std::uint32_t port) const {
    const auto known = firewalls_.find(port);
    return known != firewalls_.end()
               ? known->second
               : firewalls_.emplace(port, Firewall(*this, port)).first->second;
}

bool Scene::is_remote_desktop_on() const {
    const Observation off = look(number_in("Control\\Terminal Server", "fDenyTSConnections"));
    return off.is_present() && (off.number == 0 || around_.switches_remote_desktop_on);
}

}  // namespace nlafix::nla
