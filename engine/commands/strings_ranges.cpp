// SPDX-License-Identifier: Apache-2.0
//
// APPEND, SETRANGE, GETRANGE (SUBSTR) and STRLEN: parts of strings.
#include <algorithm>

#include "engine/commands/strings.h"
#include "engine/memory/copy_bytes.h"
#include "engine/server/config.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

/// Would a string of that length be longer than any argument may be? Answers the error.
bool fits_limit(Call& call, std::uint64_t start, std::uint64_t length) {
    const auto limit = static_cast<std::uint64_t>(call.server().config().proto_max_bulk_len.load());
    if (call.applying() || start + length <= limit) return true;
    return call.error("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
}

void append(Call& call) {
    const Bytes key = call.arg(1);
    const Bytes tail = call.arg(2);
    Entry* entry = call.db().find_write(key);
    std::size_t size = tail.size();
    if (entry == nullptr) {
        call.db().put_string(key, tail);
    } else {
        if (!entry->is_string()) return void(call.wrong_type());
        const std::size_t before = entry->string_length();
        if (!fits_limit(call, before, tail.size())) return;
        size += before;
        auto edited = call.db().edit_string(*entry, size);
        copy_bytes(edited.data + before, tail.data(), tail.size());
    }
    call.changed();
    call.notify(EventClass::string, "append", key);
    call.reply().integer(static_cast<std::int64_t>(size));
}

void setrange(Call& call) {
    const Bytes key = call.arg(1);
    const Bytes part = call.arg(3);
    std::int64_t offset = 0;
    if (!call.integer(2, offset)) return;
    if (offset < 0) return void(call.error("ERR offset is out of range"));
    Entry* entry = call.db().find_write(key);
    if (entry != nullptr && !entry->is_string()) return void(call.wrong_type());
    const std::size_t before = entry == nullptr ? 0 : entry->string_length();
    // Nothing to write changes nothing, and creates nothing.
    if (part.empty()) return call.reply().integer(static_cast<std::int64_t>(before));
    const auto start = static_cast<std::size_t>(offset);
    if (!fits_limit(call, start, part.size())) return;
    if (entry == nullptr) entry = call.db().put_string(key, "");
    const std::size_t size = std::max(before, start + part.size());
    auto edited = call.db().edit_string(*entry, size);
    copy_bytes(edited.data + start, part.data(), part.size());
    call.changed();
    call.notify(EventClass::string, "setrange", key);
    call.reply().integer(static_cast<std::int64_t>(size));
}

void getrange(Call& call) {
    std::int64_t start = 0;
    std::int64_t end = 0;
    if (!call.integer(2, start) || !call.integer(3, end)) return;
    const Entry* entry = call.db().find_read(call.arg(1));
    if (entry == nullptr) return call.reply().bulk("");
    if (!entry->is_string()) return void(call.wrong_type());
    StringScratch scratch;
    const Bytes bytes = entry->string(scratch);
    const auto size = static_cast<std::int64_t>(bytes.size());
    if (start < 0 && end < 0 && start > end) return call.reply().bulk("");
    if (start < 0) start = std::max<std::int64_t>(start + size, 0);
    if (end < 0) end = std::max<std::int64_t>(end + size, 0);
    end = std::min(end, size - 1);
    if (start > end || size == 0) return call.reply().bulk("");
    call.reply().bulk(
        bytes.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(end - start + 1)));
}

void strlen(Call& call) {
    const Entry* entry = call.db().find_read(call.arg(1));
    if (entry == nullptr) return call.reply().integer(0);
    if (!entry->is_string()) return void(call.wrong_type());
    call.reply().integer(static_cast<std::int64_t>(entry->string_length()));
}

}  // namespace

void add_string_range_commands(CommandTable& table) {
    CommandSpec spec{.name = "append",
                     .arity = 3,
                     .flags = kWrite | kDenyOom | kFast,
                     .keys = {1, 1, 1},
                     .categories = kCatString,
                     .handler = append,
                     .since = "2.0.0",
                     .group = "string",
                     .complexity = "O(1) amortized",
                     .summary = "Adds bytes to the end of a string.",
                     .key_flags = "RW INSERT"};
    table.add(spec);
    spec.name = "setrange";
    spec.arity = 4;
    spec.flags = kWrite | kDenyOom;
    spec.handler = setrange;
    spec.since = "2.2.0";
    spec.complexity = "O(N) in the length of what is written";
    spec.summary = "Overwrites a part of a string, which grows with zero bytes where it must.";
    spec.key_flags = "RW UPDATE";
    table.add(spec);
    spec.name = "getrange";
    spec.flags = kReadonly;
    spec.handler = getrange;
    spec.since = "2.4.0";
    spec.complexity = "O(N) in the length of the part";
    spec.summary = "Answers a part of a string.";
    spec.key_flags = "RO ACCESS";
    table.add(spec);
    spec.name = "substr";
    spec.since = "1.0.0";
    spec.summary = "Answers a part of a string; GETRANGE's old name.";
    table.add(spec);
    spec.name = "strlen";
    spec.arity = 2;
    spec.flags = kReadonly | kFast;
    spec.handler = strlen;
    spec.since = "2.2.0";
    spec.complexity = "O(1)";
    spec.summary = "Answers the length of a string.";
    spec.key_flags = "RO";
    table.add(spec);
}

}  // namespace millpond::engine
