// SPDX-License-Identifier: Apache-2.0
//
// Deadlines of hash fields, as Redis 7.4 and 8.0 have them: HEXPIRE and its kin, HTTL, HPERSIST,
// HGETEX, HSETEX, HGETDEL. What is logged are HPEXPIREAT, HPERSIST, HSET and HDEL, so that a
// replica lets a field go when it is told to, and shows it no longer than its primary.
#include "engine/commands/hash_fields.h"

#include <optional>
#include <string>
#include <vector>

#include "engine/commands/numbers.h"

namespace millpond::engine {

namespace {

/// Redis's last moment, which leaves two bits of 48.
constexpr std::int64_t kDeadlineMax = 0xffffffffffff >> 2;

Hash hash_of(Entry* entry) {
    return Hash(entry->object());
}

/// How a command tells a time.
struct Clock {
    bool seconds = false;
    bool absolute = false;
};

/// A moment in unix ms from an argument; the error has been written when false.
bool read_moment(Call& call, std::size_t index, Clock clock, std::int64_t& at) {
    if (!call.integer(index, at)) return false;
    if (at < 0) return call.error("ERR invalid expire time, must be >= 0");
    const std::int64_t base = clock.absolute ? 0 : call.now();
    const bool beyond = clock.seconds && at > kDeadlineMax / 1000;
    if (clock.seconds && !beyond) at *= 1000;
    if (beyond || at > kDeadlineMax - base) {
        return call.error("ERR invalid expire time in '" + std::string(call.spec().name) +
                          "' command");
    }
    at += base;
    return true;
}

/// "FIELDS n" at an index, then exactly n fields; the error has been written when false.
bool read_fields(Call& call, std::size_t at, std::string_view bad_count,
                 std::span<const Bytes>& fields) {
    if (at + 1 >= call.argc() || !is_word(call.arg(at), "fields")) {
        return call.error("ERR Mandatory argument FIELDS is missing or not at the right position");
    }
    const auto count = parse_integer(call.arg(at + 1));
    if (!count || *count < 1) return call.error(bad_count);
    fields = call.args().subspan(at + 2);
    if (static_cast<std::uint64_t>(*count) != fields.size())
        return call.error("ERR The `numfields` parameter must match the number of arguments");
    return true;
}
constexpr std::string_view kNotPositive = "ERR Number of fields must be a positive integer";

void log_fields(Call& call, std::vector<Bytes> command, const std::vector<Bytes>& fields) {
    if (fields.empty()) return;
    const std::string count = std::to_string(fields.size());
    command.push_back("FIELDS");
    command.push_back(count);
    command.insert(command.end(), fields.begin(), fields.end());
    call.effect(command);
}

void log_deletion(Call& call, Bytes key, const std::vector<Bytes>& fields) {
    if (fields.empty()) return;
    std::vector<Bytes> command{"HDEL", key};
    command.insert(command.end(), fields.begin(), fields.end());
    call.effect(command);
}

/// What happened to fields that were given, or lost, a deadline: for the log and the events.
struct Changes {
    std::vector<Bytes> timed, deleted, persisted;

    std::size_t size() const { return timed.size() + deleted.size() + persisted.size(); }

