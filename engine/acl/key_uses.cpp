// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/key_uses.h"

#include <algorithm>
#include <array>

#include "engine/commands/command_keys.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/numbers.h"

namespace millpond::engine::acl {

namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 2> kReads{"RO", "access"}, kOverwrites{"OW", "update"};
constexpr std::array<std::string_view, 3> kReadsAndUpdates{"RW", "access", "update"};

Permissions permissions_of(Words words) {
    Permissions permissions = 0;
    for (const std::string_view word : words) {
        if (word == "access") permissions |= kMayRead;
        if (word == "insert" || word == "update" || word == "delete") permissions |= kMayWrite;
    }
    return permissions;
}

/// SET only reads with the option GET.
Words words_of_set(std::span<const Bytes> args) {
    const auto options = args.size() > 3 ? args.subspan(3) : std::span<const Bytes>();
    const bool gets = std::ranges::any_of(options, [](Bytes word) { return is_word(word, "get"); });
    return gets ? Words(kReadsAndUpdates) : Words(kOverwrites);
}

/// BITFIELD only writes with SET or INCRBY.
Words words_of_bitfield(std::span<const Bytes> args) {
    for (std::size_t i = 2; i < args.size();) {
        if (is_word(args[i], "get") && i + 2 < args.size()) {
            i += 3;
        } else if (is_word(args[i], "overflow") && i + 1 < args.size()) {
            i += 2;
        } else {
            return kReadsAndUpdates;
        }
    }
    return kReads;
}

/// Where a key specification's search begins among the arguments; 0: nowhere.
std::size_t begin_of(const KeySpec& spec, std::span<const Bytes> args) {
    if (spec.begin == KeySpec::Begin::unknown) return 0;
    if (spec.begin == KeySpec::Begin::index) return static_cast<std::size_t>(spec.index);
    std::string keyword(spec.keyword);
    for (char& c : keyword) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    const auto argc = static_cast<int>(args.size());
    const int step = spec.index > 0 ? 1 : -1;
    for (int i = spec.index > 0 ? spec.index : argc + spec.index; i > 0 && i < argc; i += step) {
        if (is_word(args[static_cast<std::size_t>(i)], keyword))
            return static_cast<std::size_t>(i) + 1;
    }
    return 0;
}

bool covers(const KeySpec& spec, std::span<const Bytes> args, std::size_t index) {
    const std::size_t begin = begin_of(spec, args);
    if (begin == 0 || begin >= args.size()) return false;
    if (spec.find == KeySpec::Find::count)
        return index >= begin + static_cast<std::size_t>(spec.first);
    if (spec.last >= 0)
        return index >= begin && index <= begin + static_cast<std::size_t>(spec.last);
    const std::size_t left = args.size() - begin;
    const std::size_t end = spec.limit > 1 ? begin + left / static_cast<std::size_t>(spec.limit)
                                           : args.size() - static_cast<std::size_t>(-spec.last) + 1;
    return index >= begin && index < end;
}

}  // namespace

KeyUses::Part KeyUses::make_part(KeySpec keys) {
    const Permissions permissions = permissions_of(keys.flags);
    const auto take = [&](std::string_view wanted) {
        return std::erase_if(keys.flags, [&](auto word) { return is_word(word, wanted); }) > 0;
    };
    const bool is_key = !take("not_key"), variable = take("variable_flags");
    take("incomplete");
    return {std::move(keys), permissions, is_key, variable};
}

KeyUses::KeyUses(const CommandSpec& spec) {
    if (!spec.find_keys && spec.keys.first == 0) return;
    for (KeySpec& keys : key_specs_of(spec)) parts_.push_back(make_part(std::move(keys)));
    for (Part& part : parts_)
        part.variable = part.variable || spec.name == "set" || spec.name == "bitfield";
    spec_ = &spec;
}

const KeyUses::Part* KeyUses::part_of(std::span<const Bytes> args, std::size_t index) const {
    const auto found = std::ranges::find_if(
        parts_, [&](const Part& part) { return covers(part.keys, args, index); });
    return found == parts_.end() ? nullptr : &*found;
}

void KeyUses::find(std::span<const Bytes> args, std::vector<Use>& uses) const {
    if (!spec_) return;
    std::vector<std::uint32_t> indexes;
    if (!Executor::find_keys(*spec_, args, indexes)) return;
    for (const std::uint32_t i : indexes) {
        const Part* part = parts_.size() == 1 ? parts_.data() : part_of(args, i);
        if (part && !part->is_key) continue;
        // What no specification covers is what SORT's STORE writes.
        Words words = part ? Words(part->keys.flags) : Words(kOverwrites);
        if (part && part->variable)
            words = spec_->name == "set" ? words_of_set(args) : words_of_bitfield(args);
        uses.push_back(
            {i, part && !part->variable ? part->permissions : permissions_of(words), words});
    }
}

}  // namespace millpond::engine::acl
