// SPDX-License-Identifier: Apache-2.0
#include "admin-api/aws/page.h"

#include <cstdlib>

namespace millpond::admin::aws {
namespace {
constexpr std::string_view prefix = "mp1-";
}

std::string make_marker(std::string_view id) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out(prefix);
    for (const unsigned char byte : id) {
        out.push_back(digits[byte >> 4]);
        out.push_back(digits[byte & 15]);
    }
    return out;
}

Result<std::string> read_marker(std::string_view marker, const char* name) {
    const auto digits = marker.substr(std::min(prefix.size(), marker.size()));
    if (!marker.starts_with(prefix) || digits.empty() || digits.size() % 2 != 0 ||
        digits.find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return invalid_value(name, std::string(name) + " is not one that this API has given: '" +
                                       std::string(marker) + "'.");
    std::string id;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        id.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
    return id;
}

Result<PageRequest> read_page(Params& params, const PageRule& rule) {
    PageRequest request;
    BOOST_OUTCOME_TRY(const auto size, params.integer(rule.size));
    request.size = size.value_or(rule.size_default);
    if (request.size < rule.size_min || request.size > rule.size_max)
        return invalid_value(rule.size, std::string(rule.size) + " must be from " +
                                            std::to_string(rule.size_min) + " to " +
                                            std::to_string(rule.size_max) + ", not " +
                                            std::to_string(request.size) + ".");
    const auto marker = params.text(rule.marker);
    if (!marker || marker->empty()) return request;
    BOOST_OUTCOME_TRY(request.after, read_marker(*marker, rule.marker));
    return request;
}

}  // namespace millpond::admin::aws
