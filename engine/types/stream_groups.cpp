// SPDX-License-Identifier: Apache-2.0
#include "engine/types/stream_groups.h"

namespace millpond::engine {

StreamConsumer* StreamGroup::find(Bytes name) {
    const auto found = consumers_.find(name);
    return found == consumers_.end() ? nullptr : &found->second;
}

StreamConsumer* StreamGroup::create(Bytes name, std::int64_t now_ms) {
    const auto [at, made] = consumers_.try_emplace(std::string(name));
    if (!made) return nullptr;
    at->second.seen_ms = now_ms;
    at->second.name = &at->first;
    return &at->second;
}

std::size_t StreamGroup::erase(StreamConsumer& consumer) {
    const IdSet& owned = consumer.pending;
    for (auto at = owned.begin(); at != owned.end(); at = owned.next(at)) {
        pending_.erase(owned.at(at).id);
    }
    const std::size_t count = owned.size();
    consumers_.erase(consumers_.find(*consumer.name));
    return count;
}

StreamPending& StreamGroup::give(const StreamId& id, StreamConsumer& to) {
    StreamPending& pending = *pending_.insert(id, {}).first;
    if (pending.consumer == &to) return pending;
    if (pending.consumer != nullptr) pending.consumer->pending.erase(id);
    pending.consumer = &to;
    to.pending.insert(id, {});
    return pending;
}

bool StreamGroup::acknowledge(const StreamId& id) {
    const StreamPending* pending = pending_.find(id);
    if (pending == nullptr) return false;
    pending->consumer->pending.erase(id);
    pending_.erase(id);
    return true;
}

bool StreamGroup::add_unowned(const StreamId& id, std::int64_t delivered_ms,
                              std::uint64_t deliveries) {
    return pending_.insert(id, {delivered_ms, deliveries, nullptr}).second;
}

bool StreamGroup::own(const StreamId& id, StreamConsumer& consumer) {
    StreamPending* pending = pending_.find(id);
    if (pending == nullptr || pending->consumer != nullptr) return false;
    pending->consumer = &consumer;
    consumer.pending.insert(id, {});
    return true;
}

bool StreamGroup::all_owned() const {
    std::size_t owned = 0;
    for (const auto& [name, consumer] : consumers_) owned += consumer.pending.size();
    return owned == pending_.size();
}

std::unique_ptr<StreamGroup> StreamGroup::clone() const {
    auto copy = std::make_unique<StreamGroup>();
    copy->last_id = last_id;
    copy->entries_read = entries_read;
    for (auto at = pending_.begin(); at != pending_.end(); at = pending_.next(at)) {
        const auto& [id, pending] = pending_.at(at);
        copy->add_unowned(id, pending.delivered_ms, pending.deliveries);
    }
    for (const auto& [name, consumer] : consumers_) {
        StreamConsumer* made = copy->create(name, consumer.seen_ms);
        const IdSet& owned = consumer.pending;
        for (auto at = owned.begin(); at != owned.end(); at = owned.next(at)) {
            copy->own(owned.at(at).id, *made);
        }
    }
    return copy;
}

std::size_t StreamGroup::bytes() const {
    std::size_t bytes = sizeof *this + pending_.bytes();
    for (const auto& [name, consumer] : consumers_) {
        constexpr std::size_t kMapNode = 32;  // colour and three pointers
        bytes += kMapNode + sizeof(Consumers::value_type) + consumer.pending.bytes();
        if (name.capacity() > 15) bytes += name.capacity() + 1;
    }
    return bytes;
}

}  // namespace millpond::engine
