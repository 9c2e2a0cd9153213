// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/database.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "engine/keyspace/clock.h"
#include "engine/keyspace/entry_factory.h"
#include "engine/keyspace/integer.h"
#include "engine/keyspace/keyspace.h"
#include "engine/keyspace/table.h"
#include "engine/memory/background_free.h"
#include "engine/memory/copy_bytes.h"
#include "engine/types/collections.h"
#include "engine/types/field_deadlines.h"

namespace millpond::engine {

namespace {

/// A value with more elements, or a string with more bytes, is freed off the lock.
constexpr std::size_t kInlineFreeEffort = 64;
constexpr std::size_t kInlineFreeBytes = 256 * 1024;

/// A growing string gets as much again, up to this, so that appending is cheap.
constexpr std::size_t kSpareMax = 1024 * 1024;

/// A value kept where it was read may have this part of its size around it.
constexpr std::size_t kRequestShareLost = 64;

/// Fields of one hash that expire under one lock; what is left is hidden until the next time.
constexpr std::size_t kFieldsExpiredMax = 256;

void free_value(BackgroundFree& background, Entry& entry) {
    if (entry.encoding() == Entry::Encoding::object) {
        const Type type = entry.type();
        if (object_effort(type, entry.object()) > kInlineFreeEffort) {
            background.give(
                [](std::uintptr_t context, void* object) {
                    destroy_object(static_cast<Type>(context), object);
                },
                static_cast<std::uintptr_t>(type), entry.object());
            return;
        }
    } else if (SharedBuffer* buffer = entry.string_buffer()) {
        if (buffer->capacity() > kInlineFreeBytes && buffer->unique()) {
            background.give(
                [](std::uintptr_t, void* object) { static_cast<SharedBuffer*>(object)->release(); },
                0, buffer);
            return;
        }
    } else {
        return;
    }
    EntryFactory::destroy_value(entry);
}

/// A new value for a key: what is to be written into an entry.
struct Value {
    EntryShape shape;
    const char* bytes = nullptr;
    std::int64_t integer = 0;
    void* pointer = nullptr;

    void write_to(Entry& entry) const {
        if (shape.encoding == Entry::Encoding::integer) {
            EntryFactory::write_integer(entry, integer);
        } else if (shape.encoding == Entry::Encoding::in_place) {
            if (bytes != nullptr && shape.value != 0)
                copy_bytes(EntryFactory::value(entry), bytes, shape.value);
        } else {
            EntryFactory::set_pointer(entry, pointer);
        }
    }
};

Value integer_value(Bytes key, std::int64_t integer) {
    Value value;
    value.shape = {key, Type::string, Entry::Encoding::integer, false,
                   EntryFactory::width_of(integer)};
    value.integer = integer;
    return value;
}

/// A big value where it has been read, if it is nearly all that has been read there.
SharedBuffer* kept_request(Bytes bytes, SharedBuffer* request) {
    if (request == nullptr || !request->contains(bytes) || !request->unique()) return nullptr;
    if (request->capacity() - bytes.size() > bytes.size() / kRequestShareLost) return nullptr;
    request->keep(bytes);
    request->retain();
    return request;
}

Value text_value(Bytes key, Bytes bytes, SharedBuffer* request) {
    Value value;
    value.shape = {key, Type::string, Entry::Encoding::in_place, false, bytes.size()};
    value.bytes = bytes.data();
    if (bytes.size() > Entry::kInPlaceMax) {
        SharedBuffer* buffer = kept_request(bytes, request);
        if (buffer == nullptr) {
            buffer = SharedBuffer::create(bytes.size(), bytes.size());
            copy_bytes(buffer->data(), bytes.data(), bytes.size());
        }
        value.shape.encoding = Entry::Encoding::buffer;
        value.shape.value = 0;
        value.pointer = buffer;
    }
    return value;
}

Value string_value(Bytes key, Bytes bytes, SharedBuffer* request) {
    if (const auto integer = parse_integer(bytes)) return integer_value(key, *integer);
    return text_value(key, bytes, request);
}

/// What an entry holds, to be moved to another entry.
Value value_of(Entry& entry) {
    Value value;
    value.shape = EntryFactory::shape_of(entry);
    switch (entry.encoding()) {
        case Entry::Encoding::in_place:
            value.bytes = EntryFactory::value(entry);
            break;
        case Entry::Encoding::integer:
            value.integer = entry.integer();
            break;
        case Entry::Encoding::buffer:
            value.pointer = entry.string_buffer();
            break;
        case Entry::Encoding::object:
            value.pointer = entry.object();
            break;
    }
    return value;
}

/// Requires: a collection.
bool is_empty(Entry& entry) {
    switch (entry.type()) {
        case Type::hash:
            return Hash(entry.object()).size() == 0;
        case Type::list:
            return List(entry.object()).size() == 0;
        case Type::set:
            return Set(entry.object()).size() == 0;
        case Type::sorted_set:
            return SortedSet(entry.object()).size() == 0;
        default:
            return false;
    }
}

/// A buffer of `size` bytes with room to grow, beginning with `bytes`, zeros after them.
SharedBuffer* grown_buffer(Bytes bytes, std::size_t size) {
    SharedBuffer* buffer = SharedBuffer::create(size, size + std::min(size, kSpareMax));
    copy_bytes(buffer->data(), bytes.data(), bytes.size());
    std::memset(buffer->data() + bytes.size(), 0, size - bytes.size());
    return buffer;
}

}  // namespace

/// The changes of one key, with its hash, shard and table at hand.
class Database::Change {
public:
    Change(Database& db, Bytes key)
        : db_(db),
          key_(key),
          hash_(db.hash(key)),
          shard_(db.keys_->shard(hash_.shard())),
          table_(shard_.table(db.index_)) {}

