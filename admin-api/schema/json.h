// SPDX-License-Identifier: Apache-2.0
//
// The described structs of schema/ as JSON, both ways. Boost.Describe gives the members; the reader
// is ours, so that an error names the field ("rules[1].cidr"), says what was expected, refuses what
// it does not know, and lets an optional be absent (null counts as absent). Pure functions, any
// thread.
#pragma once

#include <boost/describe/members.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cmath>
#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "admin-api/schema/result.h"

namespace millpond::admin::schema {

/// What a reader does with a member that the struct has not: a server refuses it (a misspelt field
/// must not be ignored), a client of a newer server skips it.
enum class UnknownMembers { refuse, skip };

namespace detail {

template <class T>
concept Described = boost::describe::has_describe_members<T>::value;

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};

template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_public>;

/// "expected a string, not a number"; the path is prepended by the callers on the way out.
Error wrong_type(std::string_view expected, const boost::json::value& seen);
Error out_of_range(std::int64_t low, std::int64_t high);
Error missing();
Error unknown_member(std::string_view name);
Error within_member(Error error, std::string_view member);
Error within_element(Error error, std::size_t index);
/// Turns the parts of an error into the one that is shown: code, a sentence with the field, the
/// field.
Error finished(Error error);
Result<boost::json::value> parse_text(std::string_view text);

Result<std::int64_t> read_integer(const boost::json::value& value, std::int64_t low,
                                  std::int64_t high);

template <class T>
boost::json::value write(const T& item);

template <Described T>
boost::json::value write_struct(const T& item) {
    boost::json::object out;
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        const auto& field = item.*member.pointer;
        if constexpr (is_optional<std::remove_cvref_t<decltype(field)>>::value) {
            if (field) out[member.name] = write(*field);
        } else {
            out[member.name] = write(field);
        }
    });
    return out;
}

template <class T>
boost::json::value write(const T& item) {
    if constexpr (Described<T>) {
        return write_struct(item);
    } else if constexpr (is_vector<T>::value) {
        boost::json::array out;
        out.reserve(item.size());
        for (const auto& element : item) out.push_back(write(element));
        return out;
    } else if constexpr (is_optional<T>::value) {
        return item ? write(*item) : boost::json::value(nullptr);
    } else if constexpr (std::same_as<T, std::string>) {
        return boost::json::string(item);
    } else if constexpr (std::floating_point<T>) {
        return std::isfinite(item) ? boost::json::value(item) : boost::json::value(nullptr);
    } else {
        static_assert(std::integral<T>);
        return item;
    }
}

template <class T>
Result<void> read(const boost::json::value& value, T& out, UnknownMembers unknown);

template <Described T>
Result<void> read_struct(const boost::json::value& value, T& out, UnknownMembers unknown) {
    const auto* object = value.if_object();
    if (!object) return wrong_type("an object", value);
    std::size_t known = 0;
    std::optional<Error> error;
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        if (error) return;
        auto& field = out.*member.pointer;
        constexpr bool optional = is_optional<std::remove_cvref_t<decltype(field)>>::value;
        const auto* found = object->if_contains(member.name);
        if (found) ++known;
        if (!found) {
            if constexpr (!optional) error = within_member(missing(), member.name);
            return;
        }
        if (auto result = read(*found, field, unknown); !result)
            error = within_member(std::move(result.error()), member.name);
    });
    if (error) return *error;
    if (known == object->size() || unknown == UnknownMembers::skip)
        return boost::outcome_v2::success();
    for (const auto& entry : *object) {
        bool is_known = false;
        boost::mp11::mp_for_each<members_of<T>>(
            [&](auto member) { is_known = is_known || entry.key() == member.name; });
        if (!is_known) return unknown_member(entry.key());
    }
    return boost::outcome_v2::success();
}

template <class T>
Result<void> read(const boost::json::value& value, T& out, UnknownMembers unknown) {
    if constexpr (is_optional<T>::value) {
        if (value.is_null()) {
            out.reset();
            return boost::outcome_v2::success();
        }
        return read(value, out.emplace(), unknown);
    } else if constexpr (Described<T>) {
        return read_struct(value, out, unknown);
    } else if constexpr (is_vector<T>::value) {
        const auto* array = value.if_array();
        if (!array) return wrong_type("an array", value);
        out.clear();
        out.reserve(array->size());
        for (std::size_t i = 0; i < array->size(); ++i) {
            typename T::value_type element{};
            if (auto result = read((*array)[i], element, unknown); !result)
                return within_element(std::move(result.error()), i);
            out.push_back(std::move(element));
        }
    } else if constexpr (std::same_as<T, std::string>) {
        if (!value.is_string()) return wrong_type("a string", value);
        out = value.get_string();
    } else if constexpr (std::same_as<T, bool>) {
        if (!value.is_bool()) return wrong_type("true or false", value);
        out = value.get_bool();
    } else if constexpr (std::floating_point<T>) {
        if (value.is_null()) {
            out = std::numeric_limits<T>::quiet_NaN();
            return boost::outcome_v2::success();
        }
        if (!value.is_number()) return wrong_type("a number", value);
        out = value.to_number<T>();
    } else {
        static_assert(std::signed_integral<T>);
        auto number =
            read_integer(value, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
        if (!number) return std::move(number.error());
        out = static_cast<T>(number.value());
    }
    return boost::outcome_v2::success();
}

}  // namespace detail

/// A described struct (or a vector of them) as JSON. Absent optionals are left out; NaN is null.
template <class T>
boost::json::value to_json(const T& item) {
    return detail::write(item);
}

/// Reads a T. The error's `field` is the path of the member at fault, empty for the whole value.
template <class T>
Result<T> from_json(const boost::json::value& value,
                    UnknownMembers unknown = UnknownMembers::refuse) {
    T out{};
    if (auto result = detail::read(value, out, unknown); !result)
        return detail::finished(std::move(result.error()));
    return out;
}

/// The same from text, which must be one JSON value nested at most 32 deep.
template <class T>
Result<T> from_json_text(std::string_view text, UnknownMembers unknown = UnknownMembers::refuse) {
    auto value = detail::parse_text(text);
    if (!value) return std::move(value.error());
    return from_json<T>(value.value(), unknown);
}

/// Compact text of to_json().
std::string to_text(const boost::json::value& value);
template <class T>
std::string to_json_text(const T& item) {
    return to_text(to_json(item));
}

}  // namespace millpond::admin::schema
