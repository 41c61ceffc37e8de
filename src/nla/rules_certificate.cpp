// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about the certificate that the listener was told to use.
#include "base/file_time.h"
#include "nla/certificates.h"
#include "nla/conditions.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Seen = std::vector<Observation>;

constexpr const char* listener = "Control\\Terminal Server\\WinStations\\RDP-Tcp";

/// True for bytes that can be a thumbprint: Windows takes others for none.
bool is_thumbprint(const Observation& seen) {
    const auto is_zero = [](std::byte b) { return b == std::byte{0}; };
    return seen.is_present() && seen.data.size() == thumbprint_bytes &&
           !std::all_of(seen.data.begin(), seen.data.end(), is_zero);
}

std::optional<Certificate> certificate_of(const Seen& seen, const Scene& scene) {
    const regf::Cells* software = scene.around().software;
    if (software == nullptr || !is_thumbprint(seen.front())) return std::nullopt;
    return find_certificate(*software, seen.front().data);
}

Answer is_gone(const Seen& seen, const Scene& scene) {
    if (!is_thumbprint(seen.front()) || certificate_of(seen, scene)) return std::nullopt;
    return Found{.detail = "it is in no store of the machine"};
}

std::string valid_until(const Certificate& certificate) {
    return "valid until " + readable_day(certificate.validity->until);
}

Answer is_expired(const Seen& seen, const Scene& scene) {
    const auto certificate = certificate_of(seen, scene);
    const std::uint64_t now = scene.around().now;
    if (!certificate || !certificate->validity || now == 0) return std::nullopt;
    if (certificate->validity->until < now) return Found{.detail = valid_until(*certificate)};
    if (certificate->validity->from <= now) return std::nullopt;
    return Found{.detail = "valid from " + readable_day(certificate->validity->from) + " on"};
}

Answer is_not_usable(const Seen& seen, const Scene& scene) {
    const auto certificate = certificate_of(seen, scene);
    if (!certificate) return std::nullopt;
    if (!certificate->has_private_key) return Found{.detail = "it has no private key"};
    if (!certificate->validity) return Found{.detail = "it cannot be read"};
    return std::nullopt;
}

Answer is_unknown(const Seen& seen, const Scene& scene) {
    return found_if(is_thumbprint(seen.front()) && scene.around().software == nullptr);
}

Answer is_in_order(const Seen& seen, const Scene& scene) {
    if (!seen.front().is_present()) return std::nullopt;
    if (!is_thumbprint(seen.front())) {
        return Found{.detail = "it is no thumbprint, and Windows uses its own certificate"};
    }
    const auto certificate = certificate_of(seen, scene);
    if (!certificate || is_not_usable(seen, scene) || is_expired(seen, scene)) return std::nullopt;
    return Found{.detail = valid_until(*certificate)};
}

/// Where it is known to be in order there is nothing to repair.
Remedy remove_what_is_unknown() {
    Remedy remedy = remove_value();
    remedy.changes = [remove = remedy.changes](const Observation& seen, const Scene& scene) {
        return is_unknown({seen}, scene) ? remove(seen, scene) : std::vector<Change>();
    };
    return remedy;
}

Rule certificate_rule(const char* code, std::vector<HiveRole> needs, std::vector<Case> cases,
                      const char* means, Remedy remedy) {
    Rule rule;
    rule.code = code;
    rule.area = Area::certificate;
    rule.needs = std::move(needs);
    rule.places = {{HiveRole::system, listener, "SSLCertificateSHA1Hash", Content::bytes}};
    rule.looks_at = "the certificates of the machine in SOFTWARE";
    rule.since = Generation::vista;
    rule.cases = std::move(cases);
    rule.means = means;
    remedy.writes = std::string(listener) + ": SSLCertificateSHA1Hash is removed";
    rule.repair = Repair{
        .does = "let Windows make a certificate itself",
        .remedy = std::move(remedy),
        .risk =
            "Clients that check the name of the machine get a warning until a certificate of "
            "the company's authority is chosen again."};
    return rule;
}

}  // namespace

std::vector<Rule> certificate_rules() {
    std::vector<Rule> rules = {
        certificate_rule("certificate-gone", {HiveRole::software},
                         {{Severity::blocks,
                           {"a thumbprint that no store of the machine has", is_gone},
                           "the listener is told to use a certificate that is not on the machine"}},
                         "Without its certificate the listener ends every connection before the "
                         "login.",
                         remove_value()),
        certificate_rule("certificate-not-usable", {HiveRole::software},
                         {{Severity::may_block,
                           {"a certificate without a private key", is_not_usable},
                           "the listener is told to use a certificate that it cannot use"}},
                         "A certificate without its private key, or one that cannot be read, "
                         "encrypts nothing.",
                         remove_value()),
        certificate_rule("certificate-expired", {HiveRole::software},
                         {{Severity::may_block,
                           {"a certificate that is not valid today", is_expired},
                           "the listener is told to use a certificate that has expired"}},
                         "Clients refuse or warn, and Windows renews only a certificate that it "
                         "made itself.",
                         remove_value()),
        certificate_rule(
            "certificate-pinned", {},
            {{Severity::may_block,
              {"present, where SOFTWARE is not at hand", is_unknown},
              "the listener uses one certain certificate, which may have expired"},
             {Severity::note,
              {"present, and the certificate is in order", is_in_order},
              "the listener uses one certain certificate"}},
            "Windows makes its own certificate anew when it expires, but not one that was chosen; "
            "one that is expired or gone ends the connection before the login.",
            remove_what_is_unknown()),
    };
    rules.back().advice = "nothing, as long as clients trust this certificate";
    rules.back().beside =
        "first give the folder or disk with its SOFTWARE, which shows whether the certificate is "
        "still good";
    return rules;
}

}  // namespace nlafix::nla
