// SPDX-License-Identifier: Apache-2.0
#include "admin-api/control/reply_json.h"

#include <algorithm>
#include <cmath>

#include "admin-api/control/base64.h"

namespace millpond::admin {
namespace {

boost::json::value text_json(const std::string& text) {
    if (is_utf8(text)) return boost::json::string(text);
    return boost::json::object{{"base64", to_base64(text)}};
}

boost::json::value list_json(const std::vector<resp::Value>& items) {
    boost::json::array out;
    for (const auto& item : items) out.push_back(reply_json(item));
    return out;
}

boost::json::value map_json(const std::vector<resp::Value>& items) {
    const bool plain = [&] {
        for (std::size_t i = 0; i < items.size(); i += 2)
            if (!items[i].is_string() || !is_utf8(items[i].text)) return false;
        return true;
    }();
    if (plain) {
        boost::json::object out;
        for (std::size_t i = 0; i + 1 < items.size(); i += 2)
            out[items[i].text] = reply_json(items[i + 1]);
        return out;
    }
    boost::json::array out;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2)
        out.push_back(boost::json::array{reply_json(items[i]), reply_json(items[i + 1])});
    return out;
}

boost::json::value real_json(double real) {
    if (std::isfinite(real)) return real;
    return boost::json::string(std::isnan(real) ? "nan" : real > 0 ? "inf" : "-inf");
}

}  // namespace

boost::json::value reply_json(const resp::Value& reply) {
    using resp::ValueType;
    switch (reply.type) {
        case ValueType::null:
            return nullptr;
        case ValueType::error:
            return boost::json::object{{"error", text_json(reply.text)}};
        case ValueType::integer:
            return reply.integer;
        case ValueType::boolean:
            return reply.integer != 0;
        case ValueType::real:
            return real_json(reply.real);
        case ValueType::map:
        case ValueType::attribute:
            return map_json(reply.items);
        case ValueType::array:
        case ValueType::set:
        case ValueType::push:
            return list_json(reply.items);
        case ValueType::simple_string:
        case ValueType::bulk_string:
        case ValueType::verbatim:
        case ValueType::big_number:
            return text_json(reply.text);
    }
    return nullptr;
}

}  // namespace millpond::admin
