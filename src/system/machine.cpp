// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/machine.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/file_time.h"
#include "base/text.h"
#include "regf/key_value.h"
#include "system/quiet_reader.h"

namespace nlafix::system {
namespace {

constexpr const char* tcpip = "Services\\Tcpip\\Parameters";
constexpr std::size_t most_interfaces = 256;
constexpr std::size_t most_addresses = 16;

/// What gives a platform away: a service, or the first word of the maker that the firmware names.
struct Sign {
    const char* found;
    const char* platform;
};

constexpr std::array<Sign, 5> makers = {{
    {"Amazon", "Amazon EC2"},
    {"Google", "Google Cloud"},
    {"Alibaba Cloud", "Alibaba Cloud"},
    {"Tencent Cloud", "Tencent Cloud"},
    {"VMware", "VMware"},
}};

// Agents say more than drivers; vmbus and its like are in every Windows since 7, and say nothing.
constexpr std::array<Sign, 20> services = {{
    {"WindowsAzureGuestAgent", "Microsoft Azure"},
    {"RdAgent", "Microsoft Azure"},
    {"AmazonSSMAgent", "Amazon EC2"},
    {"Ec2Config", "Amazon EC2"},
    {"GCEAgent", "Google Cloud"},
    {"AliyunService", "Alibaba Cloud"},
    {"BaradAgentSvc", "Tencent Cloud"},
    {"StargateSvc", "Tencent Cloud"},
    {"ena", "Amazon EC2"},
    {"AWSNVMe", "Amazon EC2"},
    {"gvnic", "Google Cloud"},
    {"VMTools", "VMware"},
    {"vmxnet3ndis6", "VMware"},
    {"VBoxGuest", "VirtualBox"},
    {"xenvbd", "Xen"},
    {"xenbus", "Xen"},
    {"QEMU-GA", "KVM"},
    {"netkvm", "KVM"},
    {"viostor", "KVM"},
    {"vioscsi", "KVM"},
}};

std::string text_below(const regf::KeyNode& from, const char* path, const char* value) {
    const auto key = key_at(from, path);
    return key ? text_at(*key, value) : std::string();
}

Role role_of(const regf::KeyNode& set) {
    const std::string type = text_below(set, "Control\\ProductOptions", "ProductType");
    if (equal_ignoring_ascii_case(std::string_view(type), "WinNT")) return Role::workstation;
    if (equal_ignoring_ascii_case(std::string_view(type), "ServerNT")) return Role::server;
    if (equal_ignoring_ascii_case(std::string_view(type), "LanmanNT")) {
        return Role::domain_controller;
    }
    return Role::unknown;
}

/// A name of the LSA: length, maximum, offset, then UTF-16.
std::string lsa_name(const regf::KeyNode& policy, const char* key_name) {
    const auto key = key_at(policy, key_name);
    const auto data = key ? data_at(*key, "", any_type, 1024) : std::nullopt;
    if (!data || data->size() < 8) return {};
    const std::size_t length = u16_at(*data, 0);
    const std::size_t offset = u32_at(*data, 4);
    if (!range_is_inside(offset, length, data->size())) return {};
    return utf8_of(utf16_units(ByteView(*data).subspan(offset, length)));
}

/// A member has the SID of its domain in SECURITY; SYSTEM has a good guess only.
void read_domain(const regf::KeyNode& set, const regf::Cells* security, Machine& machine) {
    const auto policy = [&]() -> std::optional<regf::KeyNode> {
        if (security == nullptr) return std::nullopt;
        try {
            return key_at(regf::root_key(*security), "Policy");
        } catch (const Error&) {
            return std::nullopt;
        }
    }();
    const auto sid = policy ? key_at(*policy, "PolPrDmS") : std::nullopt;
    const auto sid_bytes = sid ? data_at(*sid, "", any_type, 1024) : std::nullopt;
    if (sid_bytes) {
        machine.domain_is_known = true;
        if (sid_bytes->empty()) return;
        machine.domain = lsa_name(*policy, "PolDnDDN");
        if (machine.domain.empty()) machine.domain = lsa_name(*policy, "PolPrDmN");
        return;
    }
    // Netlogon starts by itself in a domain only; a name alone may be a mere suffix.
    const auto netlogon = key_at(set, "Services\\Netlogon");
    if (machine.role == Role::domain_controller ||
        (netlogon && number_at(*netlogon, "Start") == 2U)) {
        machine.domain = text_below(set, tcpip, "NV Domain");
        if (machine.domain.empty()) machine.domain = text_below(set, tcpip, "Domain");
    }
}

void add_address(const std::string& address, std::vector<std::string>& addresses) {
    if (address.empty() || address == "0.0.0.0" || addresses.size() == most_addresses) return;
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
        addresses.push_back(address);
    }
}

std::vector<std::string> addresses_of(const regf::KeyNode& set) {
    std::vector<std::string> addresses;
    const auto interfaces = key_at(set, std::string(tcpip) + "\\Interfaces");
    if (!interfaces) return addresses;
    for (const std::string& name : subkeys_of(*interfaces, most_interfaces)) {
        const auto card = key_at(*interfaces, name);
        if (!card) continue;
        if (number_at(*card, "EnableDHCP").value_or(0) != 0) {
            add_address(text_at(*card, "DhcpIPAddress"), addresses);
            continue;
        }
        for (const std::string& address : strings_at(*card, "IPAddress")) {
            add_address(address, addresses);
        }
    }
    return addresses;
}

std::optional<std::uint64_t> last_shutdown_of(const regf::KeyNode& set) {
    const auto key = key_at(set, "Control\\Windows");
    const auto data = key ? data_at(*key, "ShutdownTime", any_type, 8) : std::nullopt;
    if (!data || data->size() != 8 || !is_plausible_time(u64_at(*data, 0))) return std::nullopt;
    return u64_at(*data, 0);
}

void add_part(std::string& line, const std::string& part) {
    if (part.empty()) return;
    line += (line.empty() ? "" : ", ") + part;
}

}  // namespace