    void publish(Call& call, Bytes key, std::int64_t at) const {
        if (size() == 0) return;
        const std::string moment = integer_text(at);
        log_fields(call, {"HPEXPIREAT", key, moment}, timed);
        log_fields(call, {"HPERSIST", key}, persisted);
        log_deletion(call, key, deleted);
        call.changed(size());
        if (!timed.empty()) call.notify(EventClass::hash, "hexpire", key);
        if (!persisted.empty()) call.notify(EventClass::hash, "hpersist", key);
        if (!deleted.empty()) {
            call.notify(EventClass::hash, "hdel", key);
            erase_if_empty(call, key);
        }
    }
};

/// A deadline that has passed takes the field along, save on a replica, which is told.
void give_deadline(Call& call, Entry& entry, Bytes field, std::int64_t at, Changes& changes) {
    Hash hash(entry.object());
    if (at <= call.now() && !call.applying()) {
        hash.erase(field);
        changes.deleted.push_back(field);
        return;
    }
    hash.set_deadline(field, at);
    changes.timed.push_back(field);
}

enum class Condition : std::uint8_t { none, unset, set, later, earlier };

/// May a field with this deadline get that one?
bool passes(Condition condition, std::int64_t old, std::int64_t at) {
    switch (condition) {
        case Condition::unset:
            return old == Hash::kNoDeadline;
        case Condition::set:
            return old != Hash::kNoDeadline;
        case Condition::later:
            return old != Hash::kNoDeadline && old < at;
        case Condition::earlier:
            return old > at;
        default:
            return true;
    }
}

Condition read_condition(Bytes word) {
    if (is_word(word, "nx")) return Condition::unset;
    if (is_word(word, "xx")) return Condition::set;
    if (is_word(word, "gt")) return Condition::later;
    if (is_word(word, "lt")) return Condition::earlier;
    return Condition::none;
}

// What HEXPIRE and its kin answer for a field.
constexpr std::int64_t kNoField = -2, kNoDeadlineSet = -1, kNotMet = 0, kSet = 1, kDeleted = 2;

void reply_no_fields(Call& call, std::size_t count) {
    call.reply().array(count);
    for (std::size_t i = 0; i < count; ++i) call.reply().integer(kNoField);
}

void expire_fields(Call& call, Clock clock) {
    const Bytes key = call.arg(1);
    Entry* entry;
    if (!find_for_writing(call, key, Type::hash, entry)) return;
    std::int64_t at = 0;
    if (!read_moment(call, 2, clock, at)) return;
    const Condition condition = read_condition(call.arg(3));
    std::span<const Bytes> fields;
    if (!read_fields(call, condition == Condition::none ? 3 : 4,
                     "ERR Parameter `numFields` should be greater than 0", fields))
        return;
    if (!entry) return reply_no_fields(call, fields.size());
    Changes changes;
    call.reply().array(fields.size());
    for (const Bytes field : fields) {
        if (!hash_of(entry).get(field)) {
            call.reply().integer(kNoField);
        } else if (!passes(condition, hash_of(entry).deadline(field), at)) {
            call.reply().integer(kNotMet);
        } else {
            const std::size_t deleted = changes.deleted.size();
            give_deadline(call, *entry, field, at, changes);
            call.reply().integer(changes.deleted.size() > deleted ? kDeleted : kSet);
        }
    }
    if (!changes.timed.empty()) call.db().file_field_deadlines(*entry);
    changes.publish(call, key, at);
}

void hexpire(Call& call) {
    expire_fields(call, {.seconds = true, .absolute = false});
}
void hpexpire(Call& call) {
    expire_fields(call, {.seconds = false, .absolute = false});
}
void hexpireat(Call& call) {
    expire_fields(call, {.seconds = true, .absolute = true});
}
void hpexpireat(Call& call) {
    expire_fields(call, {.seconds = false, .absolute = true});
}

void reply_deadlines(Call& call, Clock clock) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::hash, entry)) return;
    std::span<const Bytes> fields;
    if (!read_fields(call, 2, kNotPositive, fields)) return;
    if (!entry) return reply_no_fields(call, fields.size());
    call.reply().array(fields.size());
    for (const Bytes field : fields) {
        const std::int64_t at = hash_of(entry).deadline(field);
        if (!hash_of(entry).get(field)) {
            call.reply().integer(kNoField);
        } else if (at == Hash::kNoDeadline) {
            call.reply().integer(kNoDeadlineSet);
        } else {
            const std::int64_t ms = clock.absolute ? at : at - call.now();
            call.reply().integer(clock.seconds ? (ms + 999) / 1000 : ms);
        }
    }
}

void httl(Call& call) {
    reply_deadlines(call, {.seconds = true, .absolute = false});
}
void hpttl(Call& call) {
    reply_deadlines(call, {.seconds = false, .absolute = false});
}
void hexpiretime(Call& call) {
    reply_deadlines(call, {.seconds = true, .absolute = true});
}
void hpexpiretime(Call& call) {
    reply_deadlines(call, {.seconds = false, .absolute = true});
}

void hpersist(Call& call) {
    const Bytes key = call.arg(1);
    Entry* entry;
    if (!find_for_writing(call, key, Type::hash, entry)) return;
    std::span<const Bytes> fields;
    if (!read_fields(call, 2, kNotPositive, fields)) return;
    if (!entry) return reply_no_fields(call, fields.size());
    Changes changes;
    call.reply().array(fields.size());
    for (const Bytes field : fields) {
        if (!hash_of(entry).get(field)) {
            call.reply().integer(kNoField);
        } else if (!hash_of(entry).set_deadline(field, Hash::kNoDeadline)) {
            call.reply().integer(kNoDeadlineSet);
        } else {
            changes.persisted.push_back(field);
            call.reply().integer(kSet);
        }
    }
    changes.publish(call, key, 0);
}

void reply_value(Call& call, const std::optional<Bytes>& value) {
    if (value) {
        call.reply().bulk(*value);
    } else {
        call.reply().null();
    }
}

