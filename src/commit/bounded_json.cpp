// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/bounded_json.h"

namespace nlafix::commit {
namespace {

using nlohmann::ordered_json;

/// Ends the parsing where a bound is exceeded.
class Counter final : public nlohmann::json_sax<ordered_json> {
public:
    explicit Counter(const JsonBounds& bounds) : bounds_(bounds) {}

    bool null() override { return one_more(); }
    bool boolean(bool) override { return one_more(); }
    bool number_integer(number_integer_t) override { return one_more(); }
    bool number_unsigned(number_unsigned_t) override { return one_more(); }
    bool number_float(number_float_t, const string_t&) override { return one_more(); }
    bool string(string_t&) override { return one_more(); }
    bool binary(binary_t&) override { return false; }
    bool key(string_t&) override { return true; }
    bool start_object(std::size_t) override { return one_more() && one_deeper(); }
    bool start_array(std::size_t) override { return one_more() && one_deeper(); }
    bool end_object() override { return --depth_, true; }
    bool end_array() override { return --depth_, true; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

private:
    bool one_more() { return ++values_ <= bounds_.most_values; }
    bool one_deeper() { return ++depth_ <= bounds_.most_depth; }

    JsonBounds bounds_;
    std::size_t values_ = 0;
    std::size_t depth_ = 0;
};

}  // namespace

std::optional<ordered_json> parse_bounded_json(const std::string& text, const JsonBounds& bounds) {
    Counter counter(bounds);
    if (!ordered_json::sax_parse(text, &counter)) return std::nullopt;
    return ordered_json::parse(text);
}

}  // namespace nlafix::commit
