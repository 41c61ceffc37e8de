// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/firewall.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "nla/system_path.h"

namespace nlafix::nla {
namespace {

constexpr const char* settings_key = "Services\\SharedAccess\\Parameters\\FirewallPolicy";

std::size_t index_of(Profile profile) {
    return static_cast<std::size_t>(profile);
}

/// As the keys of the profiles are called. The private one kept the name it had before Vista.
const char* key_name(Profile profile) {
    switch (profile) {
        case Profile::domain: return "DomainProfile";
        case Profile::home: return "StandardProfile";
        case Profile::open: break;
    }
    return "PublicProfile";
}

using Fields = std::multimap<std::string, std::string>;

/// "Key=value" between bars, keys in small letters; values too.
Fields fields_of(std::string_view text) {
    Fields fields;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('|'), text.size());
        const std::string_view field = text.substr(0, end);
        const std::size_t equals = field.find('=');
        if (equals != std::string_view::npos) {
            fields.emplace(ascii_lower_case(std::string(field.substr(0, equals))),
                           ascii_lower_case(std::string(field.substr(equals + 1))));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return fields;
}

/// True where the field is not there at all, or one of its values is `value`.
bool is_any_or(const Fields& fields, const char* key, const std::string& value) {
    const auto [first, last] = fields.equal_range(key);
    return first == last ||
           std::any_of(first, last, [&](const auto& field) { return field.second == value; });
}

bool has(const Fields& fields, const char* key, const char* value) {
    const auto [first, last] = fields.equal_range(key);
    return std::any_of(first, last, [&](const auto& field) { return field.second == value; });
}

/// "3389-3400" holds 3389.
bool is_in_range(const std::string& range, std::uint32_t port) {
    const std::size_t dash = range.find('-');
    if (dash == std::string::npos || range.size() > 11) return false;
    const std::string first = range.substr(0, dash), last = range.substr(dash + 1);
    const auto is_number = [](const std::string& text) {
        return !text.empty() && text.size() <= 5 &&
               text.find_first_not_of("0123456789") == std::string::npos;
    };
    return is_number(first) && is_number(last) && std::stoul(first) <= port &&
           port <= std::stoul(last);
}

bool concerns_port(const Fields& fields, std::uint32_t port) {
    const auto ranges = fields.equal_range("lport2_10");
    const bool any_port = fields.count("lport") == 0 && ranges.first == ranges.second;
    const auto [first, last] = fields.equal_range("lport");
    return any_port ||
           std::any_of(first, last,
                       [&](const auto& field) { return field.second == std::to_string(port); }) ||
           std::any_of(ranges.first, ranges.second,
                       [&](const auto& field) { return is_in_range(field.second, port); });
}

/// About Remote Desktop's own process, or every one.
bool concerns_remote_desktop(const Fields& fields) {
    const auto [first, last] = fields.equal_range("app");
    for (auto field = first; field != last; ++field) {
        if (field->second != "system" && file_name(field->second) != "svchost.exe") return false;
    }
    return is_any_or(fields, "svc", "termservice") || has(fields, "svc", "*");
}

/// What makes a rule count for some users, packages or cards only.
bool is_conditional(const Fields& fields) {
    return std::any_of(fields.begin(), fields.end(), [](const auto& field) {
        const std::string& key = field.first;
        return key == "apppkgid" || key == "luown" || key == "iftype" || key == "if" ||
               key == "security" || key == "luauth" || key.compare(0, 3, "ttk") == 0;
    });
}

std::string remote_addresses(const Fields& fields) {
    std::string text;
    for (const auto& [key, value] : fields) {
        const bool is_remote = key == "ra4" || key == "ra6" || key == "ra42" || key == "ra62";
        if (is_remote && value != "*") text += (text.empty() ? "" : ", ") + value;
    }
    return text;
}

std::array<bool, 3> profiles_of(const Fields& fields) {
    if (fields.count("profile") == 0) return {true, true, true};
    return {has(fields, "profile", "domain"), has(fields, "profile", "private"),
            has(fields, "profile", "public")};
}

/// The keys of a profile's policies. A policy of before Vista is one for private networks.
std::vector<std::string> policy_keys(Profile which) {
    const std::string key = std::string(firewall_policies_key) + "\\";
    if (which != Profile::home) return {key + key_name(which)};
    return {key + "PrivateProfile", key + "StandardProfile"};
}

/// The value `name` of a profile: the policy where there is one. Throws Error where it is there and
/// cannot be read.
Observation value_of(const Scene& scene, Profile which, const char* name) {
    std::vector<Place> places;
    for (const std::string& key : policy_keys(which)) {
        places.push_back({HiveRole::software, key, name});
    }
    places.push_back(number_in(std::string(settings_key) + "\\" + key_name(which), name));
    Observation seen;
    for (const Place& place : places) {
        seen = scene.look(place);
        if (seen.state == Observation::State::unreadable) {
            throw Error(seen.trouble_code, key_of(seen) + ": " + name + " " + seen.trouble);
        }
        if (seen.is_present()) break;
    }
    return seen;
}

FirewallProfile read_profile(const Scene& scene, Profile which) {
    const auto number = [&](const char* name, std::uint32_t otherwise) {
        const Observation seen = value_of(scene, which, name);
        return seen.is_present() ? seen.number : otherwise;
    };
    FirewallProfile profile;
    profile.is_on = number("EnableFirewall", 1) != 0;
    // 0 allows; absent, and anything else, blocks.
    profile.allows_by_default = number("DefaultInboundAction", 1) == 0;
    const Observation without = value_of(scene, which, "DoNotAllowExceptions");
    profile.takes_no_exceptions = without.is_present() && without.number != 0;
    profile.is_policy_without_exceptions =
        profile.takes_no_exceptions && without.place.hive == HiveRole::software;
    const Observation merges = value_of(scene, which, "AllowLocalPolicyMerge");
    const bool is_policy = merges.place.hive == HiveRole::software;  // in SYSTEM it says nothing
    profile.takes_local_rules = !(is_policy && merges.is_present() && merges.number == 0);
    return profile;
}

}  // namespace

const char* word_of(Profile profile) {
    switch (profile) {
        case Profile::domain: return "domain";
        case Profile::home: return "private";
        case Profile::open: break;
    }
    return "public";
}

std::optional<FirewallRule> read_rule(std::string id, std::string_view text, std::uint32_t port) {
    const Fields fields = fields_of(text);
    const bool allows = has(fields, "action", "allow"), blocks = has(fields, "action", "block");
    if ((!allows && !blocks) || !has(fields, "dir", "in") || !is_any_or(fields, "protocol", "6") ||
        !concerns_port(fields, port) || !concerns_remote_desktop(fields) ||
        is_conditional(fields)) {
        return std::nullopt;
    }
    FirewallRule rule{std::move(id), has(fields, "active", "true"), blocks, profiles_of(fields),
                      false,         remote_addresses(fields)};
    rule.is_restricted = !rule.remote.empty();
    return rule;
}

Firewall::Firewall(const Scene& scene, std::uint32_t port) : port_(port) {
    const Observation start = scene.look(number_in("Services\\MpsSvc", "Start"));
    const Observation old = scene.look(number_in("Services\\SharedAccess", "Start"));
    for (const Profile which : all_profiles) {
        profiles_[index_of(which)] = read_profile(scene, which);
    }
    if (scene.has_key(firewall_rules_key)) {
        is_known_ = !(start.is_present() && start.number == 4);
        read_rules(scene, HiveRole::system, firewall_rules_key);
        read_rules(scene, HiveRole::software,
                   std::string(firewall_policies_key) + "\\FirewallRules");
    } else if (scene.generation() == system::Generation::xp ||
               scene.generation() == system::Generation::server2003) {
        is_known_ = old.is_present() && old.number != 4 &&
                    scene.has_key(std::string(settings_key) + "\\StandardProfile");
        read_old_ports(scene);
    }
}

void Firewall::read_rules(const Scene& scene, HiveRole hive, const std::string& key) {
    for (const Observation& value : scene.texts_in(key, hive)) {
        auto rule = read_rule(value.stored_name, value.text, port_);
        if (!rule || !rule->is_active) continue;
        rule->is_policy = hive == HiveRole::software;
        rules_.push_back(std::move(*rule));
    }
}

bool Firewall::counts(const FirewallRule& rule, Profile which) const {
    return rule.profiles[index_of(which)] && (rule.is_policy || profile(which).takes_local_rules);
}

/// Before Vista: one value for each port, "3389:TCP:*:Enabled:...".
void Firewall::read_old_ports(const Scene& scene) {
    // There is no public profile then; the standard one stands in for it.
    profiles_[index_of(Profile::open)] = profiles_[index_of(Profile::home)];
    const std::string beginning = std::to_string(port_) + ":tcp:";
    for (const Profile which : {Profile::domain, Profile::home}) {
        const std::string key =
            std::string(settings_key) + "\\" + key_name(which) + "\\GloballyOpenPorts\\List";
        for (const Observation& value : scene.texts_in(key)) {
            const std::string text = ascii_lower_case(value.text);
            if (text.compare(0, beginning.size(), beginning) != 0) continue;
            const std::size_t scope_end = text.find(':', beginning.size());
            if (scope_end == std::string::npos) continue;
            FirewallRule rule{value.stored_name,
                              true,
                              false,
                              {false, false, false},
                              false,
                              text.substr(beginning.size(), scope_end - beginning.size())};
            if (text.compare(scope_end, 8, ":enabled") != 0) continue;
            rule.is_restricted = rule.remote != "*";
            rule.profiles[index_of(which)] = true;
            rule.profiles[index_of(Profile::open)] = which == Profile::home;
            rules_.push_back(std::move(rule));
        }
    }
}

const FirewallProfile& Firewall::profile(Profile which) const {
    return profiles_[index_of(which)];
}

bool Firewall::lets_in(Profile which) const {
    return std::any_of(rules_.begin(), rules_.end(), [this, which](const FirewallRule& rule) {
        return !rule.blocks && counts(rule, which);
    });
}

const FirewallRule* Firewall::blocked_by(Profile which) const {
    const FirewallRule* found = nullptr;
    for (const FirewallRule& rule : rules_) {
        if (!rule.blocks || !counts(rule, which)) continue;
        if (found == nullptr || found->is_restricted) found = &rule;
    }
    return found;
}

const FirewallRule* Firewall::restricted_by(Profile which) const {
    const FirewallRule* found = nullptr;
    for (const FirewallRule& rule : rules_) {
        if (rule.blocks || !counts(rule, which)) continue;
        if (!rule.is_restricted) return nullptr;
        found = &rule;
    }
    return found;
}

}  // namespace nlafix::nla
