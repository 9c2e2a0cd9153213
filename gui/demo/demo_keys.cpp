// SPDX-License-Identifier: Apache-2.0
#include "gui/demo/demo_keys.h"

#include <QRegularExpression>
#include <algorithm>

namespace millpond::console {
namespace {

constexpr int kKeys = 600;

std::string base64(const std::string& bytes) {
    return QByteArray::fromStdString(bytes).toBase64().toStdString();
}

const char* typeOf(int number) {
    static const char* types[] = {"hash", "string", "list", "set", "zset"};
    return types[number % 5];
}

std::string nameOf(int number) {
    static const char* names[] = {"order:", "description:", "queue:", "tags:", "ranking:"};
    return names[number % 5] + std::to_string(10'000 + number);
}

schema::KeySummary summary(int number) {
    return {base64(nameOf(number)), typeOf(number), number % 4 == 0 ? 60'000 + number * 1000LL : -1,
            96 + (number * 37) % 4000};
}

}  // namespace

schema::KeyPage demoKeys(const KeysQuery& query) {
    const auto pattern = QRegularExpression::fromWildcard(
        QString::fromStdString(query.match.empty() ? "*" : query.match));
    schema::KeyPage page;
    page.total = kKeys;
    const int from = std::stoi(query.cursor);
    const int to = std::min(from + query.count, kKeys);
    for (int number = from; number < to; ++number) {
        if (!query.type.empty() && query.type != typeOf(number)) continue;
        if (pattern.match(QString::fromStdString(nameOf(number))).hasMatch())
            page.keys.push_back(summary(number));
    }
    page.cursor = to == kKeys ? "0" : std::to_string(to);
    return page;
}

schema::KeyValue demoValue(const std::string& key, std::int64_t offset, int count) {
    const std::string name = QByteArray::fromBase64(QByteArray::fromStdString(key)).toStdString();
    const int number = std::stoi(name.substr(name.find(':') + 1)) - 10'000;
    const schema::KeySummary known = summary(number);
    schema::KeyValue value{key, known.type, "listpack", known.ttl_ms, known.bytes, 0, {}, false};
    std::vector<std::string> items;
    if (value.type == "string") {
        value.encoding = "embstr";
        items = {R"({"product":"water wheel","height_m":4.2,"stock":3,"tags":["oak","iron"]})"};
        value.length = std::int64_t(items[0].size());
    } else if (value.type == "hash") {
        items = {"customer", "kim",
                 "status",   "paid",
                 "total",    "129000",
                 "currency", "KRW",
                 "note",     "문 앞에 놓아 주세요",
                 "token",    std::string("\x01\xff\x00z", 4)};
        value.length = std::int64_t(items.size() / 2);
    } else if (value.type == "zset") {
        for (int i = 0; i < 40; ++i) {
            items.push_back("product:" + std::to_string(500 + i));
            items.push_back(std::to_string(9000 - i * 113));
        }
        value.length = 40;
    } else {
        for (int i = 0; i < 24; ++i)
            items.push_back((value.type == "list" ? "job-" : "label-") + std::to_string(i));
        value.length = 24;
    }
    const auto width = std::int64_t(value.type == "hash" || value.type == "zset" ? 2 : 1);
    const auto first = std::min<std::int64_t>(offset * width, std::int64_t(items.size()));
    const auto last =
        std::min<std::int64_t>(first + std::int64_t(count) * width, std::int64_t(items.size()));
    for (std::int64_t i = first; i < last; ++i)
        value.items.push_back(base64(items[std::size_t(i)]));
    value.truncated = last < std::int64_t(items.size());
    return value;
}

}  // namespace millpond::console
