// SPDX-License-Identifier: Apache-2.0
//
// XGROUP: consumer groups and their consumers; and XACK.
#include "engine/commands/help.h"
#include "engine/commands/numbers.h"
#include "engine/commands/streams.h"
#include "engine/keyspace/keyspace.h"
#include "engine/memory/background_free.h"

namespace millpond::engine {

namespace {

/// A group with more effort than this is freed in the background.
constexpr std::size_t kInlineFreeEffort = 64;

struct GroupOptions {
    bool make_stream = false;
    std::int64_t entries_read = StreamGroup::kEntriesReadUnknown;
};

bool read_options(Call& call, bool create, GroupOptions& options) {
    for (std::size_t i = 5; i < call.argc(); ++i) {
        if (create && is_word(call.arg(i), "mkstream")) {
            options.make_stream = true;
            continue;
        }
        if (!is_word(call.arg(i), "entriesread") || i + 1 == call.argc()) {
            return wrong_subcommand(call);
        }
        if (!call.integer(++i, options.entries_read)) return false;
        if (options.entries_read < 0 && options.entries_read != StreamGroup::kEntriesReadUnknown) {
            return call.error("ERR value for ENTRIESREAD must be positive or -1");
        }
    }
    return true;
}

/// The key's stream; null is no error when one may be made.
bool find_stream_of(Call& call, bool may_make, Stream*& stream) {
    Entry* entry = nullptr;
    if (!find_for_writing(call, call.arg(2), Type::stream, entry)) return false;
    stream = entry == nullptr ? nullptr : &stream_of(entry);
    return stream != nullptr || may_make ||
           call.error(
               "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may "
               "want to use the MKSTREAM option to create an empty stream automatically.");
}

bool find_group_of(Call& call, Stream*& stream, StreamGroup*& group) {
    if (!find_stream_of(call, false, stream)) return false;
    group = stream->find_group(call.arg(3));
    return group != nullptr ||
           call.error("NOGROUP No such consumer group '" + error_word(call.arg(3)) +
                      "' for key name '" + error_word(call.arg(2)) + "'");
}

/// The id a group begins behind: "$" is the stream's last.
bool group_id(Call& call, const Stream* stream, bool edges, StreamId& id) {
    if (call.arg(4).substr(0, call.arg(4).find('\0')) != "$") {
        return stream_id(call, 4, id, {.edges = edges});
    }
    if (stream != nullptr) id = stream->last_id();
    return true;
}

void done(Call& call, std::string_view event) {
    call.changed();
    call.unwatched();
    call.notify(EventClass::stream, event, call.arg(2));
}

void create(Call& call) {
    constexpr std::size_t kWordsMax = 8;
    GroupOptions options;
    Stream* stream = nullptr;
    StreamId id;
    if (!read_options(call, true, options) || !find_stream_of(call, options.make_stream, stream)) {
        return;
    }
    if (call.argc() > kWordsMax) return void(wrong_subcommand(call));
    if (!group_id(call, stream, false, id)) return;
    if (stream != nullptr && stream->find_group(call.arg(3)) != nullptr) {
        return void(call.error("BUSYGROUP Consumer Group name already exists"));
    }
    const bool made = stream == nullptr;
    if (made) {
        stream = &stream_of(call.db().put_object(call.arg(2), Type::stream, Stream::create()));
    }
    stream->create_group(call.arg(3), id, options.entries_read);
    call.reply().ok();
    call.changed();
    if (!made) call.unwatched();
    call.notify(EventClass::stream, "xgroup-create", call.arg(2));
}

void setid(Call& call) {
    GroupOptions options;
    Stream* stream = nullptr;
    StreamGroup* group = nullptr;
    StreamId id;
    if (!read_options(call, false, options) || !find_group_of(call, stream, group)) return;
    if (call.argc() != 5 && call.argc() != 7) return void(wrong_subcommand(call));
    if (!group_id(call, stream, true, id)) return;
    group->last_id = id;
    group->entries_read = options.entries_read;
    call.reply().ok();
    done(call, "xgroup-setid");
}

void free_group(Call& call, std::unique_ptr<StreamGroup> group) {
    if (group->effort() <= kInlineFreeEffort) return;
    call.db().keyspace().background().give(
        [](std::uintptr_t, void* object) { delete static_cast<StreamGroup*>(object); }, 0,
        group.release());
}

void destroy(Call& call) {
    Stream* stream = nullptr;
    if (!find_stream_of(call, false, stream)) return;
    std::unique_ptr<StreamGroup> group = stream->remove_group(call.arg(3));
    call.reply().integer(group != nullptr ? 1 : 0);
    if (group == nullptr) return;
    free_group(call, std::move(group));
    call.ready(call.arg(2));  // who waits in the group is told
    done(call, "xgroup-destroy");
}

void create_consumer(Call& call) {
    Stream* stream = nullptr;
    StreamGroup* group = nullptr;
    if (!find_group_of(call, stream, group)) return;
    const bool made = group->create(call.arg(4), call.now()) != nullptr;
    call.reply().integer(made ? 1 : 0);
    if (made) done(call, "xgroup-createconsumer");
}

void delete_consumer(Call& call) {
    Stream* stream = nullptr;
    StreamGroup* group = nullptr;
    if (!find_group_of(call, stream, group)) return;
    StreamConsumer* consumer = group->find(call.arg(4));
    if (consumer == nullptr) return call.reply().integer(0);
    call.reply().integer(static_cast<std::int64_t>(group->erase(*consumer)));
    done(call, "xgroup-delconsumer");
}

void xack(Call& call) {
    Stream* stream = nullptr;
    if (!find_changing_stream(call, call.arg(1), stream)) return;
    StreamGroup* group = stream == nullptr ? nullptr : stream->find_group(call.arg(2));
    if (group == nullptr) return call.reply().integer(0);
    std::vector<StreamId> ids(call.argc() - 3);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!stream_id(call, i + 3, ids[i])) return;
    }
    std::size_t acknowledged = 0;
    for (const StreamId& id : ids) acknowledged += group->acknowledge(id) ? 1 : 0;
    call.changed(acknowledged);
    call.unwatched();
    call.reply().integer(static_cast<std::int64_t>(acknowledged));
}

}  // namespace

