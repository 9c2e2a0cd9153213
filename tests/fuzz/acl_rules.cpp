// SPDX-License-Identifier: Apache-2.0
//
// A user's rules, parted by line feeds as arguments of ACL SETUSER are. A refused rule changes
// nothing; what describes a user makes the same user; testing any command of it is safe.
#include <string>
#include <vector>

#include "engine/acl/check.h"
#include "engine/acl/description.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/rules_table.h"

using namespace millpond::engine;
using namespace millpond::engine::acl;

namespace {

constexpr ChannelDefault kChannels = ChannelDefault::none;
constexpr std::size_t kRulesMax = 64;

std::vector<std::string_view> split_at(std::string_view text, char separator,
                                       std::size_t most = SIZE_MAX) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos || parts.size() == most) return parts;
        text.remove_prefix(end + 1);
    }
}

void apply_all(User& user, std::span<const std::string_view> words) {
    std::vector<std::string> rules;
    if (join_selectors(words, rules)) return;
    for (const std::string& rule : rules) {
        const std::string before = describe(user);
        if (user.apply(rule, kChannels) != RuleError::none)
            promise(describe(user) == before, "a refused rule changes nothing");
    }
}

void check_all(const User& user, std::span<const std::string_view> words) {
    const Bytes first = words.front(), last = words.back();
    for (const CommandIndex::Entry& entry : fuzzed_commands().commands()) {
        for (const std::vector<Bytes>& args : {std::vector<Bytes>{entry.spec->name},
                                               {entry.spec->name, first},
                                               {entry.spec->name, first, last},
                                               {entry.spec->name, first, last, "get"}}) {
            const Verdict verdict = check(fuzzed_commands(), user, *entry.spec, args);
            promise(verdict.argument < args.size(), "a reason is among the arguments");
            promise(!user.unrestricted() || verdict.allowed(), "unrestricted may do everything");
        }
    }
}

/// Rules of the canonical form hold no blanks but in selectors.
User made_from(const std::string& description) {
    User user(fuzzed_commands(), kChannels);
    std::vector<std::string> rules;
    promise(!join_selectors(split_at(description, ' '), rules), "parentheses are closed");
    for (const std::string& rule : rules)
        promise(user.apply(rule, kChannels) == RuleError::none, "a description is made of rules");
    return user;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::vector<std::string_view> words = split_at(text, '\n', kRulesMax);
    User user(fuzzed_commands(), kChannels);
    apply_all(user, words);
    check_all(user, words);
    if (!reads_back(user)) return 0;
    const std::string description = describe(user);
    promise(describe(made_from(description)) == description, "a description makes the same user");
    return 0;
}
