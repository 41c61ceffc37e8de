// SPDX-License-Identifier: GPL-2.0-or-later
// The firewall of SYSTEM, and the policies of SOFTWARE over it.
#include "unit/nla/diagnosis_tree.h"
#include "unit/nla/evidence_rows.h"

namespace nlafix::test {
namespace {

namespace f = nlafix::fixture;
using G = f::Generation;
using nla::HiveRole;
using Contents = std::vector<Content>;

const std::string policies = "Policies\\Microsoft\\WindowsFirewall\\";
const std::string local_rules = "Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules";

Content rule(HiveRole hive, const std::string& key, const char* fields) {
    const std::string text = std::string("v2.30|Dir=In|Protocol=6|LPort=3389|") + fields + "|";
    return {hive, key, f::sz_value(u"RemoteDesktop-UserMode-In-TCP", wide(text))};
}

Content local(const char* fields) {
    return rule(HiveRole::system, local_rules, fields);
}

Content by_policy(const char* fields) {
    return rule(HiveRole::software, policies + "FirewallRules", fields);
}

Content profile(const char* name, const char* value, std::uint32_t stored) {
    return number(HiveRole::software, policies + name, value, stored);
}

Contents every_profile(const char* value, std::uint32_t stored) {
    return {profile("DomainProfile", value, stored), profile("PrivateProfile", value, stored),
            profile("PublicProfile", value, stored)};
}

Contents with(Contents contents, const Contents& more) {
    contents.insert(contents.end(), more.begin(), more.end());
    return contents;
}

}  // namespace

std::vector<Row> firewall_rows() {
    const Content open = local("Action=Allow|Active=TRUE");
    const Content closed = local("Action=Allow|Active=FALSE");
    const Content opened_by_policy = by_policy("Action=Allow|Active=TRUE");
    const Content blocked_by_policy = by_policy("Action=Block|Active=TRUE");
    const Contents alone = every_profile("AllowLocalPolicyMerge", 0);
    const Contents merged = every_profile("AllowLocalPolicyMerge", 1);
    const Content public_alone = profile("PublicProfile", "AllowLocalPolicyMerge", 0);
    // Windows 7 has a rule more, which would let everybody in.
    Contents restricted = {local("Action=Allow|Active=TRUE|RA4=192.0.2.0/24")};
    restricted.push_back(restricted.front());
    restricted.back().value.name = u"RemoteDesktop-In-TCP";
    return {
        {"firewall-remote-restricted", G::win7, restricted, true},
        {"firewall-remote-restricted", G::win7, {open}, false},
        {"firewall-policy", G::win10, with({open}, alone), true},
        {"firewall-policy", G::win7, with({open}, alone), true},
        {"firewall-policy", G::win10, {open, public_alone}, true},
        {"firewall-policy",
         G::win10,
         {open, profile("StandardProfile", "AllowLocalPolicyMerge", 0)},
         true},
        {"firewall-policy", G::win10, with({open, opened_by_policy}, alone), false},
        {"firewall-policy", G::win7, with({open}, merged), false},
        {"firewall-policy",
         G::win10,
         {open, public_alone, profile("PublicProfile", "EnableFirewall", 0)},
         false},
        {"firewall-policy",
         G::win10,
         {open, public_alone, profile("PublicProfile", "DefaultInboundAction", 0)},
         false},
        {"firewall-policy", G::xp, with({open}, alone), false},
        // A rule that is switched on would not count either.
        {"firewall-closed", G::win10, with({closed}, alone), false},
        {"firewall-closed", G::win10, {closed, public_alone}, true},
        {"firewall-closed", G::win10, {closed, opened_by_policy}, false},
        {"firewall-blocks-port", G::win10, {open, blocked_by_policy}, true},
        {"firewall-blocks-port", G::win10,
         with({local("Action=Block|Active=TRUE"), opened_by_policy}, alone), false},
        {"firewall-no-exceptions", G::win10, with({open}, every_profile("DoNotAllowExceptions", 1)),
         true},
        {"firewall-no-exceptions", G::win10, with({open}, every_profile("DoNotAllowExceptions", 0)),
         false},
    };
}

}  // namespace nlafix::test
