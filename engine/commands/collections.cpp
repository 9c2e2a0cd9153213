// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/collections.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <unordered_set>

#include "engine/commands/glob.h"
#include "engine/commands/numbers.h"
#include "engine/keyspace/clock.h"

namespace millpond::engine {

namespace {

bool has_type(Call& call, const Entry* entry, Type type) {
    return !entry || entry->type() == type || call.wrong_type();
}

std::string error_text(std::string_view message) {
    return "ERR " + std::string(message);
}

bool keys_after_count(std::span<const Bytes> args, std::size_t count_at,
                      std::vector<std::uint32_t>& indexes) {
    if (args.size() <= count_at) return false;
    auto count = parse_integer(args[count_at]);
    if (!count || *count < 1 || static_cast<std::uint64_t>(*count) > args.size() - count_at - 1)
        return false;
    for (std::size_t i = 1; i <= static_cast<std::size_t>(*count); i++) {
        indexes.push_back(static_cast<std::uint32_t>(count_at + i));
    }
    return true;
}

}  // namespace

bool find_for_reading(Call& call, Bytes key, Type type, Entry*& entry) {
    entry = call.db().find_read(key);
    return has_type(call, entry, type);
}

bool find_for_writing(Call& call, Bytes key, Type type, Entry*& entry) {
    entry = call.db().find_write(key);
    return has_type(call, entry, type);
}

bool integer_between(Call& call, std::size_t index, std::int64_t min, std::int64_t max,
                     std::int64_t& out, std::string_view message) {
    auto value = parse_integer(call.arg(index));
    if (!value) return message.empty() ? call.not_an_integer() : call.error(error_text(message));
    out = *value;
    if (out >= min && out <= max) return true;
    if (!message.empty()) return call.error(error_text(message));
    return call.error("ERR value is out of range, value must between " + integer_text(min) +
                      " and " + integer_text(max));
}

bool not_negative(Call& call, std::size_t index, std::int64_t& out, std::string_view message) {
    return integer_between(call, index, 0, kIntegerMax, out,
                           message.empty() ? "value is out of range, must be positive" : message);
}

bool wrong_arity(Call& call) {
    return call.error("ERR wrong number of arguments for '" + std::string(call.spec().name) +
                      "' command");
}

void erase_if_empty(Call& call, Bytes key) {
    if (call.db().erase_if_empty(key)) call.notify(EventClass::generic, "del", key);
}

void store_result(Call& call, Bytes key, Type type, void* object, std::size_t size, EventClass cls,
                  std::string_view event) {
    if (size > 0) {
        call.db().put_object(key, type, object);
        call.notify(cls, event, key);
        call.changed();
        return;
    }
    destroy_object(type, object);
    if (!call.db().erase(key)) return;
    call.notify(EventClass::generic, "del", key);
    call.changed();
}

IndexRange index_range(std::int64_t start, std::int64_t end, std::size_t size) {
    auto length = static_cast<std::int64_t>(size);
    if (start < 0) start = std::max<std::int64_t>(start + length, 0);
    if (end < 0) end += length;
    if (start > end || start >= length) return {};
    end = std::min(end, length - 1);
    return {static_cast<std::size_t>(start), static_cast<std::size_t>(end - start + 1)};
}

std::optional<std::uint64_t> parse_cursor(Bytes argument) {
    const std::string text(argument);
    char* end = nullptr;
    errno = 0;
    const std::uint64_t cursor = std::strtoul(text.c_str(), &end, 10);
    const bool blank = !text.empty() && (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r'));
    if (blank || *end != '\0' || errno == ERANGE) return std::nullopt;
    return cursor;
}

bool CollectionScan::read_cursor() {
    const auto cursor = parse_cursor(call_.arg(2));
    if (!cursor) return call_.error("ERR invalid cursor");
    cursor_ = *cursor;
    return true;
}

bool CollectionScan::read_options() {
    for (std::size_t i = 3; i < call_.argc(); i += 2) {
        if (i + 1 == call_.argc()) return call_.syntax_error();
        if (is_word(call_.arg(i), "count")) {
            std::int64_t count;
            if (!call_.integer(i + 1, count)) return false;
            if (count < 1) return call_.syntax_error();
            count_ = static_cast<std::size_t>(count);
        } else if (is_word(call_.arg(i), "match")) {
            pattern_ = call_.arg(i + 1);
        } else {
            return call_.syntax_error();
        }
    }
    return true;
}

bool CollectionScan::passes(Bytes element) const {
    return !pattern_ || *pattern_ == "*" || glob_matches(*pattern_, element);
}

void CollectionScan::reply(std::uint64_t next) {
    call_.reply().array(2);
    call_.reply().bulk(std::to_string(next));
    call_.reply().array(found_.size());
    for (const std::string& text : found_) call_.reply().bulk(text);
}

std::vector<Drawn> draw_distinct(std::size_t size, std::size_t count,
                                 FunctionView<void(FunctionView<void(Bytes, Bytes)>)> all,
                                 FunctionView<void(FunctionView<void(Bytes, Bytes)>)> draw) {
    std::vector<Drawn> drawn;
    constexpr std::size_t kRejectionShare =
        3;  // below a third of all, few draws meet an earlier one
    if (count < size / kRejectionShare) {
        std::unordered_set<std::string> seen;
        while (drawn.size() < count) {
            draw([&](Bytes element, Bytes companion) {
                if (seen.emplace(element).second)
                    drawn.push_back({std::string(element), std::string(companion)});
            });
        }
        return drawn;
    }
    drawn.reserve(size);
    all([&](Bytes element, Bytes companion) {
        drawn.push_back({std::string(element), std::string(companion)});
    });
    if (count == size) return drawn;
    for (std::size_t i = 0; i < count; i++)
        std::swap(drawn[i], drawn[i + thread_random() % (size - i)]);
    drawn.resize(count);
    return drawn;
}

bool counted_keys(std::span<const Bytes> args, std::vector<std::uint32_t>& indexes) {
    return keys_after_count(args, 1, indexes);
}

bool timeout_and_counted_keys(std::span<const Bytes> args, std::vector<std::uint32_t>& indexes) {
    return keys_after_count(args, 2, indexes);
}

bool destination_and_counted_keys(std::span<const Bytes> args,
                                  std::vector<std::uint32_t>& indexes) {
    indexes.push_back(1);
    return keys_after_count(args, 2, indexes);
}

bool PopOfSeveral::read(Call& call, std::size_t at, std::string_view first,
                        std::string_view second) {
    std::int64_t number = 0;
    if (!integer_between(call, at, 1, kIntegerMax, number, "numkeys should be greater than 0"))
        return false;
    if (static_cast<std::uint64_t>(number) >= call.argc() - at - 1) return call.syntax_error();
    keys_at = at + 1;
    keys = static_cast<std::size_t>(number);
    at = keys_at + keys;
    first_word = is_word(call.arg(at), first);
    if (!first_word && !is_word(call.arg(at), second)) return call.syntax_error();
    bool counted = false;
    for (++at; at < call.argc(); at += 2) {
        if (counted || !is_word(call.arg(at), "count") || at + 1 == call.argc())
            return call.syntax_error();
        if (!integer_between(call, at + 1, 1, kIntegerMax, number,
                             "count should be greater than 0"))
            return false;
        count = static_cast<std::size_t>(number);
        counted = true;
    }
    return true;
}

CommandSpec Family::one_key(std::string_view name, int arity, std::uint32_t flags, Handler handler,
                            std::string_view since, std::string_view complexity,
                            std::string_view key_flags, std::string_view summary) const {
    return {.name = name,
            .arity = arity,
            .flags = flags,
            .keys = {1, 1, 1},
            .categories = category,
            .handler = handler,
            .since = since,
            .group = group,
            .complexity = complexity,
            .summary = summary,
            .key_flags = key_flags};
}

}  // namespace millpond::engine
