// SPDX-License-Identifier: Apache-2.0
//
// The parameters of one query-protocol request, as the tree that their dotted names draw:
// "Tags.Tag.1.Key=team" is Tags -> Tag -> 1 -> Key. It remembers what was read, so that a parameter
// that nobody understood is refused rather than ignored. One thread.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin-api/schema/result.h"

namespace millpond::admin::aws {

/// A parameter that is not supported: `neutral` is the value that asks for nothing, beside the
/// empty one; `why` ends the sentence "NAME is not supported here: ".
struct Refusal {
    std::string_view name;
    std::string_view neutral;
    std::string_view why;
};

class Params {
public:
    static constexpr std::size_t params_max = 4096;
    static constexpr int depth_max = 10;

    /// Fails on a name given twice, on too many and on too deep ones.
    static Result<Params> parse(std::string_view form);

    // Scalars of this level. Reading marks a parameter as understood.
    std::optional<std::string> text(std::string_view name);
    Result<std::string> required(std::string_view name);
    Result<std::optional<int>> integer(std::string_view name);
    Result<std::optional<bool>> boolean(std::string_view name);

    /// The elements of a list in the order of their numbers, in either protocol's form: "Name.1",
    /// "Name.member.1", "Name.Element.1". Empty for an absent list and for the "Name=" of an empty
    /// one.
    std::vector<std::reference_wrapper<Params>> list(std::string_view name);
    std::vector<std::string> texts(std::string_view name);
    /// Whether the list was sent at all, empty or not.
    bool has(std::string_view name) const;

    /// Marks parameters that change nothing here as understood.
    void ignore(std::initializer_list<std::string_view> names);
    /// Refuses what AWS offers and Millpond does not, unless its value asks for nothing.
    Result<void> refuse(std::initializer_list<Refusal> refusals);
    /// To be asked before anything is changed: fails on the first parameter that nobody has read.
    Result<void> all_read() const;

private:
    Params* find(std::string_view name);
    std::optional<std::string> first_unread(const std::string& path) const;
    void mark_all();
    Result<void> refuse_one(const Refusal& refusal);

    std::optional<std::string> value_;
    mutable bool read_ = false;
    std::map<std::string, Params, std::less<>> members_;
};

}  // namespace millpond::admin::aws
