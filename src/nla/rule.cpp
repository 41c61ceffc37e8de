// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/rule.h"

#include <algorithm>
#include <iterator>

namespace nlafix::nla {
namespace {

using system::Generation;

/// The entry that holds for `generation`; nothing where the value is absent as shipped.
const Stock* stock_of(const Rule& rule, Generation generation) {
    const Stock* found = nullptr;
    for (const Stock& stock : rule.stock) {
        if (stock.from <= generation) found = &stock;
    }
    return found;
}

std::string text_of(const Stock& stock) {
    return stock.text != nullptr ? stock.text : number_text(stock.number);
}

}  // namespace

const char* word_of(Severity severity) {
    switch (severity) {
        case Severity::blocks: return "blocks";
        case Severity::may_block: return "may-block";
        case Severity::note: break;
    }
    return "note";
}

const std::vector<Rule>& rules() {
    static const std::vector<Rule> table = [] {
        std::vector<Rule> all;
        for (const auto& rules_of :
             {listener_rules, service_rules, policy_rules, list_rules, security_rules}) {
            std::vector<Rule> some = rules_of();
            std::move(some.begin(), some.end(), std::back_inserter(all));
        }
        return all;
    }();
    return table;
}

const Rule* find_rule(const std::string& code) {
    const auto found = std::find_if(rules().begin(), rules().end(),
                                    [&](const Rule& rule) { return rule.code == code; });
    return found == rules().end() ? nullptr : &*found;
}

bool applies(const Rule& rule, Generation generation) {
    return generation == Generation::unknown ||
           (rule.since <= generation && generation <= rule.until);
}

std::string stock_text(const Rule& rule, Generation generation) {
    if (generation != Generation::unknown) {
        const Stock* stock = stock_of(rule, generation);
        return stock == nullptr ? "absent" : text_of(*stock);
    }
    std::vector<std::string> texts;
    for (const Stock& stock : rule.stock) {
        const std::string text = text_of(stock);
        if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
    }
    if (texts.empty()) return "absent";
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "" : " or ") + text;
    return all;
}

bool is_stock(const Rule& rule, Generation generation, std::uint32_t number) {
    if (generation != Generation::unknown) {
        const Stock* stock = stock_of(rule, generation);
        return stock != nullptr && stock->text == nullptr && stock->number == number;
    }
    return std::any_of(rule.stock.begin(), rule.stock.end(), [number](const Stock& stock) {
        return stock.text == nullptr && stock.number == number;
    });
}

std::uint32_t repaired_number(const Rule& rule, Generation generation) {
    if (!rule.repair->to_stock || rule.stock.empty()) return rule.repair->number;
    const Stock* stock = stock_of(rule, generation);
    // What the oldest one that knows the value ships with is what all of them understand.
    return stock != nullptr ? stock->number : rule.stock.front().number;
}

}  // namespace nlafix::nla