    Entry* find() const { return table_ == nullptr ? nullptr : table_->find(hash_, key_); }

    void announce(Entry& entry) const { db_.observer_->before_change(db_.index_, entry, hash_); }

    /// Takes the entry out and frees it with its value.
    void drop(Entry* entry) {
        detach(entry);
        free_value(db_.keys_->background(), *entry);
        EntryFactory::release(table_->entries(), entry);
    }

    void expire(Entry* entry) {
        announce(*entry);
        drop(entry);
        db_.keys_->counters().expired.add(1);
        db_.observer_->expired(db_.index_, key_);
    }

    void evict(Entry* entry) {
        announce(*entry);
        drop(entry);
        db_.keys_->counters().evicted.add(1);
        db_.observer_->evicted(db_.index_, key_);
    }

    /// Creates the key or replaces its value. `deadline` null: none, or with `keep` the old one's.
    Entry* store(Value value, bool keep, const UnixMillis* deadline) {
        Entry* old = find();
        if (old != nullptr && db_.hides(*old)) {
            // The deadline of what has expired is nobody's any more.
            keep = false;
            if (db_.options_.expire) {
                expire(old);
                old = nullptr;
            }
        }
        UnixMillis until = deadline != nullptr ? *deadline : Entry::kNoExpiry;
        bool has_expiry = deadline != nullptr;
        if (old != nullptr) {
            announce(*old);
            if (keep && old->has_expiry()) {
                has_expiry = true;
                until = old->expiry();
            }
        }
        value.shape.has_expiry = has_expiry;
        if (old == nullptr) return create(value, until);

        const UnixMillis before = old->expiry();
        Entry* entry = fits(*old, value.shape) ? overwrite(*old, value) : exchange(*old, value);
        set_deadline(*entry, before, until);
        file_fields(*entry, true);
        return entry;
    }

    Entry* create(const Value& value, UnixMillis until) {
        if (table_ == nullptr) table_ = &db_.keys_->make_table(hash_.shard(), db_.index_);
        Entry* entry = EntryFactory::make(table_->entries(), value.shape);
        value.write_to(*entry);
        entry->set_walk_mark(db_.keys_->walk_epoch());
        entry->set_clock(new_clock(db_.keys_->clocks(), db_.now()));
        set_deadline(*entry, Entry::kNoExpiry, until);
        file_fields(*entry, true);
        table_->insert(hash_, entry);
        db_.keys_->counts(db_.index_).keys.add(1);
        db_.observer_->created(db_.index_, *entry, hash_);
        return entry;
    }

    /// Gives the entry another shape and value; the old value is freed.
    Entry* exchange(Entry& old, const Value& value) {
        if (value.shape.type != Type::stream) note_leaving(old);
        Entry* entry = move_to(old, value);
        entry->set_clock(new_clock(db_.keys_->clocks(), db_.now(), old.clock()));
        EntryFactory::clear_edited(*entry);
        free_value(db_.keys_->background(), old);
        EntryFactory::release(table_->entries(), &old);
        return entry;
    }

    /// Puts a new entry in the old one's place; the old one is the caller's to free.
    Entry* move_to(Entry& old, const Value& value) {
        Entry* entry = EntryFactory::make(table_->entries(), value.shape);
        EntryFactory::inherit(*entry, old);
        value.write_to(*entry);
        table_->replace(hash_, &old, entry);
        return entry;
    }

