// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/machine.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "hive_builder.h"
#include "regf/hive.h"
#include "system/image_version.h"
#include "system/product_policy.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using system::Machine;
using Strings = std::vector<std::string>;

namespace {

f::Key key(std::u16string name, std::vector<f::Value> values = {}, std::vector<f::Key> keys = {}) {
    return f::make_key(std::move(name), std::move(values), std::move(keys));
}

f::Value time_value(std::u16string name, std::uint64_t time) {
    Bytes data(8);
    f::put_u64(data, 0, time);
    return f::binary_value(std::move(name), data);
}

/// WEB01, a server whose Netlogon starts by itself, with two cards and an agent.
f::Key tree() {
    const f::Key interfaces = key(
        u"Interfaces", {},
        {key(u"{1}", {f::dword_value(u"EnableDHCP", 0),
                      f::multi_sz_value(u"IPAddress", {u"10.0.0.5", u"10.0.0.6"})}),
         key(u"{2}", {f::dword_value(u"EnableDHCP", 1), f::sz_value(u"DhcpIPAddress", u"10.1.0.9"),
                      f::multi_sz_value(u"IPAddress", {u"192.168.7.7"})}),
         key(u"{3}", {f::multi_sz_value(u"IPAddress", {u"0.0.0.0"})})});
    f::Value zone = f::sz_value(u"TimeZoneKeyName", u"W. Europe Standard Time");
    const Bytes waste = f::utf16(u"waste behind it");
    zone.data.insert(zone.data.end(), waste.begin(), waste.end());
    const f::Key control = key(
        u"Control", {},
        {key(u"ComputerName", {}, {key(u"ComputerName", {f::sz_value(u"ComputerName", u"WEB01")})}),
         key(u"ProductOptions", {f::sz_value(u"ProductType", u"ServerNT")}),
         key(u"TimeZoneInformation", {zone}),
         key(u"Windows", {time_value(u"ShutdownTime", 134398183270000000)})});
    const f::Key services = key(
        u"Services", {},
        {key(u"AmazonSSMAgent"), key(u"vmbus"), key(u"Netlogon", {f::dword_value(u"Start", 2)}),
         key(u"Tcpip", {},
             {key(u"Parameters", {f::sz_value(u"NV Domain", u"corp.example")}, {interfaces})})});
    return key(u"ROOT", {}, {key(u"ControlSet001", {}, {control, services})});
}

const std::u16string set_path = u"ControlSet001";

Machine read(const f::Key& root, const f::Key* security = nullptr) {
    const f::Built built = f::build(root);
    const regf::Hive hive(built.bytes);
    const regf::KeyNode set = *regf::find_key(regf::root_key(hive), "ControlSet001");
    if (security == nullptr) return system::read_machine(set, nullptr);
    const f::Built other = f::build(*security);
    const regf::Hive cells(other.bytes);
    return system::read_machine(set, &cells);
}

Bytes lsa_name(std::u16string_view text) {
    const auto size = static_cast<unsigned>(2 * text.size());
    Bytes data = f::bytes({size, 0, size, 0, 8, 0, 0, 0});
    const Bytes name = f::utf16(text);
    data.insert(data.end(), name.begin(), name.end());
    return data;
}

f::Key security(Bytes sid) {
    return key(
        u"R", {},
        {key(u"Policy", {},
             {key(u"PolPrDmS", {f::make_value(u"", f::reg_none, std::move(sid))}),
              key(u"PolPrDmN", {f::make_value(u"", f::reg_none, lsa_name(u"CORP"))}),
              key(u"PolDnDDN", {f::make_value(u"", f::reg_none, lsa_name(u"ad.corp.example"))})})});
}

}  // namespace

TEST_CASE("A machine is told by its name, domain, role, shutdown, zone, platform and addresses") {
    const Machine machine = read(tree());
    CHECK(machine.computer_name == "WEB01");
    CHECK(machine.domain == "corp.example");
    CHECK_FALSE(machine.domain_is_known);
    CHECK(std::string(word_of(machine.role)) == "server");
    CHECK(machine.last_shutdown == 134398183270000000);
    CHECK(machine.time_zone == "W. Europe Standard Time");
    CHECK(machine.platform == "Amazon EC2");
    CHECK(machine.addresses == Strings{"10.0.0.5", "10.0.0.6", "10.1.0.9"});
    CHECK(line_of(machine) ==
          "WEB01 in corp.example, server, Amazon EC2, last shut down 2026-11-22 10:52 UTC, "
          "10.0.0.5, 10.0.0.6, 10.1.0.9");
}

TEST_CASE("SECURITY knows whether the machine is in a domain, SYSTEM guesses") {
    const f::Key member = security(f::bytes({1, 4}));
    Machine machine = read(tree(), &member);
    CHECK(machine.domain == "ad.corp.example");
    CHECK(machine.domain_is_known);
    const f::Key workgroup = security({});
    machine = read(tree(), &workgroup);
    CHECK(machine.domain == "");
    CHECK(machine.domain_is_known);
    // A DNS suffix alone is no domain.
    f::Key root = tree();
    f::value_at(root, u"ControlSet001\\Services\\Netlogon", u"Start").data = f::dword(3);
    CHECK(read(root).domain == "");
}