void add_stream_group_commands(CommandTable& table) {
    table.add(kStreams.one_key("xack", -4, kWrite | kFast, xack, "5.0.0",
                               "O(log N) for each entry, N being pending", "RW UPDATE",
                               "Acknowledges entries that were pending for a group."));
    table.add({.name = "xgroup",
               .arity = -2,
               .since = "5.0.0",
               .group = "stream",
               .complexity = "Depends on the subcommand",
               .summary = "Manages the consumer groups of streams."});
    const auto add = [&](std::string_view name, int arity, std::uint32_t flags, Handler handler,
                         std::string_view complexity, std::string_view key_flags,
                         std::string_view summary, std::string_view since = "5.0.0") {
        CommandSpec spec =
            kStreams.one_key(name, arity, flags, handler, since, complexity, key_flags, summary);
        spec.keys = {2, 2, 1};
        table.add(spec);
    };
    add("xgroup|create", -5, kWrite | kDenyOom, create, "O(1)", "RW INSERT",
        "Makes a consumer group.");
    add("xgroup|setid", -5, kWrite, setid, "O(1)", "RW UPDATE",
        "Sets the last id that a group has been given.");
    add("xgroup|destroy", 4, kWrite, destroy, "O(N) in the entries pending for the group",
        "RW DELETE", "Removes a consumer group.");
    add("xgroup|createconsumer", 5, kWrite | kDenyOom, create_consumer, "O(1)", "RW INSERT",
        "Makes a consumer of a group.", "6.2.0");
    add("xgroup|delconsumer", 5, kWrite, delete_consumer,
        "O(N log M) for N entries pending for the consumer, M for the group", "RW DELETE",
        "Removes a consumer of a group with what is pending for it.");
    table.add({.name = "xgroup|help",
               .arity = 2,
               .flags = kLoading | kStale,
               .categories = kCatStream,
               .handler = help,
               .since = "5.0.0",
               .group = "stream",
               .complexity = "O(1)",
               .summary = "Explains XGROUP's subcommands."});
}

}  // namespace millpond::engine