void hgetdel(Call& call) {
    const Bytes key = call.arg(1);
    Entry* entry;
    if (!find_for_writing(call, key, Type::hash, entry)) return;
    std::span<const Bytes> fields;
    if (!read_fields(call, 2, kNotPositive, fields)) return;
    Changes changes;
    call.reply().array(fields.size());
    for (const Bytes field : fields) {
        reply_value(call, entry ? hash_of(entry).get(field) : std::nullopt);
        if (entry && hash_of(entry).erase(field)) changes.deleted.push_back(field);
    }
    changes.publish(call, key, 0);
}

/// The options of HGETEX and HSETEX, which may stand before and behind FIELDS.
struct FieldOptions {
    bool only_new = false, only_existing = false;
    bool keep = false;  ///< HSETEX's KEEPTTL
    bool persist = false;
    std::optional<std::int64_t> at;
    std::span<const Bytes> fields;  ///< for HSETEX fields and values

    bool has_time() const { return at || keep || persist; }
};

class FieldOptionsReader {
public:
    FieldOptionsReader(Call& call, bool sets, FieldOptions& options)
        : call_(call), sets_(sets), options_(options) {}

    bool read() {
        for (std::size_t i = 2; i < call_.argc();) {
            bool known = false;
            if (!read_fields(i, known) || (!known && !read_time(i, known)) ||
                (!known && !read_flag(i, known)))
                return false;
            if (!known) return call_.error("ERR unknown argument: " + std::string(call_.arg(i)));
        }
        return !options_.fields.empty() || call_.error("ERR missing FIELDS argument");
    }

private:
    /// Each moves `i` past what it knows.
    bool read_fields(std::size_t& i, bool& known) {
        if (!is_word(call_.arg(i), "fields")) return true;
        known = true;
        if (!options_.fields.empty())
            return call_.error("ERR FIELDS keyword specified multiple times");
        const auto count =
            i + 1 < call_.argc() ? parse_integer(call_.arg(i + 1)) : std::optional<std::int64_t>();
        if (!count || *count < 1 || *count > INT32_MAX)
            return call_.error("ERR invalid number of fields");
        const std::size_t words = static_cast<std::size_t>(*count) * (sets_ ? 2 : 1);
        if (call_.argc() - i - 2 < words) return call_.error("ERR wrong number of arguments");
        options_.fields = call_.args().subspan(i + 2, words);
        i += 2 + words;
        return true;
    }

    bool read_time(std::size_t& i, bool& known) {
        constexpr std::pair<std::string_view, Clock> kWords[] = {{"ex", {true, false}},
                                                                 {"px", {false, false}},
                                                                 {"exat", {true, true}},
                                                                 {"pxat", {false, true}}};
        for (const auto& [word, clock] : kWords) {
            if (!is_word(call_.arg(i), word)) continue;
            known = true;
            if (options_.has_time()) return several_times();
            if (i + 1 >= call_.argc()) return call_.error("ERR missing expire time");
            std::int64_t at = 0;
            if (!read_moment(call_, i + 1, clock, at)) return false;
            options_.at = at;
            i += 2;
            return true;
        }
        return true;
    }

    bool read_flag(std::size_t& i, bool& known) {
        const Bytes word = call_.arg(i);
        known = true;
        ++i;
        if (is_word(word, sets_ ? "keepttl" : "persist")) {
            if (options_.has_time()) return several_times();
            (sets_ ? options_.keep : options_.persist) = true;
        } else if (sets_ && (is_word(word, "fnx") || is_word(word, "fxx"))) {
            if (options_.only_new || options_.only_existing)
                return call_.error("ERR Only one of FXX or FNX arguments can be specified");
            (is_word(word, "fnx") ? options_.only_new : options_.only_existing) = true;
        } else {
            known = false;
            --i;
        }
        return true;
    }

    bool several_times() {
        return call_.error("ERR Only one of EX, PX, EXAT, PXAT or " +
                           std::string(sets_ ? "KEEPTTL" : "PERSIST") +
                           " arguments can be specified");
    }

    Call& call_;
    const bool sets_;
    FieldOptions& options_;
};

void hgetex(Call& call) {
    const Bytes key = call.arg(1);
    Entry* entry;
    if (!find_for_writing(call, key, Type::hash, entry)) return;
    FieldOptions options;
    if (!FieldOptionsReader(call, false, options).read()) return;
    Changes changes;
    call.reply().array(options.fields.size());
    for (const Bytes field : options.fields) {
        const auto value = entry ? hash_of(entry).get(field) : std::nullopt;
        reply_value(call, value);
        if (!value) continue;
        if (options.at) {
            give_deadline(call, *entry, field, *options.at, changes);
        } else if (options.persist && hash_of(entry).set_deadline(field, Hash::kNoDeadline)) {
            changes.persisted.push_back(field);
        }
    }
    if (!changes.timed.empty()) call.db().file_field_deadlines(*entry);
    changes.publish(call, key, options.at.value_or(0));
}

