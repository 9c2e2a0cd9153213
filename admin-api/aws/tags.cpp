// SPDX-License-Identifier: Apache-2.0
#include "admin-api/aws/tags.h"

namespace millpond::admin::aws {

Result<std::vector<schema::Tag>> read_tags(Params& params, std::string_view name) {
    std::vector<schema::Tag> tags;
    for (Params& item : params.list(name)) {
        BOOST_OUTCOME_TRY(auto key, item.required("Key"));
        tags.push_back({std::move(key), item.text("Value").value_or("")});
    }
    return tags;
}

}  // namespace millpond::admin::aws