    /// Moves the entry to one with or without room for a deadline, value and all.
    Entry* reframe(Entry& old, bool has_expiry, UnixMillis until) {
        Value value = value_of(old);
        value.shape.has_expiry = has_expiry;
        const UnixMillis before = old.expiry();
        Entry* entry = move_to(old, value);
        EntryFactory::release(table_->entries(), &old);
        set_deadline(*entry, before, until);
        return entry;
    }

    /// Gives a string another value and size, deadline and clock being kept.
    Entry* rewrite(Entry& old, Value value) {
        value.shape.has_expiry = old.has_expiry();
        if (fits(old, value.shape)) {
            const bool edited = old.edited();
            EntryFactory::reshape(old, value.shape);
            if (edited) old.set_edited();
            value.write_to(old);
            return &old;
        }
        Entry* entry = move_to(old, value);
        if (old.has_expiry()) EntryFactory::set_expiry(*entry, old.expiry());
        EntryFactory::destroy_value(old);
        EntryFactory::release(table_->entries(), &old);
        return entry;
    }

    /// Gives an in-place string another length: `bytes`, which may be its own, and zeros after
    /// them.
    Entry* resize(Entry& old, EntryShape shape, Bytes bytes) {
        shape.has_expiry = old.has_expiry();
        Entry* entry = &old;
        if (fits(old, shape)) {
            EntryFactory::reshape(old, shape);
        } else {
            entry = EntryFactory::make(table_->entries(), shape);
            EntryFactory::inherit(*entry, old);
            if (old.has_expiry()) EntryFactory::set_expiry(*entry, old.expiry());
            table_->replace(hash_, &old, entry);
        }
        char* value = EntryFactory::value(*entry);
        move_bytes(value, bytes.data(), bytes.size());
        std::memset(value + bytes.size(), 0, shape.value - bytes.size());
        if (entry != &old) EntryFactory::release(table_->entries(), &old);
        return entry;
    }

    /// Takes the entry out of the table; it is the caller's.
    void detach(Entry* entry) {
        if (entry->has_expiry()) count_volatile(-1);
        note_leaving(*entry);
        table_->remove(hash_, entry);
        db_.keys_->counts(db_.index_).keys.add(-1);
    }
    void free_shell(Entry* entry) { EntryFactory::release(table_->entries(), entry); }

    /// Counts and files a deadline that changed from `before` to `until`.
    void set_deadline(Entry& entry, UnixMillis before, UnixMillis until) {
        const bool was = before != Entry::kNoExpiry;
        if (entry.has_expiry() != was) count_volatile(was ? -1 : 1);
        if (!entry.has_expiry()) return;
        EntryFactory::set_expiry(entry, until);
        // A later deadline needs no filing: the fragment that is there finds it when it comes up.
        if (was && until >= before) return;
        file(until);
    }

    /// Files the earliest deadline of a hash's fields, unless there is none, or (not `anew`) an
    /// earlier one has been filed, which finds it when it comes up.
    void file_fields(Entry& entry, bool anew) {
        if (entry.type() != Type::hash) return;
        FieldDeadlines* deadlines = FieldDeadlines::of(entry.object());
        if (deadlines == nullptr) return;
        const std::int64_t next = deadlines->next();
        // What was filed for a moment that is over has come up, and finds nobody any more.
        const bool finds_it = deadlines->filed() > db_.now() && next >= deadlines->filed();
        if (!anew && finds_it) return;
        deadlines->note_filed(next);
        if (next != Hash::kNoDeadline) file(next);
    }

    /// Fields that are due go, some at a time. False: the last took the key along.
    bool expire_fields(Entry& entry) {
        announce(entry);
        std::vector<std::string> names;
        Hash hash(entry.object());
        hash.erase_due(db_.now(), kFieldsExpiredMax,
                       [&](Bytes field) { names.emplace_back(field); });
        const std::vector<Bytes> fields(names.begin(), names.end());
        const bool gone = is_empty(entry);
        if (gone) {
            drop(&entry);
        } else {
            file_fields(entry, true);
        }
        db_.observer_->fields_expired(db_.index_, key_, fields, gone);
        return !gone;
    }

private:
    void note_leaving(const Entry& entry) const {
        if (entry.type() == Type::stream) [[unlikely]]
            db_.observer_->stream_leaves(db_.index_, key_, hash_);
    }
    void file(UnixMillis until) {
        DeadlineWheel& wheel = table_->make_wheel(db_.now());
        wheel.add(DeadlineWheel::fragment_of(hash_), until);
        shard_.set_next_due(std::min(shard_.next_due(), wheel.next_due()));
    }
    void count_volatile(std::int64_t change) {
        table_->count_volatile(change);
        db_.keys_->counts(db_.index_).volatile_keys.add(change);
    }
    static bool fits(const Entry& old, const EntryShape& shape) {
        if (old.encoding() == Entry::Encoding::buffer || !old.is_string()) return false;
        if (shape.encoding == Entry::Encoding::buffer || shape.type != Type::string) return false;
        if (old.has_expiry() != shape.has_expiry) return false;
        return slab_size(EntryFactory::size_of(EntryFactory::shape_of(old))) ==
               slab_size(EntryFactory::size_of(shape));
    }
    Entry* overwrite(Entry& entry, const Value& value) {
        // The bytes may be a view of this very entry (SET of what GET returned, in a script).
        EntryFactory::reshape(entry, value.shape);
        if (value.shape.encoding == Entry::Encoding::integer) {
            EntryFactory::write_integer(entry, value.integer);
        } else if (value.shape.value != 0) {
            move_bytes(EntryFactory::value(entry), value.bytes, value.shape.value);
        }
        entry.set_clock(new_clock(db_.keys_->clocks(), db_.now(), entry.clock()));
        return &entry;
    }

