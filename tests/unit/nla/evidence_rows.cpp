// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/nla/evidence_rows.h"

#include "base/file_time.h"
#include "unit/nla/evidence_data.h"

namespace nlafix::test {
namespace {

namespace f = nlafix::fixture;
using G = f::Generation;
using nla::HiveRole;

const std::string listener = "Control\\Terminal Server\\WinStations\\RDP-Tcp";
const std::string version = "Microsoft\\Windows NT\\CurrentVersion";
const std::string machine_policies = "Microsoft\\Windows\\CurrentVersion\\Policies\\System";

void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

std::vector<Content> all_of(std::initializer_list<std::vector<Content>> lists) {
    std::vector<Content> all;
    for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
    return all;
}

Content text(HiveRole hive, const std::string& key, const char* name, const std::string& value) {
    return {hive, key, f::sz_value(wide(name), wide(value))};
}

Content bytes_at(HiveRole hive, const std::string& key, const char* name, Bytes data) {
    return {hive, key, f::binary_value(wide(name), std::move(data))};
}

// ---- The certificate of the listener

const Bytes thumbprint(20, std::byte{0xab});
const std::string thumbprint_text = "ABABABABABABABABABABABABABABABABABABABAB";

std::vector<Content> pinned(Bytes value = thumbprint) {
    return {bytes_at(HiveRole::system, listener, "SSLCertificateSHA1Hash", std::move(value))};
}

std::vector<Content> stored(const std::string& store, Bytes blob) {
    return {
        bytes_at(HiveRole::software,
                 "Microsoft\\SystemCertificates\\" + store + "\\Certificates\\" + thumbprint_text,
                 "Blob", std::move(blob))};
}

std::vector<Row> certificate_rows() {
    const Bytes good = certificate_blob("250101000000Z", "300101000000Z", true);
    const Bytes old = certificate_blob("200101000000Z", "260101000000Z", true);
    const Bytes future = certificate_blob("20270101000000Z", "20300101000000Z", true);
    const Bytes keyless = certificate_blob("250101000000Z", "300101000000Z", false);
    return {
        {"certificate-gone", G::win10, pinned(), true},
        {"certificate-gone", G::win10, all_of({pinned(), stored("MY", good)}), false},
        {"certificate-gone", G::win7, all_of({pinned(), stored("Remote Desktop", old)}), false},
        {"certificate-gone", G::win10, pinned(Bytes(20)), false},
        {"certificate-gone", G::win10, pinned(Bytes(19, std::byte{1})), false},
        {"certificate-expired", G::win10, all_of({pinned(), stored("MY", old)}), true},
        {"certificate-expired", G::win10, all_of({pinned(), stored("MY", future)}), true},
        {"certificate-expired", G::win10, all_of({pinned(), stored("MY", good)}), false},
        {"certificate-not-usable", G::win10, all_of({pinned(), stored("MY", keyless)}), true},
        {"certificate-not-usable", G::win10, all_of({pinned(), stored("MY", Bytes(7))}), true},
        {"certificate-not-usable", G::win10, all_of({pinned(), stored("MY", good)}), false},
        {"certificate-pinned", G::win10, all_of({pinned(), stored("MY", good)}), true},
        {"certificate-pinned", G::win10, pinned(Bytes(20)), true},
        {"certificate-pinned", G::win10, all_of({pinned(), stored("MY", old)}), false},
        {"certificate-pinned", G::win10, {}, false},
    };
}

// ---- Who may log in

Content right(const std::string& sid, std::uint32_t mask) {
    return {HiveRole::security, "Policy\\Accounts\\" + sid + "\\ActSysAc",
            f::make_value(u"", f::reg_none, f::dword(mask))};
}

Content privileges(const std::string& sid, std::initializer_list<std::uint32_t> luids) {
    Bytes data = f::dword(static_cast<std::uint32_t>(luids.size()));
    append(data, f::dword(0));
    for (const std::uint32_t luid : luids) {
        append(data, f::dword(luid));
        append(data, Bytes(8));
    }
    return {HiveRole::security, "Policy\\Accounts\\" + sid + "\\Privilgs",
            f::make_value(u"", f::reg_none, data)};
}

/// As every Windows since Vista ships; `changed` goes over it.
std::vector<Content> rights(std::initializer_list<Content> changed = {}) {
    std::vector<Content> all = {right("S-1-1-0", 2), right("S-1-5-32-544", 0x407),
                                right("S-1-5-32-545", 3), right("S-1-5-32-555", 0x400)};
    all.insert(all.end(), changed.begin(), changed.end());
    return all;
}

std::vector<Content> service(std::initializer_list<Content> who) {
    std::vector<Content> all = rights(who);
    all.push_back(
        {HiveRole::system, "Services\\TermService",
         f::multi_sz_value(u"RequiredPrivileges", {u"SeAuditPrivilege", u"SeImpersonatePrivilege",
                                                   u"SeChangeNotifyPrivilege"})});
    return all;
}

std::vector<Row> rights_rows() {
    const Content nla = number(HiveRole::system, listener, "UserAuthentication", 1);
    const Content no_nla = number(HiveRole::system, listener, "UserAuthentication", 0);
    const std::vector<Content> none_from_the_network =
        rights({right("S-1-1-0", 0), right("S-1-5-32-544", 0x401), right("S-1-5-32-545", 1)});
    return {
        {"no-remote-right", G::win10, rights({right("S-1-5-32-544", 7), right("S-1-5-32-555", 0)}),
         true},
        {"no-remote-right", G::win7,
         rights({right("S-1-5-32-544", 7), right("S-1-5-32-555", 0),
                 right("S-1-5-21-1-2-3-1105", 0x400)}),
         true},
        {"no-remote-right", G::win10, rights({right("S-1-5-32-544", 7)}), false},
        {"no-remote-right", G::win10, rights(), false},
        {"denied-remote", G::win10, rights({right("S-1-5-32-545", 0x803)}), true},
        {"denied-remote", G::win10, rights({right("S-1-1-0", 0x82)}), true},
        {"denied-remote", G::win10, rights({right("S-1-5-113", 0x800)}), true},
        {"denied-remote", G::win10, rights({right("S-1-5-21-1-2-3-501", 0xc1)}), false},
        {"denied-remote", G::win7, rights(), false},
        {"no-network-right", G::win10, all_of({none_from_the_network, {nla}}), true},
        {"no-network-right", G::win10, all_of({none_from_the_network, {no_nla}}), false},
        {"no-network-right", G::win10, rights({right("S-1-1-0", 0)}), false},
        {"termservice-rights", G::win10,
         service({privileges("S-1-5-20", {21}), privileges("S-1-1-0", {23})}), true},
        {"termservice-rights", G::win7,
         service({privileges("S-1-5-20", {21}), privileges("S-1-5-6", {29}),
                  privileges("S-1-1-0", {23})}),
         false},
        {"termservice-rights", G::win10, service({}), true},
    };
}

// ---- Files

Content file(const char* path, std::uint32_t size) {
    return {HiveRole::volume, path, f::dword_value(u"", size)};
}
Content no_file(const char* path) {
    return {HiveRole::volume, path, f::sz_value(u"", u"missing")};
}

std::vector<Row> volume_rows() {
    return {
        {"file-missing", G::win10, {no_file("System32\\termsrv.dll")}, true},
        {"file-missing", G::win10, {file("System32\\tspkg.dll", 0)}, true},
        {"file-missing", G::xp, {no_file("System32\\tspkg.dll")}, false},
        {"file-missing", G::xp, {no_file("System32\\drivers\\termdd.sys")}, true},
        {"file-missing", G::win10, {no_file("System32\\drivers\\termdd.sys")}, false},
        {"file-missing", G::win7, {no_file("System32\\rdpcorekmts.dll")}, true},
        {"file-missing", G::win7, {no_file("System32\\rdpcorets.dll")}, false},
        {"file-missing", G::win10, {file("System32\\termsrv.dll", 1)}, false},
    };
}

// ---- Accounts and the domain

std::uint64_t day(int days_before_now) {
    return Hives::now / file_time_ticks_per_day - static_cast<std::uint64_t>(days_before_now);
}

Content filetime(HiveRole hive, const std::string& key, const char* name, std::uint64_t days) {
    Bytes data(8);
    f::put_u64(data, 0, days * file_time_ticks_per_day);
    return bytes_at(hive, key, name, data);
}

/// In a domain, as SECURITY says it.
Content member(Bytes sid = Bytes(24, std::byte{1})) {
    return {HiveRole::security, "Policy\\PolPrDmS",
            f::make_value(u"", f::reg_none, std::move(sid))};
}

std::vector<Row> account_rows() {
    const auto sam = [](std::vector<Content> accounts) {
        std::vector<std::uint32_t> rids;
        for (std::uint32_t i = 0; i < accounts.size(); ++i) rids.push_back(500 + i);
        return all_of({administrators(rids), accounts});
    };
    const Content disabled = account(500, account_data(0x211, day(9), 0));
    const Content usable = account(501, account_data(0x210, day(9), 0));
    const Content expired = account(501, account_data(0x210, day(99), day(2)));
    const Content old_password = account(501, account_data(0x10, day(99), 0));
    const Content must_change = account(501, account_data(0x10, 0, 0));
    const Content nla = number(HiveRole::system, listener, "UserAuthentication", 1);
    const Content no_nla = number(HiveRole::system, listener, "UserAuthentication", 0);
    return {
        {"administrators-unusable", G::win10, sam({disabled}), true},
        {"administrators-unusable", G::win7, sam({disabled, expired}), true},
        {"administrators-unusable", G::win10, sam({disabled, usable}), false},
        {"administrators-unusable", G::win10, all_of({sam({disabled, old_password}), {nla}}), true},
        {"administrators-unusable", G::win10, all_of({sam({disabled, old_password}), {no_nla}}),
         false},
        {"administrators-unusable", G::win10, all_of({sam({disabled, must_change}), {nla}}), true},
        {"local-administrators", G::win10, sam({disabled, usable}), true},
        {"local-administrators", G::win10, sam({disabled}), false},
        {"domain-and-nla", G::win10, {member(), nla}, true},
        {"domain-and-nla", G::win10, {member({}), nla}, false},
        {"domain-and-nla", G::win7, {member(), no_nla}, false},
        {"machine-password-old",
         G::win10,
         {member(),
          filetime(HiveRole::security, "Policy\\Secrets\\$MACHINE.ACC\\CupdTime", "", day(50)),
          filetime(HiveRole::system, "Control\\Windows", "ShutdownTime", day(1))},
         true},
        {"machine-password-old",
         G::win10,
         {member(),
          filetime(HiveRole::security, "Policy\\Secrets\\$MACHINE.ACC\\CupdTime", "", day(30)),
          filetime(HiveRole::system, "Control\\Windows", "ShutdownTime", day(1))},
         false},
    };
}

// ---- SOFTWARE

Content edition(const std::string& id) {
    return text(HiveRole::software, version, "EditionID", id);
}

/// The licence with one entry.
Content licence(std::uint32_t allows) {
    const Bytes name = f::utf16(u"TerminalServices-RemoteConnectionManager-AllowRemoteConnections");
    const auto size = static_cast<unsigned>(16 + name.size() + 4);
    Bytes policy(20);
    append(policy, f::bytes({size & 0xff, size >> 8, static_cast<unsigned>(name.size()), 0, 4, 0, 4,
                             0, 0, 0, 0, 0, 0, 0, 0, 0}));
    append(policy, name);
    append(policy, f::dword(allows));
    return bytes_at(HiveRole::system, "Control\\ProductOptions", "ProductPolicy", policy);
}

Content suites(const std::string& list) {
    return text(HiveRole::software,
                "Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002", "Functions",
                list);
}

std::vector<Row> software_rows() {
    const std::string kerberos = machine_policies + "\\Kerberos\\Parameters";
    const auto types = [&](std::uint32_t mask) {
        return std::vector<Content>{
            member(), number(HiveRole::software, kerberos, "SupportedEncryptionTypes", mask)};
    };
    const Content build = text(HiveRole::software, version, "CurrentBuildNumber", "17763");
    const Content new_build = text(HiveRole::software, version, "CurrentBuildNumber", "20348");
    const Content image = text(HiveRole::system, "Services\\TermService", "ImagePath",
                               "%SystemRoot%\\System32\\svchost.exe -k NetworkService -p");
    const auto group = [](std::initializer_list<std::u16string_view> names) {
        return Content{HiveRole::software, version + "\\Svchost",
                       f::multi_sz_value(u"NetworkService", names)};
    };
    return {
        {"home-edition", G::win10, {edition("Core")}, true},
        {"home-edition", G::win7, {edition("HomePremium")}, true},
        {"home-edition", G::win10, {licence(0)}, true},
        {"home-edition", G::win10, {edition("Core"), licence(1)}, false},
        {"home-edition", G::win10, {edition("Professional")}, false},
        {"smart-card-only",
         G::win10,
         {number(HiveRole::software, machine_policies, "scforceoption", 1)},
         true},
        {"smart-card-only",
         G::win7,
         {number(HiveRole::software, machine_policies, "scforceoption", 0)},
         false},
        {"kerberos-types", G::win10, types(0x4), true},
        {"kerberos-types", G::win10, types(0x10), true},
        {"kerberos-types", G::win10, types(0x7fffffff), false},
        {"kerberos-types", G::win10, types(0x18), false},
        {"logons-disabled",
         G::win10,
         {text(HiveRole::software, version + "\\Winlogon", "WinStationsDisabled", "1")},
         true},
        {"logons-disabled",
         G::xp,
         {text(HiveRole::software, version + "\\Winlogon", "WinStationsDisabled", "0")},
         false},
        {"no-usable-suite",
         G::win10,
         {suites("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA")},
         true},
        {"no-usable-suite", G::win10, {suites("TLS_AES_256_GCM_SHA384"), build}, true},
        {"no-usable-suite", G::win7, {suites("TLS_AES_256_GCM_SHA384")}, true},
        {"no-usable-suite", G::win10, {suites("TLS_DHE_RSA_WITH_AES_256_GCM_SHA384")}, true},
        {"no-usable-suite", G::win10, {suites("TLS_AES_256_GCM_SHA384"), new_build}, false},
        {"no-usable-suite",
         G::win7,
         {suites("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA_P256")},
         false},
        {"svchost-group", G::win10, {image, group({u"CryptSvc", u"Dnscache"})}, true},
        {"svchost-group", G::win10, {image, group({u"CryptSvc", u"TermService"})}, false},
        {"svchost-group", G::win10, {image}, false},
        {"policy-max-connections",
         G::win10,
         {number(HiveRole::software, nla::policies_key, "MaxInstanceCount", 0)},
         true},
        {"policy-max-connections",
         G::win7,
         {number(HiveRole::software, nla::policies_key, "MaxInstanceCount", 999999)},
         false},
        {"policy-high-encryption",
         G::win10,
         {number(HiveRole::software, nla::policies_key, "MinEncryptionLevel", 4)},
         true},
        {"policy-high-encryption",
         G::win10,
         {number(HiveRole::software, nla::policies_key, "MinEncryptionLevel", 3)},
         false},
        {"credssp-patched-clients-only",
         G::win10,
         {number(HiveRole::software, "Policies\\Microsoft\\Windows\\CredentialsDelegation",
                 "AllowEncryptionOracle", 0)},
         true},
    };
}

// ---- Network cards

std::vector<Row> network_rows() {
    const std::string card =
        "Services\\Tcpip\\Parameters\\Interfaces\\"
        "{4D36E972-0000-4000-8000-000000000002}";
    const auto with_address = [&](const char* service, std::u16string_view address,
                                  std::uint32_t dhcp) {
        return std::vector<Content>{
            number(HiveRole::system, std::string("Services\\") + service, "Start", 2),
            number(HiveRole::system, card, "EnableDHCP", dhcp),
            {HiveRole::system, card, f::multi_sz_value(u"IPAddress", {address})}};
    };
    return {
        {"static-address-left", G::win10, with_address("AliyunService", u"192.0.2.7", 0), true},
        {"static-address-left", G::win7, with_address("ena", u"192.0.2.7", 0), true},
        {"static-address-left", G::win10, with_address("AliyunService", u"192.0.2.7", 1), false},
        {"static-address-left", G::xp, with_address("AmazonSSMAgent", u"0.0.0.0", 0), false},
        {"static-address-left", G::win10, with_address("VMTools", u"192.0.2.7", 0), false},
    };
}

}  // namespace

std::vector<Row> evidence_rows() {
    std::vector<Row> all;
    for (const auto& rows : {certificate_rows(), rights_rows(), volume_rows(), account_rows(),
                             software_rows(), firewall_rows(), network_rows(), access_rows()}) {
        all.insert(all.end(), rows.begin(), rows.end());
    }
    return all;
}

}  // namespace nlafix::test
