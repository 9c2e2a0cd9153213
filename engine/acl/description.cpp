// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/description.h"

#include <limits>
#include <vector>

namespace millpond::engine::acl {

namespace {

using Entry = CommandIndex::Entry;

void append_word(std::string& out, std::string_view word) {
    if (!out.empty()) out += ' ';
    out += word;
}

struct Balance {
    std::size_t on = 0, off = 0;
};

void count(const std::vector<Entry>& entries, CategoryMask category, const CommandSet& bits,
           Balance& balance) {
    for (const Entry& entry : entries) {
        if ((entry.categories & category) && entry.classic)
            ++(bits[entry.spec->id] ? balance.on : balance.off);
        count(entry.subcommands, category, bits, balance);
    }
}

/// The category, not yet used, that has more commands which are to change than commands which are
/// not: the one with the fewest of these, and of several the biggest. 0: there is none.
CategoryMask best_category(const Selector& rest, CategoryMask used, bool additive) {
    CategoryMask best = 0;
    std::size_t least_different = std::numeric_limits<std::size_t>::max(), most_same = 0;
    for (const CategoryName& category : categories()) {
        if (used & category.bit) continue;
        Balance balance;
        count(rest.index().commands(), category.bit, rest.commands(), balance);
        const std::size_t different = additive ? balance.off : balance.on;
        const std::size_t same = additive ? balance.on : balance.off;
        if (same <= different) continue;
        if (different < least_different || (different == least_different && same > most_same)) {
            best = category.bit;
            least_different = different;
            most_same = same;
        }
    }
    return best;
}

std::string_view name_of(CategoryMask bit) {
    for (const CategoryName& category : categories()) {
        if (category.bit == bit) return category.name;
    }
    return {};
}

/// What the categories have not said: one command after another.
void append_commands(const std::vector<Entry>& entries, const Selector& wanted, Selector& said,
                     std::string& out) {
    for (const Entry& entry : entries) {
        const CommandSpec& spec = *entry.spec;
        const bool allowed = wanted.commands()[spec.id];
        if (allowed != said.commands()[spec.id]) {
            append_word(out, (allowed ? "+" : "-") + std::string(spec.name));
            said.set_command(spec, allowed);
        }
        append_commands(entry.subcommands, wanted, said, out);
        const std::vector<std::string>* first = wanted.first_arguments(spec);
        if (allowed || !first) continue;
        for (const std::string& argument : *first)
            append_word(out, "+" + std::string(spec.name) + "|" + argument);
    }
}

}  // namespace

std::string describe_commands(const Selector& selector) {
    // As rules are written they are applied to `said`; `rest` is what they leave to be said.
    const bool additive = !selector.commands()[kFutureCommands];
    std::string out = additive ? "-@all" : "+@all";
    Selector said(selector.index(), false), rest = selector;
    said.set_all_commands(!additive);
    CategoryMask used = 0;
    while (const CategoryMask best = best_category(rest, used, additive)) {
        append_word(out, (additive ? "+@" : "-@") + std::string(name_of(best)));
        said.set_category(best, additive);
        rest.set_category(best, !additive);
        used |= best;
    }
    append_commands(selector.index().commands(), selector, said, out);
    return out;
}

std::string describe_keys(const Selector& selector) {
    if (selector.all_keys()) return "~*";
    std::string out;
    for (const KeyPattern& one : selector.keys()) {
        const std::string_view prefix = one.permissions == kMayAll    ? "~"
                                        : one.permissions == kMayRead ? "%R~"
                                                                      : "%W~";
        append_word(out, std::string(prefix) + one.pattern);
    }
    return out;
}

std::string describe_channels(const Selector& selector) {
    if (selector.all_channels()) return "&*";
    std::string out;
    for (const std::string& pattern : selector.channels()) append_word(out, "&" + pattern);
    return out;
}

std::string describe(const Selector& selector) {
    std::string out = describe_keys(selector);
    if (!selector.all_channels()) append_word(out, "resetchannels");
    if (const std::string channels = describe_channels(selector); !channels.empty())
        append_word(out, channels);
    append_word(out, describe_commands(selector));
    return out;
}

std::vector<std::string_view> flag_words(const User& user) {
    std::vector<std::string_view> words{user.enabled() ? "on" : "off"};
    if (user.without_password()) words.emplace_back("nopass");
    if (user.sanitize() == User::Sanitize::skip) words.emplace_back("skip-sanitize-payload");
    if (user.sanitize() == User::Sanitize::always) words.emplace_back("sanitize-payload");
    return words;
}

std::string describe(const User& user) {
    std::string out;
    for (const std::string_view word : flag_words(user)) append_word(out, word);
    for (const std::string& hash : user.passwords()) append_word(out, "#" + hash);
    append_word(out, describe(user.root()));
    for (const Selector& selector : user.others()) append_word(out, "(" + describe(selector) + ")");
    return out;
}

}  // namespace millpond::engine::acl