    Database& db_;
    Bytes key_;
    KeyHash hash_;
    Shard& shard_;
    Table* table_;
};

KeyHash Database::hash(Bytes key) const {
    return options_.hashed.is(key) ? options_.hashed.hash : keys_->hash(key);
}

bool Database::hides(const Entry& entry) const {
    return entry.has_expiry() && entry.expiry() <= options_.now && !options_.ignore_expiry;
}

void Database::touch(Entry& entry) const {
    if (!options_.no_touch) touch_clock(entry, keys_->clocks(), options_.now);
}

bool Database::settle_hash(Change& change, Entry& entry) {
    Hash hash(entry.object());
    if (!hash.has_deadlines()) return true;
    if (options_.ignore_expiry || hash.next_deadline() > options_.now) {
        hash.hide_due(0);
    } else if (options_.expire) {
        return change.expire_fields(entry);
    } else {
        // Not ours to remove; with nothing left to show, the key is as good as gone.
        hash.hide_due(options_.now);
        return hash.size() > 0;
    }
    return true;
}

void Database::expire_fields(Bytes key) {
    Change change(*this, key);
    Entry* entry = change.find();
    if (entry != nullptr && options_.expire && !hides(*entry)) settle_fields(change, *entry);
}

void Database::file_field_deadlines(Entry& entry) {
    Change(*this, entry.key()).file_fields(entry, false);
}

Entry* Database::find_untouched(Bytes key, bool told) {
    Change change(*this, key);
    Entry* entry = change.find();
    if (entry != nullptr && hides(*entry)) {
        if (options_.expire) change.expire(entry);
        entry = nullptr;
    }
    if (entry != nullptr && !settle_fields(change, *entry)) entry = nullptr;
    if (entry == nullptr) {
        keys_->counters().misses.add(1);
        if (told) observer_->missed(index_, key);
        return nullptr;
    }
    keys_->counters().hits.add(1);
    return entry;
}

Entry* Database::find_read(Bytes key) {
    Entry* entry = find_untouched(key);
    if (entry != nullptr) touch(*entry);
    return entry;
}

Entry* Database::find_write(Bytes key) {
    Change change(*this, key);
    Entry* entry = change.find();
    if (entry == nullptr) return nullptr;
    if (hides(*entry)) {
        if (options_.expire) change.expire(entry);
        return nullptr;
    }
    if (!settle_fields(change, *entry)) return nullptr;
    change.announce(*entry);
    touch(*entry);
    return entry;
}

Entry* Database::peek(Bytes key) {
    const KeyHash hash = this->hash(key);
    const Table* table = keys_->shard(hash.shard()).table(index_);
    Entry* entry = table == nullptr ? nullptr : table->find(hash, key);
    return entry != nullptr && hides(*entry) ? nullptr : entry;
}

Entry* Database::put_string(Bytes key, Bytes value, Ttl ttl) {
    return Change(*this, key)
        .store(string_value(key, value, options_.request), ttl == Ttl::keep, nullptr);
}

Entry* Database::put_text(Bytes key, Bytes value, Ttl ttl) {
    return Change(*this, key)
        .store(text_value(key, value, options_.request), ttl == Ttl::keep, nullptr);
}

Entry* Database::put_string_until(Bytes key, Bytes value, UnixMillis deadline) {
    return Change(*this, key).store(string_value(key, value, options_.request), false, &deadline);
}

Entry* Database::put_integer(Bytes key, std::int64_t value, Ttl ttl) {
    return Change(*this, key).store(integer_value(key, value), ttl == Ttl::keep, nullptr);
}

Entry* Database::put_object(Bytes key, Type type, void* object, Ttl ttl) {
    Value value;
    value.shape = {key, type, Entry::Encoding::object, false, 0};
    value.pointer = object;
    return Change(*this, key).store(value, ttl == Ttl::keep, nullptr);
}

bool Database::erase(Bytes key) {
    Change change(*this, key);
    Entry* entry = change.find();
    if (entry == nullptr) return false;
    if (hides(*entry) && options_.expire) {
        change.expire(entry);
        return false;
    }
    change.announce(*entry);
    change.drop(entry);
    return true;
}

bool Database::expire(Bytes key) {
    Change change(*this, key);
    Entry* entry = change.find();
    if (entry == nullptr || !options_.expire || !hides(*entry)) return false;
    change.expire(entry);
    return true;
}

bool Database::evict(Bytes key) {
    Change change(*this, key);
    Entry* entry = change.find();
    if (entry != nullptr) change.evict(entry);
    return entry != nullptr;
}

bool Database::erase_if_empty(Bytes key) {
    Change change(*this, key);
    Entry* entry = change.find();
    if (entry == nullptr || entry->is_string()) return false;
    if (!is_empty(*entry)) return false;
    change.announce(*entry);
    change.drop(entry);
    return true;
}

Entry* Database::set_expiry(Entry& entry, UnixMillis at) {
    Change change(*this, entry.key());
    const UnixMillis before = entry.expiry();
    if (entry.has_expiry()) {
        change.set_deadline(entry, before, at);
        return &entry;
    }
    return change.reframe(entry, true, at);
}

Entry* Database::clear_expiry(Entry& entry) {
    if (!entry.has_expiry()) return &entry;
    return Change(*this, entry.key()).reframe(entry, false, Entry::kNoExpiry);
}

Entry* Database::set_integer(Entry& entry, std::int64_t value) {
    return Change(*this, entry.key()).rewrite(entry, integer_value(entry.key(), value));
}

Database::Editable Database::edit_string(Entry& entry, std::size_t size) {
    StringScratch scratch;
    const Bytes bytes = entry.string(scratch);
    assert(size >= bytes.size());
    if (SharedBuffer* buffer = entry.string_buffer()) {
        if (!buffer->unique() || buffer->capacity() < size) {
            EntryFactory::set_pointer(entry, grown_buffer(bytes, size));
            buffer->release();
        } else {
            std::memset(buffer->data() + bytes.size(), 0, size - bytes.size());
            buffer->resize(size);
        }
        entry.set_edited();
        return {&entry, entry.string_buffer()->data(), size};
    }

    Value value;
    value.shape = {entry.key(), Type::string, Entry::Encoding::in_place, false, size};
    if (size > Entry::kInPlaceMax) {
        value.shape.encoding = Entry::Encoding::buffer;
        value.shape.value = 0;
        value.pointer = grown_buffer(bytes, size);
        Entry* edited = Change(*this, entry.key()).rewrite(entry, value);
        edited->set_edited();
        return {edited, edited->string_buffer()->data(), size};
    }
    Entry* edited = Change(*this, entry.key()).resize(entry, value.shape, bytes);
    edited->set_edited();
    return {edited, EntryFactory::value(*edited), size};
}

void Database::copy(Entry& source, Database& target, Bytes to) {
    Value value = value_of(source);
    value.shape.key = to;
    if (source.encoding() == Entry::Encoding::object) {
        value.pointer = clone_object(source.type(), source.object());
    } else if (SharedBuffer* buffer = source.string_buffer()) {
        // The two share the bytes until one of them is edited.
        buffer->retain();
    }
    const bool has_expiry = source.has_expiry();
    const UnixMillis until = source.expiry();
    const bool edited = source.edited();
    target.erase(to);
    value.shape.has_expiry = has_expiry;
    Entry* made = Change(target, to).create(value, until);
    if (edited) made->set_edited();
}

bool Database::move(Bytes from, Database& target, Bytes to) {
    Change source(*this, from);
    Entry* entry = source.find();
    if (entry == nullptr) return false;
    if (hides(*entry)) {
        if (options_.expire) source.expire(entry);
        return false;
    }
    source.announce(*entry);
    target.erase(to);
    source.detach(entry);
    Value value = value_of(*entry);
    value.shape.key = to;
    Entry* moved = Change(target, to).create(value, entry->expiry());
    moved->set_clock(entry->clock());
    if (entry->edited()) moved->set_edited();
    source.free_shell(entry);
    return true;
}

}  // namespace millpond::engine
