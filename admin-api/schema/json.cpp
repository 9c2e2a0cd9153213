// SPDX-License-Identifier: Apache-2.0
#include "admin-api/schema/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace millpond::admin::schema {
namespace detail {
namespace {

std::string_view kind_name(const boost::json::value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            return "null";
        case boost::json::kind::bool_:
            return "a boolean";
        case boost::json::kind::int64:
        case boost::json::kind::uint64:
        case boost::json::kind::double_:
            return "a number";
        case boost::json::kind::string:
            return "a string";
        case boost::json::kind::array:
            return "an array";
        case boost::json::kind::object:
            return "an object";
    }
    return "something else";
}

Error at_fault(std::string message) {
    return invalid_value("", std::move(message));
}

}  // namespace

Error wrong_type(std::string_view expected, const boost::json::value& seen) {
    return at_fault("must be " + std::string(expected) + ", not " + std::string(kind_name(seen)));
}

Error out_of_range(std::int64_t low, std::int64_t high) {
    return at_fault("must be between " + std::to_string(low) + " and " + std::to_string(high));
}

Error missing() {
    return at_fault("is required");
}

Error unknown_member(std::string_view name) {
    auto error = at_fault("is not a member that this request knows");
    error.field = name;
    return error;
}

Error within_member(Error error, std::string_view member) {
    const bool joins = !error.field.empty() && error.field.front() != '[';
    error.field = std::string(member) + (joins ? "." : "") + error.field;
    return error;
}

Error within_element(Error error, std::size_t index) {
    const bool joins = !error.field.empty() && error.field.front() != '[';
    error.field = "[" + std::to_string(index) + "]" + (joins ? "." : "") + error.field;
    return error;
}

Error finished(Error error) {
    const std::string subject = error.field.empty() ? "The body" : "\"" + error.field + "\"";
    error.message = subject + " " + error.message + ".";
    return error;
}

Result<std::int64_t> read_integer(const boost::json::value& value, std::int64_t low,
                                  std::int64_t high) {
    if (value.is_double()) return at_fault("must be a whole number");
    if (!value.is_number()) return wrong_type("a whole number", value);
    if (value.is_uint64()) {
        if (value.get_uint64() > static_cast<std::uint64_t>(high)) return out_of_range(low, high);
        return static_cast<std::int64_t>(value.get_uint64());
    }
    const auto number = value.get_int64();
    if (number < low || number > high) return out_of_range(low, high);
    return number;
}

Result<boost::json::value> parse_text(std::string_view text) {
    boost::json::error_code failure;
    auto value = boost::json::parse(text, failure);
    if (failure) return invalid_value("", "The body is not JSON: " + failure.message() + ".");
    return value;
}

}  // namespace detail

std::string to_text(const boost::json::value& value) {
    return boost::json::serialize(value);
}

}  // namespace millpond::admin::schema
