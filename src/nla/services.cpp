// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/services.h"

#include <set>

#include "base/error.h"
#include "base/text.h"

namespace nlafix::nla {
namespace {

constexpr std::size_t most_services = 64;
constexpr std::uint32_t start_disabled = 4;

/// A dependency that is listed again under another service is looked at once.
class Walk {
public:
    explicit Walk(const Scene& scene) : scene_(scene) {}

    std::optional<BrokenDependency> from(const std::string& service);

private:
    std::optional<BrokenDependency> judge(const Observation& list, const std::string& service,
                                          const std::string& needs);

    const Scene& scene_;
    std::set<std::string> known_;
    std::vector<std::string> open_;
};

std::optional<BrokenDependency> Walk::from(const std::string& service) {
    known_.insert(ascii_lower_case(service));
    open_.push_back(service);
    for (std::size_t next = 0; next < open_.size(); ++next) {
        const std::string current = open_[next];
        const Observation list = scene_.look(dependencies_of(current));
        if (list.state == Observation::State::unreadable) {
            throw Error(list.trouble_code,
                        key_of(list) + ": " + list.place.value + " " + list.trouble);
        }
        for (const std::string& needs : list.elements) {
            const bool is_group = !needs.empty() && needs.front() == '+';
            if (is_group || known_.size() >= most_services) continue;
            if (!known_.insert(ascii_lower_case(needs)).second) continue;
            if (auto broken = judge(list, current, needs)) return broken;
            open_.push_back(needs);
        }
    }
    return std::nullopt;
}

std::optional<BrokenDependency> Walk::judge(const Observation& list, const std::string& service,
                                            const std::string& needs) {
    // A name that is none would lead below the key of another service.
    const bool is_name = needs.find('\\') == std::string::npos;
    if (!is_name || !scene_.has_key(service_key(needs))) {
        return BrokenDependency{service, needs, true, list};
    }
    Observation start = scene_.look(number_in(service_key(needs), "Start"));
    if (start.is_present() && start.number == start_disabled) {
        return BrokenDependency{service, needs, false, std::move(start)};
    }
    return std::nullopt;
}

}  // namespace

std::string service_key(const std::string& service) {
    return "Services\\" + service;
}

Place dependencies_of(const std::string& service) {
    return {HiveRole::system, service_key(service), "DependOnService", Content::strings};
}

std::optional<BrokenDependency> broken_dependency(const Scene& scene, const std::string& service) {
    return Walk(scene).from(service);
}

}  // namespace nlafix::nla
