// SPDX-License-Identifier: Apache-2.0
#include "admin-api/aws/params.h"

#include <algorithm>
#include <charconv>

#include "admin-api/aws/url_form.h"

namespace millpond::admin::aws {
namespace {

Error malformed(std::string message) {
    return Error{"MalformedQueryString", std::move(message), "", 400};
}

std::optional<int> whole_number(std::string_view text) {
    int value = 0;
    const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || why != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

Result<Params> Params::parse(std::string_view form) {
    Params root;
    const auto pairs = parse_form(form);
    if (pairs.size() > params_max) return malformed("The request has too many parameters.");
    for (const auto& [name, value] : pairs) {
        Params* node = &root;
        int depth = 0;
        std::string_view rest = name;
        for (;;) {
            const auto dot = rest.find('.');
            node = &node->members_[std::string(rest.substr(0, dot))];
            if (dot == std::string_view::npos) break;
            if (++depth > depth_max)
                return malformed("The parameter " + name + " is nested too deep.");
            rest.remove_prefix(dot + 1);
        }
        if (node->value_) return malformed("The parameter " + name + " is given twice.");
        node->value_ = value;
    }
    return root;
}

Params* Params::find(std::string_view name) {
    const auto found = members_.find(name);
    return found == members_.end() ? nullptr : &found->second;
}

std::optional<std::string> Params::text(std::string_view name) {
    auto* node = find(name);
    if (!node || !node->value_) return std::nullopt;
    node->read_ = true;
    return node->value_;
}

Result<std::string> Params::required(std::string_view name) {
    auto value = text(name);
    if (value && !value->empty()) return *value;
    return Error{"MissingParameter",
                 "The request must contain the parameter " + std::string(name) + ".",
                 std::string(name), 400};
}

Result<std::optional<int>> Params::integer(std::string_view name) {
    const auto value = text(name);
    if (!value) return std::optional<int>();
    const auto number = whole_number(*value);
    if (!number)
        return invalid_value(std::string(name),
                             std::string(name) + " must be a whole number, not '" + *value + "'.");
    return number;
}

Result<std::optional<bool>> Params::boolean(std::string_view name) {
    const auto value = text(name);
    if (!value) return std::optional<bool>();
    if (*value == "true") return std::optional<bool>(true);
    if (*value == "false") return std::optional<bool>(false);
    return invalid_value(std::string(name),
                         std::string(name) + " must be true or false, not '" + *value + "'.");
}

std::vector<std::reference_wrapper<Params>> Params::list(std::string_view name) {
    auto* node = find(name);
    if (!node) return {};
    node->read_ = true;
    // "Tags.Tag.1" and "TagKeys.member.1" have one level more than "Filter.1".
    if (node->members_.size() == 1 && !whole_number(node->members_.begin()->first))
        node = &node->members_.begin()->second;
    std::vector<std::pair<int, Params*>> numbered;
    for (auto& [key, member] : node->members_)
        if (const auto number = whole_number(key)) numbered.emplace_back(*number, &member);
    std::sort(numbered.begin(), numbered.end());
    std::vector<std::reference_wrapper<Params>> items;
    items.reserve(numbered.size());
    for (const auto& [number, member] : numbered) items.emplace_back(*member);
    return items;
}

std::vector<std::string> Params::texts(std::string_view name) {
    std::vector<std::string> out;
    for (Params& item : list(name)) {
        if (!item.value_) continue;
        item.read_ = true;
        out.push_back(*item.value_);
    }
    return out;
}

bool Params::has(std::string_view name) const {
    return members_.find(name) != members_.end();
}

void Params::mark_all() {
    read_ = true;
    for (auto& [name, member] : members_) member.mark_all();
}

void Params::ignore(std::initializer_list<std::string_view> names) {
    for (const auto name : names)
        if (auto* node = find(name)) node->mark_all();
}

Result<void> Params::refuse(std::initializer_list<Refusal> refusals) {
    for (const auto& refusal : refusals) {
        BOOST_OUTCOME_TRYV(refuse_one(refusal));
    }
    return boost::outcome_v2::success();
}

Result<void> Params::refuse_one(const Refusal& refusal) {
    auto* node = find(refusal.name);
    if (!node) return boost::outcome_v2::success();
    node->mark_all();
    const bool asks_nothing =
        !node->value_ || node->value_->empty() || *node->value_ == refusal.neutral;
    if (node->members_.empty() && asks_nothing) return boost::outcome_v2::success();
    return invalid_value(
        std::string(refusal.name),
        std::string(refusal.name) + " is not supported here: " + std::string(refusal.why));
}

std::optional<std::string> Params::first_unread(const std::string& path) const {
    if (value_ && !read_) return path;
    for (const auto& [name, member] : members_)
        if (auto found = member.first_unread(path.empty() ? name : path + "." + name)) return found;
    return std::nullopt;
}

Result<void> Params::all_read() const {
    const auto unread = first_unread("");
    if (!unread) return boost::outcome_v2::success();
    return invalid_value(*unread, "The parameter " + *unread +
                                      " is not known to this action, and is not ignored lest it "
                                      "was meant to change what is done. Leave it out.");
}

}  // namespace millpond::admin::aws
