// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about SCHANNEL: whether a connection can be encrypted at all. None of them has a repair.
#include <algorithm>
#include <initializer_list>

#include "nla/conditions.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Seen = std::vector<Observation>;

constexpr const char* schannel = "Control\\SecurityProviders\\SCHANNEL\\";

std::vector<Place> enabled_in(const char* folder, std::initializer_list<const char*> names) {
    std::vector<Place> places;
    for (const char* name : names) {
        places.push_back(number_in(std::string(schannel) + folder + "\\" + name, "Enabled"));
    }
    return places;
}

/// TLS 1.0 to 1.2 of the server, two values each.
std::vector<Place> server_versions() {
    std::vector<Place> places;
    for (const char* version : {"TLS 1.0", "TLS 1.1", "TLS 1.2"}) {
        const std::string key = std::string(schannel) + "Protocols\\" + version + "\\Server";
        places.push_back(number_in(key, "Enabled"));
        places.push_back(number_in(key, "DisabledByDefault"));
    }
    return places;
}

bool is_off(const Observation& enabled, const Observation& off_by_default) {
    return (enabled.is_present() && enabled.number == 0) ||
           (off_by_default.is_present() && off_by_default.number != 0);
}

/// On Windows 7 the later versions serve only where both values say so.
bool is_switched_on(const Observation& enabled, const Observation& off_by_default) {
    return enabled.is_present() && enabled.number != 0 && off_by_default.is_present() &&
           off_by_default.number == 0;
}

bool is_10_off(const Seen& seen) {
    return is_off(seen[0], seen[1]);
}

bool is_later_on(const Seen& seen) {
    return is_switched_on(seen[2], seen[3]) || is_switched_on(seen[4], seen[5]);
}

Answer only_10_and_it_is_off(const Seen& seen, const Scene&) {
    return found_if(is_10_off(seen) && !is_later_on(seen));
}

Answer only_later_are_on(const Seen& seen, const Scene&) {
    return found_if(is_10_off(seen) && is_later_on(seen));
}

bool all_are_zero(const Seen& seen) {
    return std::all_of(seen.begin(), seen.end(), [](const Observation& value) {
        return value.is_present() && value.number == 0;
    });
}

Answer hashes_are_off(const Seen& seen, const Scene& scene) {
    const bool is_old =
        scene.generation() != Generation::unknown && scene.generation() <= Generation::win7;
    const bool sha_is_off = seen.front().is_present() && seen.front().number == 0;
    return found_if(is_old ? sha_is_off : all_are_zero(seen));
}

Answer ciphers_are_off(const Seen& seen, const Scene&) {
    return found_if(all_are_zero(seen));
}

bool is_before_10(const Scene& scene) {
    return scene.generation() != Generation::unknown && scene.generation() < Generation::win10;
}

Condition rsa_is_off(std::string when, bool before_10) {
    return {std::move(when), [before_10](const Seen& seen, const Scene& scene) {
                return found_if(seen.front().is_present() && seen.front().number == 0 &&
                                is_before_10(scene) == before_10);
            }};
}

}  // namespace

std::vector<Rule> encryption_rules() {
    return {
        {.code = "tls10-off-on-7",
         .area = Area::encryption,
         .places = server_versions(),
         .since = Generation::win7,
         .until = Generation::win7,
         .cases = {{Severity::blocks,
                    {"TLS 1.0 is off, and neither 1.1 nor 1.2 is switched on (Enabled 1 and "
                     "DisabledByDefault 0)",
                     only_10_and_it_is_off},
                    "no connection could be encrypted: TLS 1.0 is off, and this Windows has "
                    "nothing else switched on"},
                   {Severity::may_block,
                    {"TLS 1.0 is off, and 1.1 or 1.2 is switched on", only_later_are_on},
                    "Remote Desktop of this Windows speaks only TLS 1.0, which is off, unless "
                    "update KB3080079 is installed"}},
         .means = "Windows 7 and Server 2008 R2 do not serve TLS 1.1 and 1.2 unless told to, and "
                  "their Remote Desktop needs an update for it.",
         .advice = "switch TLS 1.0 on for the server until the update is in (Enabled 1 below "
                   "SCHANNEL\\Protocols\\TLS 1.0\\Server), from the recovery environment"},
        {.code = "key-exchange-off",
         .area = Area::encryption,
         .places = enabled_in("KeyExchangeAlgorithms", {"PKCS"}),
         .since = Generation::vista,
         .cases = {{Severity::blocks, rsa_is_off("0, before Windows 10", true),
                    "no connection could be encrypted: the key exchange with RSA is off"},
                   {Severity::may_block, rsa_is_off("0, on Windows 10 and later", false),
                    "some clients cannot connect: the key exchange with RSA is off"}},
         .means = "The certificate that Windows makes for the listener is RSA.",
         .advice = "remove the value Enabled below SCHANNEL\\KeyExchangeAlgorithms\\PKCS, from the "
                   "recovery environment"},
        {.code = "hashes-off",
         .area = Area::encryption,
         .places = enabled_in("Hashes", {"SHA", "SHA256", "SHA384"}),
         .since = Generation::vista,
         .cases = {{Severity::blocks,
                    {"0 for every one; up to Windows 7 for SHA alone", hashes_are_off},
                    "no connection could be encrypted: every hash that TLS needs is off"}},
         .means = "TLS cannot agree on anything without one of them.",
         .advice = "remove the values Enabled below SCHANNEL\\Hashes, from the recovery "
                   "environment"},
        {.code = "ciphers-off",
         .area = Area::encryption,
         .places = enabled_in("Ciphers", {"AES 128/128", "AES 256/256", "Triple DES 168"}),
         .since = Generation::vista,
         .cases = {{Severity::blocks,
                    {"0 for every one", ciphers_are_off},
                    "no connection could be encrypted: every cipher that TLS has is off"}},
         .means = "TLS cannot agree on anything without one of them.",
         .advice = "remove the values Enabled below SCHANNEL\\Ciphers, from the recovery "
                   "environment"},
    };
}

}  // namespace nlafix::nla
