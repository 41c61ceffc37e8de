// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/plan.h"

#include <algorithm>

#include "base/text.h"
#include "nla/key_path.h"
#include "nla/known_entries.h"
#include "regf/key_value.h"

namespace nlafix::nla {
namespace {

bool type_fits(const Requirement& requirement, std::uint32_t type) {
    if (requirement.kind == ListKind::strings) return type == regf::reg_multi_sz;
    return type == regf::reg_sz || type == regf::reg_expand_sz;
}

/// Bytes that break their format weigh more than something that is not there.
int weight_of(const Error& error) {
    return error.code() == ErrorCode::no_key || error.code() == ErrorCode::no_value ? 1 : 2;
}

class Planner {
public:
    Planner(bool create_missing, Plan& plan) : create_missing_(create_missing), plan_(plan) {}

    void consider(const system::ControlSet& set, const Requirement& requirement) {
        plan_.states.push_back({set.number, &requirement, ValueState::Kind::unreadable, 0, {}});
        try {
            plan_value(set, requirement, plan_.states.back());
        } catch (Error& error) {
            error.default_hint("repair this value by hand first");
            add_obstacle(plan_, error);
        }
    }

private:
    void plan_value(const system::ControlSet& set, const Requirement& requirement,
                    ValueState& state);
    void plan_creation(const Requirement& requirement, ValueState& state, PlannedEdit& edit);
    void warn_of_foreign(const std::string& where, const Requirement& requirement,
                         const std::vector<std::string>& elements);

    bool create_missing_;
    Plan& plan_;
};

std::string place_of(std::uint32_t control_set, const Requirement& requirement) {
    return system::control_set_name(control_set) + "\\" + requirement.key;
}

void Planner::plan_value(const system::ControlSet& set, const Requirement& requirement,
                         ValueState& state) {
    PlannedEdit edit;
    edit.control_set = set.number;
    edit.key = requirement.key;
    edit.added = requirement.entry;
    edit.path.push_back(set.key.name().utf8());
    const std::optional<regf::KeyNode> key =
        walk_to_key(set.key, requirement.key, place_of(set.number, requirement), edit.path);
    if (!key) {
        state.kind = ValueState::Kind::absent_key;
        throw Error(ErrorCode::no_key, "there is no key " + place_of(set.number, requirement))
            .hint("is this the SYSTEM hive of a Windows server? keys are never created");
    }
    edit.key_node = key->offset();
    const std::optional<regf::KeyValue> value = regf::find_value(*key, requirement.value);
    if (!value) return plan_creation(requirement, state, edit);

    state.type = edit.type = value->type();
    const Bytes data = value->data();
    const std::string where = place_of(set.number, requirement) + ": value \"" +
                              value->name().utf8() + "\" (" + regf::type_name(value->type()) +
                              ", " + std::to_string(data.size()) + " bytes: " + to_hex(data, 24) +
                              ")";
    if (!type_fits(requirement, value->type())) {
        throw Error(ErrorCode::malformed_value, where + " has the wrong type, expected " +
                                                    regf::type_name(requirement.created_type));
    }
    ListEdit list;
    try {
        list = edit_list(requirement.kind, data, requirement.entry);
    } catch (const Error& error) {
        throw Error(error.code(), where + " " + error.bare_message());
    }
    state.content = list.before;
    state.kind = list.present ? ValueState::Kind::present : ValueState::Kind::missing;
    warn_of_foreign(place_of(set.number, requirement), requirement, list.elements);
    if (list.present) return;
    edit.value = value->name().utf8();
    edit.before = std::move(list.before);
    edit.after = std::move(list.after);
    edit.data = std::move(list.data);
    plan_.edits.push_back(std::move(edit));
}

void Planner::plan_creation(const Requirement& requirement, ValueState& state, PlannedEdit& edit) {
    state.kind = ValueState::Kind::absent_value;
    if (!create_missing_) {
        throw Error(ErrorCode::no_value, place_of(edit.control_set, requirement) +
                                             ": there is no value \"" + requirement.value + "\"")
            .hint(
                "--create-missing creates it; before Windows 8.1 a list of this one entry takes "
                "the stock packages away");
    }
    edit.value = requirement.value;
    edit.type = state.type = requirement.created_type;
    edit.created = true;
    edit.after = {requirement.entry};
    edit.data = list_of_one(requirement.kind, requirement.entry);
    plan_.edits.push_back(std::move(edit));
}

void Planner::warn_of_foreign(const std::string& where, const Requirement& requirement,
                              const std::vector<std::string>& elements) {
    for (const std::string& element : elements) {
        if (is_shipped_with_windows(requirement.kind, element)) continue;
        plan_.warnings.push_back(where + ": \"" + requirement.value + "\" names \"" + element +
                                 "\", which no Windows ships: a vendor's product, or an implant; "
                                 "it was left as it is");
    }
}

}  // namespace

void add_obstacle(Plan& plan, const Error& error) {
    if (!plan.obstacle) {
        plan.obstacle = error;
    } else if (weight_of(error) > weight_of(*plan.obstacle)) {
        plan.warnings.push_back(plan.obstacle->message());
        plan.obstacle = error;
    } else {
        plan.warnings.push_back(error.message());
    }
}

const std::vector<Requirement>& requirements() {
    static const std::vector<Requirement> table = {
        {"Control\\Lsa", "Security Packages", "tspkg", ListKind::strings, regf::reg_multi_sz},
        {"Control\\SecurityProviders", "SecurityProviders", "credssp.dll",
         ListKind::comma_separated, regf::reg_sz},
    };
    return table;
}

Plan make_plan(const std::vector<system::ControlSet>& sets, bool create_missing) {
    Plan plan;
    Planner planner(create_missing, plan);
    for (const system::ControlSet& set : sets) {
        for (const Requirement& requirement : requirements()) planner.consider(set, requirement);
    }
    return plan;
}

}  // namespace nlafix::nla