/// Do all fields exist, or none, as FXX and FNX want it?
bool meets_condition(Entry* entry, const FieldOptions& options) {
    if (!options.only_new && !options.only_existing) return true;
    for (std::size_t i = 0; i < options.fields.size(); i += 2) {
        const bool found = entry && hash_of(entry).get(options.fields[i]).has_value();
        if (found != options.only_existing) return false;
    }
    return true;
}

void set_pairs(Call& call, Bytes key, const FieldOptions& options) {
    Entry* entry = call.db().find_or_create<Hash>(key);
    std::size_t longest = 0;
    for (const Bytes word : options.fields) longest = std::max(longest, word.size());
    hash_of(entry).expect_lengths(longest);
    std::vector<Bytes> command{"HSET", key};
    command.insert(command.end(), options.fields.begin(), options.fields.end());
    call.effect(command);
    call.changed(options.fields.size() / 2);
    call.notify(EventClass::hash, "hset", key);
    Changes changes;
    for (std::size_t i = 0; i < options.fields.size(); i += 2) {
        const Bytes field = options.fields[i];
        hash_of(entry).set(field, options.fields[i + 1]);
        if (options.at) {
            give_deadline(call, *entry, field, *options.at, changes);
        } else if (options.keep) {
            log_field_deadline(call, key, field, hash_of(entry).deadline(field));
        } else {
            hash_of(entry).set_deadline(field, Hash::kNoDeadline);
        }
    }
    if (!changes.timed.empty()) call.db().file_field_deadlines(*entry);
    changes.publish(call, key, options.at.value_or(0));
}

void hsetex(Call& call) {
    const Bytes key = call.arg(1);
    FieldOptions options;
    if (!FieldOptionsReader(call, true, options).read()) return;
    Entry* entry;
    if (!find_for_writing(call, key, Type::hash, entry)) return;
    if (!meets_condition(entry, options)) return call.reply().integer(0);
    set_pairs(call, key, options);
    call.reply().integer(1);
}

constexpr Family kFamily{kCatHash, "hash"};

}  // namespace

void log_field_deadline(Call& call, Bytes key, Bytes field, std::int64_t deadline) {
    if (deadline == Hash::kNoDeadline) return;
    call.effect({"HPEXPIREAT", key, integer_text(deadline), "FIELDS", "1", field});
}

void add_hash_field_commands(CommandTable& table) {
    constexpr std::string_view kPerField = "O(N) in the number of fields";
    const auto add_expire = [&](std::string_view name, Handler handler, std::string_view summary) {
        table.add(kFamily.one_key(name, -6, kWrite | kDenyOom | kFast, handler, "7.4.0", kPerField,
                                  "RW UPDATE", summary));
    };
    add_expire("hexpire", hexpire, "Lets fields go after so many seconds.");
    add_expire("hpexpire", hpexpire, "Lets fields go after so many milliseconds.");
    add_expire("hexpireat", hexpireat, "Lets fields go at a moment in unix seconds.");
    add_expire("hpexpireat", hpexpireat, "Lets fields go at a moment in unix milliseconds.");
    const auto add_time = [&](std::string_view name, Handler handler, std::string_view summary) {
        table.add(kFamily.one_key(name, -5, kReadonly | kFast, handler, "7.4.0", kPerField,
                                  "RO ACCESS", summary));
    };
    add_time("httl", httl, "Answers how many seconds fields have left.");
    add_time("hpttl", hpttl, "Answers how many milliseconds fields have left.");
    add_time("hexpiretime", hexpiretime, "Answers when fields go, in unix seconds.");
    add_time("hpexpiretime", hpexpiretime, "Answers when fields go, in unix milliseconds.");
    table.add(kFamily.one_key("hpersist", -5, kWrite | kFast, hpersist, "7.4.0", kPerField,
                              "RW UPDATE", "Takes fields' deadlines away."));
    table.add(kFamily.one_key("hgetdel", -5, kWrite | kFast, hgetdel, "8.0.0", kPerField,
                              "RW ACCESS DELETE", "Gives fields' values and removes them."));
    table.add(kFamily.one_key("hgetex", -5, kWrite | kFast, hgetex, "8.0.0", kPerField,
                              "RW ACCESS UPDATE",
                              "Gives fields' values, and gives or takes away their deadlines."));
    table.add(kFamily.one_key("hsetex", -6, kWrite | kDenyOom | kFast, hsetex, "8.0.0", kPerField,
                              "RW UPDATE", "Sets fields together with their deadline."));
}

}  // namespace millpond::engine
