// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/scene.h"

#include <vector>

#include "base/error.h"
#include "nla/key_path.h"

namespace nlafix::nla {
namespace {

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
    std::vector<std::string> names;
    return walk_to_key(set_.key, path, system::control_set_name(set_.number) + "\\", names)
        .has_value();
}

}  // namespace nlafix::nla
