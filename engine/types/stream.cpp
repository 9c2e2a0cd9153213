// SPDX-License-Identifier: Apache-2.0
#include "engine/types/stream.h"

#include "engine/types/limits.h"

namespace millpond::engine {

namespace {

/// The id's bytes as a radix tree's key: most significant first.
std::uint8_t key_byte(const StreamId& id, unsigned index) {
    const std::uint64_t word = index < 8 ? id.ms : id.seq;
    return static_cast<std::uint8_t>(word >> (8 * (7 - index % 8)));
}

unsigned common_bytes(const StreamId& a, const StreamId& b) {
    unsigned index = 0;
    while (index < 16 && key_byte(a, index) == key_byte(b, index)) ++index;
    return index;
}

}  // namespace

Stream::Stream() {
    form_bits = static_cast<std::uint8_t>(Form::stream);
}

Stream::~Stream() {
    for (auto at = runs_.begin(); at != runs_.end(); at = runs_.next(at)) {
        StreamRun::destroy(runs_.at(at).value);
    }
}

void Stream::append(const StreamId& id, std::span<const Bytes> fields_and_values) {
    std::size_t added = 0;
    for (const Bytes text : fields_and_values) added += text.size();
    const TypeLimits& limits = type_limits();
    const auto bytes_max = limits.stream_node_max_bytes.load(std::memory_order_relaxed);
    const auto entries_max = limits.stream_node_max_entries.load(std::memory_order_relaxed);

    Runs::Item* item = runs_.empty() ? nullptr : &runs_.at(runs_.last());
    if (item == nullptr ||
        StreamRun(item->id, item->value).is_full(added, bytes_max, entries_max)) {
        StreamRun::Bits run = StreamRun::create(fields_and_values);
        // An id below that of a run that holds deleted entries only, after XSETID, may be taken.
        const auto [value, made] = runs_.insert(id, run);
        if (!made) {
            run_bytes_ -= StreamRun(id, *value).allocated();
            StreamRun::destroy(*value);
            *value = run;
        }
        run_bytes_ += StreamRun(id, *value).allocated();
        item = &runs_.at(runs_.lower_bound(id));
    }
    StreamRun run(item->id, item->value);
    run_bytes_ -= run.allocated();
    run.append(id, fields_and_values);
    run_bytes_ += run.allocated();
    ++length_;
    ++entries_added_;
    last_id_ = id;
    if (length_ == 1) first_id_ = id;
}

/// Where a walk towards greater or lesser ids begins: the last run that does not begin after `id`,
/// or the first. Requires: there is a run.
Stream::Runs::Place Stream::seek(const StreamId& id) const {
    const auto at = runs_.lower_bound(id);
    const bool before = at == runs_.end() || runs_.at(at).id != id;
    return before && at != runs_.begin() ? runs_.previous(at) : at;
}

bool Stream::erase(const StreamId& id) {
    if (runs_.empty()) return false;
    StreamEntry entry;
    // After XSETID an entry may be in a later run than the one where its id would be looked for.
    for (auto at = seek(id); at != runs_.end(); at = runs_.next(at)) {
        Runs::Item& item = runs_.at(at);
        StreamRun run(item.id, item.value);
        for (bool more = run.first(entry); more; more = run.next(entry)) {
            if (entry.deleted() || entry.id() < id) continue;
            if (entry.id() > id) return false;
            erase(at, entry);
            return true;
        }
    }
    return false;
}

void Stream::erase(Runs::Place place, const StreamEntry& entry) {
    Runs::Item& item = runs_.at(place);
    StreamRun run(item.id, item.value);
    run_bytes_ -= run.allocated();
    if (run.live() == 1) {
        StreamRun::destroy(item.value);
        runs_.erase(place);
    } else {
        run.mark_deleted(entry);
        run.count_deleted(1);
        run_bytes_ += run.allocated();
    }
    --length_;
}

void Stream::find_first_id() {
    first_id_ = {};
    for_range({}, StreamId::max(), false, [&](const StreamEntry& entry) {
        first_id_ = entry.id();
        return false;
    });
}

std::int64_t Stream::trim(const StreamTrim& how, std::vector<StreamRun::Bits>& removed) {
    if (how.by == StreamTrim::By::nothing) return 0;
    std::int64_t count = 0;
    while (!runs_.empty()) {
        if (how.by == StreamTrim::By::length && length_ <= how.length) break;
        Runs::Item& item = runs_.at(runs_.begin());
        const StreamRun run(item.id, item.value);
        const std::int64_t live = run.live();
        if (how.limit != 0 && count + live > how.limit) break;
        bool whole;
        if (how.by == StreamTrim::By::length) {
            whole = length_ - static_cast<std::uint64_t>(live) >= how.length;
        } else {
            StreamEntry last;
            run.last(last);
            whole = last.id() < how.id;
        }
        if (whole) {
            run_bytes_ -= run.allocated();
            removed.push_back(item.value);
            runs_.erase(runs_.begin());
            length_ -= static_cast<std::uint64_t>(live);
            count += live;
            continue;
        }
        if (!how.approximate) count += trim_run(item, how);
        break;
    }
    if (length_ == 0 || count > 0) find_first_id();
    return count;
}

/// Deletes single entries at the front of a run, and returns how many.
std::int64_t Stream::trim_run(Runs::Item& item, const StreamTrim& how) {
    StreamRun run(item.id, item.value);
    StreamEntry entry;
    std::int64_t count = 0;
    for (bool more = run.first(entry); more; more = run.next(entry)) {
        if (how.by == StreamTrim::By::length ? length_ <= how.length : entry.id() >= how.id) break;
        if (entry.deleted()) continue;
        run.mark_deleted(entry);
        --length_;
        ++count;
    }
    run_bytes_ -= run.allocated();
    run.count_deleted(count);
    run_bytes_ += run.allocated();
    return count;
}

void Stream::for_range(const StreamId& first, const StreamId& last, bool reverse,
                       FunctionView<bool(const StreamEntry&)> visit) const {
    if (runs_.empty()) return;
    StreamEntry entry;
    auto at = seek(reverse ? last : first);
    while (true) {
        StreamRun::Bits bits = runs_.at(at).value;
        const StreamRun run(runs_.at(at).id, bits);
        for (bool more = reverse ? run.last(entry) : run.first(entry); more;
             more = reverse ? run.previous(entry) : run.next(entry)) {
            if (entry.deleted() || (reverse ? entry.id() > last : entry.id() < first)) continue;
            if (reverse ? entry.id() < first : entry.id() > last) return;
            if (!visit(entry)) return;
        }
        if (reverse) {
            if (at == runs_.begin()) return;
            at = runs_.previous(at);
        } else {
            at = runs_.next(at);
            if (at == runs_.end()) return;
        }
    }
}

bool Stream::contains(const StreamId& id) const {
    bool found = false;
    for_range(id, id, false, [&](const StreamEntry&) {
        found = true;
        return false;
    });
    return found;
}

StreamId Stream::last_entry_id() const {
    StreamId id;
    for_range({}, StreamId::max(), true, [&](const StreamEntry& entry) {
        id = entry.id();
        return false;
    });
    return id;
}

StreamId Stream::first_recorded_id() const {
    if (runs_.empty()) return StreamId::max();
    StreamRun::Bits bits = runs_.at(runs_.begin()).value;
    StreamEntry entry;
    StreamRun(runs_.at(runs_.begin()).id, bits).first(entry);
    return entry.id();
}

bool Stream::has_deleted_from(const StreamId& id) const {
    // What was deleted before the first entry leaves no gap.
    if (length_ == 0 || max_deleted_id_.zero() || max_deleted_id_ < first_id_) return false;
    return id <= max_deleted_id_;
}

std::int64_t Stream::distance_from_start(const StreamId& id) const {
    const auto added = static_cast<std::int64_t>(entries_added_);
    if (entries_added_ == 0) return 0;
    if (length_ == 0 && id <= last_id_) return added;
    if (id == last_id_) return added;
    if (id > last_id_) return StreamGroup::kEntriesReadUnknown;
    if (max_deleted_id_.zero() || max_deleted_id_ < first_id_) {
        const auto before_first = static_cast<std::int64_t>(entries_added_ - length_);
        if (id < first_id_) return before_first;
        if (id == first_id_) return before_first + 1;
    }
    return StreamGroup::kEntriesReadUnknown;
}

std::optional<std::int64_t> Stream::lag(const StreamGroup& group) const {
    const auto added = static_cast<std::int64_t>(entries_added_);
    if (entries_added_ == 0) return 0;
    if (group.entries_read != StreamGroup::kEntriesReadUnknown &&
        !has_deleted_from(group.last_id)) {
        return added - group.entries_read;
    }
    const std::int64_t read = distance_from_start(group.last_id);
    if (read == StreamGroup::kEntriesReadUnknown) return std::nullopt;
    return added - read;
}

std::size_t Stream::radix_tree_nodes() const {
    // All keys are 16 bytes. A tree has a node for each key's end, one for each depth at which keys
    // part (on each path), and one for each stretch of bytes that nothing parts. In the order of
    // keys, `open` holds the depths at which the current key's path parts.
    constexpr unsigned kKeyBytes = 16;
    if (runs_.empty()) return 1;
    const auto stretch = [](unsigned from, unsigned to) -> std::size_t { return to > from; };
    std::vector<unsigned> open;
    std::size_t nodes = runs_.size();
    auto at = runs_.begin();
    StreamId before = runs_.at(at).id;
    for (at = runs_.next(at); at != runs_.end(); at = runs_.next(at)) {
        const unsigned parting = common_bytes(before, runs_.at(at).id);
        before = runs_.at(at).id;
        unsigned below = kKeyBytes;
        for (; !open.empty() && open.back() > parting; open.pop_back()) {
            nodes += stretch(open.back() + 1, below);
            below = open.back();
        }
        nodes += stretch(parting + 1, below);
        if (!open.empty() && open.back() == parting) continue;
        open.push_back(parting);
        ++nodes;
    }
    unsigned below = kKeyBytes;
    for (; !open.empty(); open.pop_back()) {
        nodes += stretch(open.back() + 1, below);
        below = open.back();
    }
    return nodes + stretch(0, below);
}

bool Stream::add_run(const StreamId& id, StreamRun::Bits run) {
    const auto [value, made] = runs_.insert(id, run);
    if (!made) return false;
    const StreamRun added(id, *value);
    run_bytes_ += added.allocated();
    length_ += static_cast<std::uint64_t>(added.live());
    return true;
}

StreamGroup* Stream::find_group(Bytes name) const {
    const auto found = groups_.find(name);
    return found == groups_.end() ? nullptr : found->second.get();
}

StreamGroup* Stream::create_group(Bytes name, const StreamId& last_id, std::int64_t entries_read) {
    const auto [at, made] = groups_.try_emplace(std::string(name));
    if (!made) return nullptr;
    at->second = std::make_unique<StreamGroup>();
    at->second->last_id = last_id;
    at->second->entries_read = entries_read;
    return at->second.get();
}

std::unique_ptr<StreamGroup> Stream::remove_group(Bytes name) {
    const auto found = groups_.find(name);
    if (found == groups_.end()) return nullptr;
    auto group = std::move(found->second);
    groups_.erase(found);
    return group;
}

Stream* Stream::clone() const {
    auto copy = std::make_unique<Stream>();
    for (auto at = runs_.begin(); at != runs_.end(); at = runs_.next(at)) {
        copy->runs_.insert(runs_.at(at).id, StreamRun::copy(runs_.at(at).value));
    }
    copy->run_bytes_ = run_bytes_;
    copy->length_ = length_;
    copy->last_id_ = last_id_;
    copy->first_id_ = first_id_;
    copy->max_deleted_id_ = max_deleted_id_;
    copy->entries_added_ = entries_added_;
    for (const auto& [name, group] : groups_) copy->groups_.emplace(name, group->clone());
    return copy.release();
}

std::size_t Stream::bytes() const {
    std::size_t bytes = sizeof *this + runs_.bytes() + run_bytes_;
    for (const auto& [name, group] : groups_) {
        constexpr std::size_t kMapNode = 32;  // colour and three pointers
        bytes += kMapNode + sizeof(Groups::value_type) + group->bytes();
        if (name.capacity() > 15) bytes += name.capacity() + 1;
    }
    return bytes;
}

std::size_t Stream::effort() const {
    std::size_t effort = runs_.size();
    for (const auto& [name, group] : groups_) effort += group->effort() + 1;
    return effort;
}

}  // namespace millpond::engine