TEST_CASE("What is absent or broken is left out") {
    CHECK_FALSE(read(key(u"ROOT", {}, {key(u"ControlSet001")})).is_known());
    struct Row {
        std::string what;
        std::function<void(f::Key&)> change;
        std::function<bool(const Machine&)> holds;
    };
    const auto value = [](const char16_t* path, const char16_t* name, Bytes data) {
        return [=](f::Key& root) { f::value_at(root, path, name).data = data; };
    };
    const char16_t* windows = u"ControlSet001\\Control\\Windows";
    const char16_t* name = u"ControlSet001\\Control\\ComputerName\\ComputerName";
    for (const Row& row :
         {Row{"a shutdown of 4 bytes", value(windows, u"ShutdownTime", Bytes(4)),
              [](const Machine& m) { return !m.last_shutdown; }},
          Row{"a shutdown in 1601", value(windows, u"ShutdownTime", Bytes(8)),
              [](const Machine& m) { return !m.last_shutdown; }},
          Row{"a shutdown in the year 60000",
              value(windows, u"ShutdownTime", Bytes(8, std::byte{0xff})),
              [](const Machine& m) { return !m.last_shutdown; }},
          Row{"a name of 5,000 bytes", value(name, u"ComputerName", Bytes(5000, std::byte{65})),
              [](const Machine& m) { return m.computer_name.empty(); }},
          Row{"a role that nobody knows",
              value(u"ControlSet001\\Control\\ProductOptions", u"ProductType", f::sz(u"Toaster")),
              [](const Machine& m) { return m.role == system::Role::unknown; }}}) {
        CAPTURE(row.what);
        f::Key root = tree();
        row.change(root);
        CHECK(row.holds(read(root)));
    }
}

TEST_CASE("The platform is what the firmware says, or whose agents and drivers there are") {
    struct Row {
        std::u16string maker, product, service;
        std::string expected;
    };
    for (const Row& row :
         {Row{u"Amazon EC2", u"t3.micro", u"x", "Amazon EC2"},
          Row{u"Dell Inc.", u"OptiPlex 7050", u"x", "Dell Inc. OptiPlex 7050"},
          Row{u"QEMU", u"Standard PC", u"viostor", "QEMU Standard PC"},
          Row{u"Microsoft Corporation", u"Virtual Machine", u"x", "Hyper-V or Microsoft Azure"},
          Row{u"Microsoft Corporation", u"Virtual Machine", u"RdAgent", "Microsoft Azure"},
          Row{u"", u"", u"viostor", "KVM"}, Row{u"", u"", u"VBoxGuest", "VirtualBox"},
          Row{u"", u"", u"vmbus", ""}}) {
        f::Key root = tree();
        f::Key& services = f::at(root, u"ControlSet001\\Services");
        f::erase_key(services, u"AmazonSSMAgent");
        services.subkeys.push_back(key(row.service == u"vmbus" ? u"y" : row.service));
        if (!row.maker.empty()) {
            root.subkeys.push_back(
                key(u"HardwareConfig", {f::sz_value(u"LastConfig", u"{9}")},
                    {key(u"{9}", {f::sz_value(u"SystemManufacturer", row.maker),
                                  f::sz_value(u"SystemProductName", row.product)})}));
        }
        CHECK(read(root).platform == row.expected);
    }
}

namespace {

Bytes policy_entry(std::u16string_view name, unsigned type, const Bytes& data) {
    const Bytes text = f::utf16(name);
    const auto size = static_cast<unsigned>(16 + text.size() + data.size());
    Bytes entry = f::bytes({size & 0xff, size >> 8, static_cast<unsigned>(text.size()), 0, type, 0,
                            static_cast<unsigned>(data.size()), 0, 0, 0, 0, 0, 0, 0, 0, 0});
    entry.insert(entry.end(), text.begin(), text.end());
    entry.insert(entry.end(), data.begin(), data.end());
    return entry;
}

Bytes product_policy() {
    Bytes all(20);
    for (const Bytes& entry : {policy_entry(u"Kernel-EditionName", 1, f::sz(u"Professional")),
                               policy_entry(u"Some-Number", 4, f::dword(7))}) {
        all.insert(all.end(), entry.begin(), entry.end());
    }
    return all;
}

f::Key licensed(Bytes policy, std::u16string_view tag) {
    f::Key root = tree();
    f::at(root, u"ControlSet001\\Control\\ProductOptions")
        .values.push_back(f::binary_value(u"ProductPolicy", std::move(policy)));
    root.subkeys.push_back(key(u"Setup", {f::multi_sz_value(u"CloneTag", {tag})}));
    return root;
}

}  // namespace

TEST_CASE("The product policy gives numbers and texts by their names, and no byte beyond it") {
    const Bytes whole = product_policy();
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const f::Built built = f::build(
            licensed(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)), u""));
        const regf::Hive hive(built.bytes);
        const system::ProductPolicy policy(*regf::find_key(regf::root_key(hive), "ControlSet001"));
        const bool is_whole = size == whole.size();
        CHECK(policy.number("some-number").has_value() == is_whole);
        CHECK_FALSE(policy.number("Kernel-EditionName"));
        CHECK_FALSE(policy.number("Other"));
        if (is_whole) CHECK(policy.number("Some-Number") == 7U);
        if (is_whole) CHECK(policy.text("Kernel-EditionName") == "Professional");
    }
}

TEST_CASE(
    "SYSTEM alone tells the product by the day of its image, and the edition by its licence") {
    const auto version = [](std::u16string_view tag) {
        const f::Built built = f::build(licensed(product_policy(), tag));
        const regf::Hive hive(built.bytes);
        return system::read_image_version(*regf::find_key(regf::root_key(hive), "ControlSet001"))
            .value();
    };
    CHECK(name_of(version(u"Tue Mar 18 03:20:53 2014")) == "Windows Server 2012 R2, build 9600");
    CHECK(version(u"Mon Mar 18 21:56:38 2019").release == "1903 or 1909");
    CHECK(version(u"Mon Mar 18 21:56:38 2019").edition == "Professional");
    CHECK(version(u"Mon Mar 18 21:56:38 2031").build == "");
    CHECK(version(u"nonsense").product == "");
}