const char* word_of(Role role) {
    switch (role) {
        case Role::workstation: return "workstation";
        case Role::server: return "server";
        case Role::domain_controller: return "domain-controller";
        case Role::unknown: break;
    }
    return "";
}

std::string platform_of(const regf::KeyNode& set) {
    const auto hardware = key_at(regf::root_key(set.cells()), "HardwareConfig");
    const std::string last = hardware ? text_at(*hardware, "LastConfig") : std::string();
    const auto config = last.empty() ? std::nullopt : key_at(*hardware, last);
    const std::string maker = config ? text_at(*config, "SystemManufacturer") : std::string();
    const std::string product = config ? text_at(*config, "SystemProductName") : std::string();
    for (const Sign& sign : makers) {
        if (maker.starts_with(sign.found)) return sign.platform;
    }
    const bool is_hyper_v = maker == "Microsoft Corporation" && product == "Virtual Machine";
    const auto all = key_at(set, "Services");
    for (const Sign& sign : services) {
        if (all && key_at(*all, sign.found)) {
            // The hardware is the last that Windows ran on; an agent may be of an earlier one.
            if (maker.empty() || is_hyper_v || std::string_view(sign.platform) != "KVM") {
                return sign.platform;
            }
        }
    }
    if (is_hyper_v) return "Hyper-V or Microsoft Azure";
    return product.empty() || maker.empty() ? maker + product : maker + " " + product;
}

bool is_cloud(std::string_view platform) {
    static constexpr std::string_view clouds[] = {"Microsoft Azure", "Amazon EC2", "Google Cloud",
                                                  "Alibaba Cloud", "Tencent Cloud"};
    return std::ranges::find(clouds, platform) != std::end(clouds);
}

Machine read_machine(const regf::KeyNode& set, const regf::Cells* security) {
    Machine machine;
    machine.computer_name = text_below(set, "Control\\ComputerName\\ComputerName", "ComputerName");
    if (machine.computer_name.empty())
        machine.computer_name = text_below(set, tcpip, "NV Hostname");
    machine.role = role_of(set);
    read_domain(set, security, machine);
    machine.last_shutdown = last_shutdown_of(set);
    machine.time_zone = text_below(set, "Control\\TimeZoneInformation", "TimeZoneKeyName");
    machine.platform = platform_of(set);
    machine.addresses = addresses_of(set);
    return machine;
}

std::string line_of(const Machine& machine) {
    std::string line = machine.computer_name;
    if (!machine.domain.empty()) line += (line.empty() ? "in " : " in ") + machine.domain;
    switch (machine.role) {
        case Role::workstation: add_part(line, "workstation"); break;
        case Role::server: add_part(line, "server"); break;
        case Role::domain_controller: add_part(line, "domain controller"); break;
        case Role::unknown: break;
    }
    add_part(line, machine.platform);
    if (machine.last_shutdown) {
        add_part(line, "last shut down " + readable_time(*machine.last_shutdown));
    }
    for (const std::string& address : machine.addresses) add_part(line, address);
    return line;
}

}  // namespace nlafix::system
