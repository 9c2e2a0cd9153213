// SPDX-License-Identifier: Apache-2.0
//
// The request parser, as a connection feeds it: the input in one piece, in pieces whose sizes the
// input's first bytes choose, and before AUTH with its narrower limits. However it is cut, the same
// commands come out.
#include <string>
#include <vector>

#include "resp/request_parser.h"
#include "tests/fuzz/fuzzer.h"

using namespace millpond::resp;

namespace {

constexpr std::size_t kCommandsPerCall = 3;

struct Outcome {
    std::vector<std::string> arguments;
    std::vector<std::size_t> counts;
    bool malformed = false;
    std::string error;
    bool operator==(const Outcome&) const = default;
};

/// Feeds pieces of `piece` bytes (0: all at once); what is not done with stays in front.
Outcome feed(std::string_view input, std::size_t piece, const RequestLimits& limits) {
    Outcome outcome;
    RequestParser parser;
    std::string kept;
    if (piece == 0) piece = input.size() + 1;
    for (std::size_t at = 0; at < input.size() && !outcome.malformed; at += piece) {
        kept += input.substr(at, piece);
        // A copy of exactly that size: views behind the end are seen.
        const std::vector<char> exact(kept.begin(), kept.end());
        std::string_view rest(exact.data(), exact.size());
        for (;;) {
            RequestBatch batch;
            const auto status = parser.parse(rest, limits, kCommandsPerCall, batch);
            promise(batch.size() <= kCommandsPerCall, "no more commands than asked for");
            promise(batch.consumed() <= rest.size(), "no more bytes than there are");
            for (std::size_t i = 0; i < batch.size(); ++i) {
                outcome.counts.push_back(batch[i].size());
                promise(!batch[i].empty(), "a command has a name");
                for (const std::string_view argument : batch[i])
                    outcome.arguments.emplace_back(argument);
            }
            outcome.malformed = status == RequestParser::Status::malformed;
            if (outcome.malformed) outcome.error = parser.error();
            if (outcome.malformed || batch.empty()) {
                rest.remove_prefix(batch.consumed());
                break;
            }
            rest.remove_prefix(batch.consumed());
        }
        kept = rest;
    }
    return outcome;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    RequestLimits limits;
    limits.bulk_bytes_max = 1 << 20;
    const Outcome whole = feed(input, 0, limits);
    const Outcome cut = feed(input, 1 + data[0] % 61, limits);
    promise(whole.arguments == cut.arguments && whole.counts == cut.counts,
            "the same commands, however the input is cut");
    limits.authenticated = false;
    feed(input, 1 + data[0] % 7, limits);
    return 0;
}
