// SPDX-License-Identifier: Apache-2.0
#include "engine/types/run_chain.h"

#include <algorithm>
#include <cstring>

#include "engine/types/allocation.h"

namespace millpond::engine {

namespace {
constexpr std::size_t kLinksMin = 16;
}

RunChain::RunChain(Run* first) {
    form_bits = static_cast<std::uint8_t>(Form::chain);
    add_link(0, first);
    size_ = first->count;
}

RunChain::~RunChain() {
    for (std::size_t i = 0; i < links_; i++) list_run::destroy(run(i));
    release(array_);
}

RunChain* RunChain::clone() const {
    auto* copy = new RunChain(list_run::clone(run(0)));
    for (std::size_t i = 1; i < links_; i++) copy->add_link(i, list_run::clone(run(i)));
    copy->size_ = size_;
    return copy;
}

RunChain::Position RunChain::seek(std::size_t index) const {
    if (index < size_ / 2) {
        std::size_t link = 0;
        while (index >= at(link).count) index -= at(link++).count;
        return {link, index};
    }
    std::size_t after = size_ - index, link = links_ - 1;
    while (after > at(link).count) after -= at(link--).count;
    return {link, at(link).count - after};
}

/// Doubles the array, with the links in its middle.
void RunChain::make_room() {
    std::size_t capacity = std::max(kLinksMin, links_ * 2);
    auto* larger = static_cast<Link*>(allocate(capacity * sizeof(Link)));
    std::size_t first = (capacity - links_) / 2;
    if (links_ > 0) std::memcpy(larger + first, array_ + first_, links_ * sizeof(Link));
    release(array_);
    array_ = larger;
    capacity_ = capacity;
    first_ = first;
}

void RunChain::add_link(std::size_t link, Run* run) {
    bool front = link < links_ - link;
    if (front ? first_ == 0 : first_ + links_ == capacity_) make_room();
    if (front) {
        std::memmove(array_ + first_ - 1, array_ + first_, link * sizeof(Link));
        first_--;
    } else {
        std::memmove(&at(link) + 1, &at(link), (links_ - link) * sizeof(Link));
    }
    links_++;
    at(link) = {run, run->count};
}

void RunChain::remove_link(std::size_t link) {
    if (link < links_ - link) {
        std::memmove(array_ + first_ + 1, array_ + first_, link * sizeof(Link));
        first_++;
    } else {
        std::memmove(&at(link), &at(link) + 1, (links_ - link - 1) * sizeof(Link));
    }
    links_--;
}

void RunChain::insert(std::size_t index, const Needle& value) {
    const bool front = index == 0;
    Link& end = at(front ? 0 : links_ - 1);
    if ((front || index == size_) && list_run::push(end.run, front, value)) {
        end.count++;
    } else if (index == size_) {
        insert_at({links_ - 1, at(links_ - 1).count}, value);
    } else {
        insert_at(seek(index), value);
    }
    size_++;
}

/// Queues fill and empty the runs at the ends: those are open, so that they are not moved from one
/// size of memory to the next with every few elements. Those between are as small as can be.
void RunChain::shape(std::size_t link) {
    const bool end = link == 0 || link + 1 == links_;
    Run::reform(at(link).run, end ? Form::open : Form::packed);
}

/// A full run makes room by a new run at its end (queues stay dense), or by a split in its middle.
void RunChain::insert_at(Position place, const Needle& value) {
    Link& link = at(place.link);
    if (link.count == 0 || link.run->used + list_run::entry_size(value) <= list_run::kBytesMax) {
        shape(place.link);
        list_run::insert(link.run, place.index, value);
        link.count++;
        return;
    }
    if (place.index == 0 && place.link > 0) {
        Link& before = at(place.link - 1);
        if (before.run->used + list_run::entry_size(value) <= list_run::kBytesMax) {
            shape(place.link - 1);
            list_run::insert(before.run, before.count, value);
            before.count++;
            return;
        }
    }
    if (place.index == 0 || place.index == link.count) {
        const std::size_t added = place.index == 0 ? place.link : place.link + 1;
        const bool end = added == 0 || added == links_;
        Run* run = Run::create(end ? Form::open : Form::packed);
        list_run::insert(run, 0, value);
        add_link(added, run);
        return;
    }
    Run* right = list_run::split(link.run, place.index);
    link.count = link.run->count;
    add_link(place.link + 1, right);
    insert_at({place.link, at(place.link).count}, value);
}

void RunChain::replace(std::size_t index, const Needle& value) {
    Position place = seek(index);
    Link& link = at(place.link);
    const std::uint8_t* old = list_run::seek(link.run, place.index);
    std::size_t old_size = static_cast<std::size_t>(list_run::next(old) - old);
    if (link.run->used - old_size + list_run::entry_size(value) <= list_run::kBytesMax) {
        list_run::replace(link.run, place.index, value);
        return;
    }
    erase(index, 1);
    insert(index, value);
}

void RunChain::try_join(std::size_t left) {
    if (left + 1 >= links_) return;
    const std::size_t together = std::size_t{at(left).run->used} + at(left + 1).run->used;
    if (together > list_run::kBytesMax / 2) return;
    list_run::append(at(left).run, at(left + 1).run);
    at(left).count = at(left).run->count;
    remove_link(left + 1);
}

void RunChain::pop(bool front) {
    Link& end = at(front ? 0 : links_ - 1);
    if (end.count == 1 || !list_run::pop(end.run, front)) return erase_at(front ? 0 : size_ - 1, 1);
    end.count--;
    size_--;
    if (front) try_join(0);
}

void RunChain::erase(std::size_t first, std::size_t count) {
    if (count == 0) return;
    if (count == 1 && (first == 0 || first + 1 == size_)) return pop(first == 0);
    erase_at(first, count);
}

void RunChain::erase_at(std::size_t first, std::size_t count) {
    Position place = seek(first);
    while (count > 0) {
        Link& link = at(place.link);
        std::size_t here = std::min(count, link.count - place.index);
        count -= here;
        size_ -= here;
        if (here == link.count && links_ > 1) {
            list_run::destroy(link.run);
            remove_link(place.link);
        } else {
            shape(place.link);
            list_run::erase(link.run, place.index, here);
            link.count -= here;
            place.link++;
        }
        place.index = 0;
    }
    if (place.link > 0 && place.link <= links_) try_join(place.link - 1);
}

std::size_t RunChain::bytes() const {
    constexpr std::size_t kSample =
        16;  // looking for long strings in every run would read the whole list
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < links_; i++) bytes += run(i)->allocated();
    std::size_t sampled = std::min(links_, kSample), apart = 0;
    for (std::size_t i = 0; i < sampled; i++)
        apart += list_run::bytes(run(i)) - run(i)->allocated();
    return sizeof *this + capacity_ * sizeof(Link) + bytes + apart * links_ / sampled;
}

}  // namespace millpond::engine
