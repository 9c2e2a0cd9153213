// SPDX-License-Identifier: Apache-2.0
#include "resp/value.h"

namespace millpond::resp {

namespace {

const Value* find_in_flat(const std::vector<Value>& items, std::string_view key) {
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        if (items[i].is_string() && items[i].text == key) return &items[i + 1];
    }
    return nullptr;
}

}  // namespace

const Value* Value::find(std::string_view key) const {
    if (type != ValueType::map && type != ValueType::array) return nullptr;
    return find_in_flat(items, key);
}

}  // namespace millpond::resp
