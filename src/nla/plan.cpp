// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/plan.h"

#include <utility>

#include "base/text.h"
#include "nla/diagnosis.h"
#include "nla/lists.h"
#include "regf/key_value.h"
#include "system/control_sets.h"

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

std::string value_of(const Observation& seen) {
    return key_of(seen) + ": value " +
           quoted(seen.is_there() ? seen.stored_name : seen.place.value);
}

/// Throws for a value that cannot be read, or is not of the type that the list has.
void require_readable(const Requirement& requirement, const Observation& seen) {
    if (seen.state == Observation::State::unreadable) {
        const bool is_value = seen.trouble_code == ErrorCode::malformed_value ||
                              seen.trouble_code == ErrorCode::list_too_long;
        throw Error(seen.trouble_code,
                    is_value ? value_of(seen) + " " + seen.trouble : seen.trouble);
    }
    if (!seen.is_present() || type_fits(requirement, seen.type)) return;
    throw Error(ErrorCode::malformed_value, value_of(seen) + " has the wrong type, expected " +
                                                regf::type_name(requirement.created_type) + " (" +
                                                described(seen) + ")");
}

/// Texts in quotes, numbers without.
std::string text_of(const std::vector<std::string>& content, std::uint32_t type) {
    if (content.empty()) return "empty";
    return type == regf::reg_dword ? content.front() : quoted(content);
}

class Planner {
public:
    Planner(bool create_missing, const WindowsFiles* files, Plan& plan)
        : create_missing_(create_missing), files_(files), plan_(plan) {}

    void consider(const Requirement& requirement, const Observation& seen) {
        plan_.states.push_back(
            {seen.control_set, &requirement, ValueState::Kind::unreadable, seen.type, {}});
        try {
            plan_value(requirement, seen, plan_.states.back());
        } catch (Error& error) {
            error.default_hint("repair this value by hand first");
            add_obstacle(plan_, error);
        }
    }

private:
    void plan_value(const Requirement& requirement, const Observation& seen, ValueState& state);
    void plan_creation(const Requirement& requirement, const Observation& seen, ValueState& state);

    bool lacks_file(const Requirement& requirement) const;

    bool create_missing_;
    const WindowsFiles* files_;
    Plan& plan_;
};

/// Windows would look for the file at every start. Where it cannot be told, the entry is added.
bool Planner::lacks_file(const Requirement& requirement) const {
    if (files_ == nullptr || requirement.file == nullptr) return false;
    try {
        return files_->find(requirement.file).value_or(FileFacts{}).size_bytes == 0;
    } catch (const Error&) {
        return false;
    }
}

void Planner::plan_value(const Requirement& requirement, const Observation& seen,
                         ValueState& state) {
    if (seen.state == Observation::State::absent_key) {
        state.kind = ValueState::Kind::absent_key;
        throw Error(ErrorCode::no_key, "there is no key " + key_of(seen))
            .hint("is this the SYSTEM hive of a Windows server? keys are never created");
    }
    if (seen.state == Observation::State::absent_value) {
        return plan_creation(requirement, seen, state);
    }
    require_readable(requirement, seen);
    ListEdit list = edit_list(requirement.kind, seen.data, requirement.entry);
    state.content = shortened(list.before, most_list_bytes_kept);
    state.kind = list.present ? ValueState::Kind::present : ValueState::Kind::missing;
    if (list.present) return;
    if (lacks_file(requirement)) {
        state.kind = ValueState::Kind::without_file;
        return;
    }
    PlannedEdit edit = edit_at(seen);
    edit.added = requirement.entry;
    edit.before = state.content;
    edit.after = shortened(list.after, most_list_bytes_kept);
    edit.data = std::move(list.data);
    plan_.edits.push_back(std::move(edit));
}

void Planner::plan_creation(const Requirement& requirement, const Observation& seen,
                            ValueState& state) {
    state.kind =
        lacks_file(requirement) ? ValueState::Kind::without_file : ValueState::Kind::absent_value;
    if (state.kind == ValueState::Kind::without_file) return;
    if (!create_missing_) {
        throw Error(ErrorCode::no_value,
                    key_of(seen) + ": there is no value \"" + requirement.place.value + "\"")
            .hint(
                "--create-missing creates it; before Windows 8.1 a list of this one entry takes "
                "the stock packages away");
    }
    PlannedEdit edit = edit_at(seen);
    edit.type = state.type = requirement.created_type;
    edit.added = requirement.entry;
    edit.after = {requirement.entry};
    edit.data = list_of_one(requirement.kind, requirement.entry);
    plan_.edits.push_back(std::move(edit));
}

}  // namespace

PlannedEdit edit_at(const Observation& seen) {
    PlannedEdit edit;
    edit.control_set = seen.control_set;
    edit.key = seen.place.key;
    edit.key_node = seen.key_node;
    edit.path = seen.path;
    edit.created = !seen.is_there();
    edit.value = edit.created ? seen.place.value : seen.stored_name;
    edit.type = edit.old_type = seen.type;
    return edit;
}

std::string key_of(const PlannedEdit& edit) {
    const std::string top =
        edit.control_set == 0 ? "SYSTEM" : system::control_set_name(edit.control_set);
    return top + "\\" + edit.key;
}

std::string before_of(const PlannedEdit& edit) {
    return edit.created ? "absent" : text_of(edit.before, edit.old_type);
}

std::string after_of(const PlannedEdit& edit) {
    return edit.removed ? "absent" : text_of(edit.after, edit.type);
}

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
        {packages_list(), "tspkg", ListKind::strings, regf::reg_multi_sz, "System32\\tspkg.dll"},
        {providers_list(), "credssp.dll", ListKind::comma_separated, regf::reg_sz, nullptr},
    };
    return table;
}

Plan make_plan(const Diagnosis& diagnosis, bool create_missing, const WindowsFiles* files) {
    Plan plan;
    Planner planner(create_missing, files, plan);
    for (const LookedAt& value : diagnosis.looked_at) {
        for (const Requirement& requirement : requirements()) {
            if (!same_place(value.seen.place, requirement.place)) continue;
            planner.consider(requirement, value.seen);
        }
    }
    return plan;
}

}  // namespace nlafix::nla
