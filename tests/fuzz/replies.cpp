// SPDX-License-Identifier: Apache-2.0
//
// The reply parser, with which a replica, MIGRATE, the admin and the console read what a server
// sends: in one piece and in pieces of the size that the first byte tells. However the bytes are
// cut, the same values come out.
#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "resp/reply_parser.h"
#include "tests/fuzz/fuzzer.h"

using namespace millpond::resp;

namespace {

bool same(const Value& a, const Value& b) {
    // Numbers by their bits: nan is a value too.
    return a.type == b.type && a.integer == b.integer && a.text == b.text &&
           std::bit_cast<std::uint64_t>(a.real) == std::bit_cast<std::uint64_t>(b.real) &&
           std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same);
}

struct Outcome {
    std::vector<Value> values;
    std::string error;
};

Outcome feed(std::string_view input, std::size_t piece) {
    Outcome outcome;
    ReplyParser parser;
    for (std::size_t at = 0; at < input.size(); at += piece) {
        parser.feed(input.substr(at, piece));
        for (;;) {
            Value value;
            const ReplyParser::Status status = parser.next(value);
            promise(parser.pending() <= input.size(), "no more is left than was fed");
            if (status == ReplyParser::Status::need_more) break;
            if (status == ReplyParser::Status::malformed) {
                outcome.error = parser.error();
                promise(!outcome.error.empty(), "an error has a text");
                return outcome;
            }
            outcome.values.push_back(std::move(value));
        }
    }
    return outcome;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view input{reinterpret_cast<const char*>(data) + 1, size - 1};
    const Outcome whole = feed(input, input.size());
    const Outcome parts = feed(input, std::max<std::size_t>(1, data[0]));
    promise(whole.values.size() == parts.values.size(), "as many values come out");
    for (std::size_t i = 0; i < whole.values.size(); ++i)
        promise(same(whole.values[i], parts.values[i]), "the same values come out");
    promise(whole.error == parts.error, "the same error comes out");
    return 0;
}
