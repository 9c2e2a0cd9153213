// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/command_index.h"

#include <charconv>

namespace millpond::engine::acl {

namespace {

bool is_classic(std::string_view since) {
    int major = 0, minor = 0;
    const char* end = since.data() + since.size();
    const auto first = std::from_chars(since.data(), end, major);
    if (first.ptr != end) std::from_chars(first.ptr + 1, end, minor);
    return major < 7 || (major == 7 && minor == 0);
}

CommandIndex::Entry make_entry(const CommandTable& table, const CommandSpec& spec) {
    CommandIndex::Entry entry{&spec, categories_of(spec), is_classic(spec.since), {}};
    if (!spec.has_subcommands) return entry;
    for (const CommandSpec* sub : table.subcommands(spec))
        entry.subcommands.push_back(make_entry(table, *sub));
    return entry;
}

ChannelUse channel_use_of(std::string_view name) {
    if (name == "publish" || name == "spublish") return ChannelUse::publish;
    if (name == "subscribe" || name == "ssubscribe") return ChannelUse::subscribe;
    return name == "psubscribe" ? ChannelUse::subscribe_pattern : ChannelUse::none;
}

}  // namespace

CommandIndex::CommandIndex(const CommandTable& table)
    : table_(table), by_id_(table.size()), key_uses_(table.size()), channel_uses_(table.size()) {
    for (const CommandSpec* spec : table.all()) commands_.push_back(make_entry(table, *spec));
    for (const Entry& entry : commands_) {
        by_id_[entry.spec->id] = &entry;
        key_uses_[entry.spec->id] = KeyUses(*entry.spec);
        channel_uses_[entry.spec->id] = channel_use_of(entry.spec->name);
        for (const Entry& sub : entry.subcommands) {
            by_id_[sub.spec->id] = &sub;
            key_uses_[sub.spec->id] = KeyUses(*sub.spec);
        }
    }
}

const CommandSpec* CommandIndex::find(std::string_view name) const {
    const std::size_t bar = name.find('|');
    const CommandSpec* spec = table_.find(name.substr(0, bar));
    if (!spec || bar == std::string_view::npos) return spec;
    const std::string_view rest = name.substr(bar + 1);
    if (!spec->has_subcommands || rest.find('|') != std::string_view::npos) return nullptr;
    return table_.find_subcommand(*spec, rest);
}

}  // namespace millpond::engine::acl
