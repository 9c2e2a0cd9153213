// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/table.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <deque>
#include <string>
#include <unordered_map>

namespace millpond::engine {

namespace {

constexpr std::size_t kNameBytesMax = 48;  ///< of "container|subcommand"
constexpr std::size_t kSlots = 2048;       ///< a power of two, several times the number of commands

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// Of a lower-cased name.
std::size_t slot_of(std::string_view name) {
    std::uint32_t h = 2166136261u ^ static_cast<std::uint32_t>(name.size());
    for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 16777619u;
    return (h ^ (h >> 15)) % kSlots;
}

std::string lowered(std::string_view name) {
    std::string text(name);
    for (char& c : text) c = lower(c);
    return text;
}

}  // namespace

struct CommandTable::State {
    std::deque<CommandSpec> specs;
    std::array<const CommandSpec*, kSlots> slots{};
    std::unordered_map<std::string, const CommandSpec*> renamed;  ///< null: not to be had

    const CommandSpec* lookup(std::string_view lowered) const {
        for (std::size_t at = slot_of(lowered); slots[at]; at = (at + 1) % kSlots) {
            if (slots[at]->name == lowered) return slots[at];
        }
        return nullptr;
    }
};

CommandTable::CommandTable() : state_(std::make_unique<State>()) {}
CommandTable::~CommandTable() = default;

void CommandTable::add(const CommandSpec& spec) {
    assert(spec.name.size() <= kNameBytesMax && !state_->lookup(spec.name));
    assert(state_->specs.size() < kSlots / 2);
    CommandSpec& added = state_->specs.emplace_back(spec);
    added.id = static_cast<std::uint16_t>(state_->specs.size() - 1);
    const std::size_t bar = spec.name.find('|');
    if (bar != std::string_view::npos) {
        auto* container = const_cast<CommandSpec*>(state_->lookup(spec.name.substr(0, bar)));
        assert(container && "a container is added before its subcommands");
        container->has_subcommands = true;
        added.container = container;
    }
    std::size_t at = slot_of(spec.name);
    while (state_->slots[at]) at = (at + 1) % kSlots;
    state_->slots[at] = &added;
}

const CommandSpec* CommandTable::find(std::string_view name) const {
    if (name.size() > kNameBytesMax) return nullptr;
    char lowered[kNameBytesMax];
    for (std::size_t i = 0; i < name.size(); ++i) {
        lowered[i] = lower(name[i]);
        if (lowered[i] == '|') return nullptr;
    }
    return state_->lookup({lowered, name.size()});
}

const CommandSpec* CommandTable::find_typed(std::string_view name) const {
    if (state_->renamed.empty()) [[likely]]
        return find(name);
    const auto found = state_->renamed.find(lowered(name));
    return found == state_->renamed.end() ? find(name) : found->second;
}

const CommandSpec* CommandTable::find_full(std::string_view name) const {
    const std::size_t bar = name.find('|');
    const CommandSpec* spec = find_typed(name.substr(0, bar));
    if (!spec || bar == std::string_view::npos) return spec;
    return find_subcommand(*spec, name.substr(bar + 1));
}

std::optional<std::string_view> CommandTable::rename(std::string_view from, std::string_view to) {
    const CommandSpec* spec = find_typed(from);
    if (!spec) return "No such command in rename-command";
    if (!to.empty() && lowered(to) != lowered(from) && find_typed(to))
        return "Target command name already exists";
    state_->renamed[lowered(from)] = nullptr;
    if (!to.empty()) state_->renamed[lowered(to)] = spec;
    return std::nullopt;
}

const CommandSpec* CommandTable::find_subcommand(const CommandSpec& container,
                                                 std::string_view name) const {
    const std::size_t prefix = container.name.size() + 1;
    if (prefix + name.size() > kNameBytesMax) return nullptr;
    char joined[kNameBytesMax];
    std::memcpy(joined, container.name.data(), container.name.size());
    joined[prefix - 1] = '|';
    for (std::size_t i = 0; i < name.size(); ++i) joined[prefix + i] = lower(name[i]);
    return state_->lookup({joined, prefix + name.size()});
}

std::vector<const CommandSpec*> CommandTable::all() const {
    std::vector<const CommandSpec*> found;
    for (const CommandSpec& spec : state_->specs) {
        if (!spec.container) found.push_back(&spec);
    }
    std::ranges::sort(found, {}, &CommandSpec::name);
    return found;
}

std::vector<const CommandSpec*> CommandTable::subcommands(const CommandSpec& container) const {
    std::vector<const CommandSpec*> found;
    for (const CommandSpec& spec : state_->specs) {
        if (spec.container == &container) found.push_back(&spec);
    }
    std::ranges::sort(found, {}, &CommandSpec::name);
    return found;
}

std::size_t CommandTable::size() const {
    return state_->specs.size();
}

}  // namespace millpond::engine
