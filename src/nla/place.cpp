// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/place.h"

#include <algorithm>
#include <cstdio>

namespace nlafix::nla {
namespace {

using system::Generation;

/// The entry that holds for `generation`; nothing where the value is absent as shipped.
const Stock* stock_of(const Place& place, Generation generation) {
    const Stock* found = nullptr;
    for (const Stock& stock : place.stock) {
        if (stock.from <= generation) found = &stock;
    }
    return found;
}

std::string text_of(const Stock& stock) {
    return stock.text != nullptr ? stock.text : number_text(stock.number);
}

}  // namespace

std::string stock_text(const Place& place, Generation generation) {
    if (generation != Generation::unknown) {
        const Stock* stock = stock_of(place, generation);
        return stock == nullptr ? "absent" : text_of(*stock);
    }
    std::vector<std::string> texts;
    for (const Stock& stock : place.stock) {
        const std::string text = text_of(stock);
        if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
    }
    if (texts.empty()) return "absent";
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "" : " or ") + text;
    return all;
}

bool is_stock(const Place& place, Generation generation, std::uint32_t number) {
    if (generation != Generation::unknown) {
        const Stock* stock = stock_of(place, generation);
        return stock != nullptr && stock->text == nullptr && stock->number == number;
    }
    return std::any_of(place.stock.begin(), place.stock.end(), [number](const Stock& stock) {
        return stock.text == nullptr && stock.number == number;
    });
}

std::uint32_t stock_number(const Place& place, Generation generation) {
    if (place.stock.empty()) return 0;
    const Stock* stock = stock_of(place, generation);
    return stock != nullptr ? stock->number : place.stock.front().number;
}

std::string number_text(std::uint32_t number) {
    if (number < 0x10000) return std::to_string(number);
    char text[16];
    std::snprintf(text, sizeof text, "0x%x", number);
    return text;
}

}  // namespace nlafix::nla
