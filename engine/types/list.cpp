// SPDX-License-Identifier: Apache-2.0
//
// A list: one run while that is small, a chain of runs beyond.
#include <algorithm>

#include "engine/types/collections.h"
#include "engine/types/list_run.h"
#include "engine/types/run_chain.h"

namespace millpond::engine {

namespace {

bool is_packed(const void* object) {
    return static_cast<const ObjectHead*>(object)->form() == Form::packed;
}
Run*& run_of(ObjectSlot slot) {
    return reinterpret_cast<Run*&>(slot);
}
RunChain& chain_of(void* object) {
    return *static_cast<RunChain*>(object);
}

/// Room for an entry, by making the single run a chain when it is full. Is it a single run still?
bool make_room(ObjectSlot slot, const Needle& needle) {
    if (!is_packed(slot)) return false;
    Run* const run = run_of(slot);
    if (run->count == 0 || run->used + list_run::entry_size(needle) <= list_run::kBytesMax)
        return true;
    slot = new RunChain(run);
    return false;
}

bool visit_entry(const std::uint8_t* at, FunctionView<bool(Bytes)> visit) {
    Digits digits;
    return visit(read_element(at).text(digits));
}

/// Visits up to `count` entries of a run from `index`; false when the visitor stopped.
bool visit_run(const Run* run, std::size_t index, std::size_t& count, bool reverse,
               FunctionView<bool(Bytes)> visit) {
    const std::uint8_t* at = list_run::seek(run, index);
    std::size_t here = std::min(count, reverse ? index + 1 : run->count - index);
    for (count -= here; here > 0; here--) {
        if (!visit_entry(at, visit)) return false;
        if (!reverse) {
            at = list_run::next(at);
        } else if (here > 1) {
            at = list_run::previous(at);
        }
    }
    return true;
}

}  // namespace

void* List::create() {
    return Run::create(Form::packed);
}

std::size_t List::size() const {
    return is_packed(slot_) ? run_of(slot_)->count : chain_of(slot_).size();
}

void List::push_front(Bytes value) {
    insert(0, value);
}
void List::push_back(Bytes value) {
    insert(size(), value);
}

std::string List::pop_front() {
    std::string value;
    take_end(true, [&](Bytes bytes) { value = bytes; });
    return value;
}

std::string List::pop_back() {
    std::string value;
    take_end(false, [&](Bytes bytes) { value = bytes; });
    return value;
}

void List::take_end(bool front, FunctionView<void(Bytes)> take) {
    const bool packed = is_packed(slot_);
    const Run* run = packed ? run_of(slot_) : chain_of(slot_).end(front);
    const std::uint8_t* at = front ? run->begin() : list_run::previous(run->end());
    Digits digits;
    take(read_element(at).text(digits));
    if (packed) {
        list_run::erase(run_of(slot_), front ? 0 : run->count - 1u, 1);
    } else {
        chain_of(slot_).pop(front);
    }
}

Bytes List::at(std::size_t index) const {
    thread_local Digits digits;
    if (is_packed(slot_)) return read_element(list_run::seek(run_of(slot_), index)).text(digits);
    auto place = chain_of(slot_).seek(index);
    return read_element(list_run::seek(chain_of(slot_).run(place.link), place.index)).text(digits);
}

void List::set(std::size_t index, Bytes value) {
    Needle needle(value);
    if (make_room(slot_, needle)) {
        list_run::replace(run_of(slot_), index, needle);
    } else {
        chain_of(slot_).replace(index, needle);
    }
}

void List::insert(std::size_t index, Bytes value) {
    Needle needle(value);
    if (make_room(slot_, needle)) {
        list_run::insert(run_of(slot_), index, needle);
    } else {
        chain_of(slot_).insert(index, needle);
    }
}

void List::erase(std::size_t first, std::size_t count) {
    if (first >= size()) return;
    count = std::min(count, size() - first);
    if (is_packed(slot_)) {
        list_run::erase(run_of(slot_), first, count);
    } else {
        chain_of(slot_).erase(first, count);
    }
}

void List::for_range(std::size_t first, std::size_t count, bool reverse,
                     FunctionView<bool(Bytes)> visit) const {
    if (count == 0 || first >= size()) return;
    if (is_packed(slot_)) {
        visit_run(run_of(slot_), first, count, reverse, visit);
        return;
    }
    const RunChain& chain = chain_of(slot_);
    auto place = chain.seek(first);
    while (visit_run(chain.run(place.link), place.index, count, reverse, visit) && count > 0) {
        if (reverse ? place.link == 0 : place.link + 1 == chain.links()) return;
        place.link = reverse ? place.link - 1 : place.link + 1;
        place.index = reverse ? chain.run(place.link)->count - 1u : 0;
    }
}

void List::for_each(FunctionView<bool(Bytes)> visit) const {
    for_range(0, size(), false, visit);
}

}  // namespace millpond::engine
