// SPDX-License-Identifier: Apache-2.0
//
// EC2's filters: "Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1*". All filters must match; of a
// filter's values one must; '*' and '?' are wildcards. Pure; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "admin-api/aws/params.h"
#include "admin-api/schema/common.h"

namespace millpond::admin::aws {

/// What an object offers to filters: each name may have several values ("ip-permission.cidr").
class Facts {
public:
    void add(std::string name, std::string value) {
        values_.emplace(std::move(name), std::move(value));
    }
    void add(std::string name, bool value) {
        add(std::move(name), std::string(value ? "true" : "false"));
    }
    void add(std::string name, int value) { add(std::move(name), std::to_string(value)); }
    void add_tags(const std::vector<schema::Tag>& tags);

    bool has(std::string_view name, const std::string& pattern) const;

private:
    std::multimap<std::string, std::string, std::less<>> values_;
};

class Filters {
public:
    /// Fails on a filter that is not one of `names`; "tag:" stands for tag:KEY.
    static Result<Filters> read(Params& params, const std::vector<std::string_view>& names);
    bool match(const Facts& facts) const;

private:
    struct Filter {
        std::string name;
        std::vector<std::string> patterns;
    };
    std::vector<Filter> filters_;
};

/// Whether `text` is what `pattern` says, with '*' for any run and '?' for any character.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace millpond::admin::aws
