// SPDX-License-Identifier: Apache-2.0
#include "engine/types/run.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "engine/memory/pages.h"
#include "engine/types/allocation.h"
#include "engine/types/element.h"

namespace millpond::engine {

namespace {

constexpr std::size_t kOpenMin = 256;

/// What a run with so many bytes after its header occupies.
std::size_t run_class(Form form, std::size_t used) {
    const std::size_t bytes = sizeof(Run) + used;
    if (form == Form::open && bytes <= kPageBytes) return std::max(std::bit_ceil(bytes), kOpenMin);
    return allocation_class(bytes);
}

/// What is left of it after the header and the elements.
std::size_t slack_of(std::size_t size, std::size_t used) {
    return size - sizeof(Run) - used;
}

void move_bytes(std::uint8_t* to, const std::uint8_t* from, std::size_t count) {
    if (to != from) std::memmove(to, from, count);
}

}  // namespace

Run* Run::allocate(std::size_t size) {
    return static_cast<Run*>(size == kPageBytes ? allocate_page() : engine::allocate(size));
}

void Run::release(Run* run, std::size_t size) noexcept {
    size == kPageBytes ? release_page(run) : engine::release(run);
}

Run* Run::create(Form form) {
    Run* run = new (allocate(run_class(form, 0))) Run;
    run->form_bits = static_cast<std::uint8_t>(form);
    return run;
}

void Run::destroy(Run* run) noexcept {
    release(run, run->allocated());
}

void Run::reform(Run*& run, Form form) {
    if (run->form() == form) return;
    const std::size_t before = run->allocated(), size = run_class(form, run->used);
    Run* target = run;
    if (size != before) target = new (allocate(size)) Run(*run);
    std::memmove(target->place(0), run->begin(), run->used);
    target->gap = 0;
    target->form_bits = static_cast<std::uint8_t>(form);
    if (target == run) return;
    release(run, before);
    run = target;
}

Run* Run::copy(const Run* run) {
    Run* copy = new (allocate(run->allocated())) Run(*run);
    std::memcpy(copy->begin(), run->begin(), run->used);
    return copy;
}

std::size_t Run::allocated() const {
    return run_class(form(), used);
}

/// The gap when there are so many bytes before and after a change, `used` altogether: the shorter
/// part is the one that moves, while there is room on its side.
std::size_t Run::gap_after(std::size_t offset, std::size_t tail, std::size_t used) const {
    if (form() != Form::open) return 0;
    const std::size_t size = run_class(Form::open, used), slack = slack_of(size, used);
    const bool front = offset < tail;
    if (size > kPageBytes) return 0;
    if (size != allocated()) return front ? slack : 0;
    const std::size_t behind = slack_of(size, this->used) - gap;
    if (front) return slack >= behind ? slack - behind : slack / 2;
    return gap <= slack ? gap : slack / 2;
}

std::uint8_t* Run::splice(Run*& run, std::size_t offset, std::size_t remove, std::size_t insert) {
    const std::size_t tail = run->used - offset - remove, used = offset + insert + tail;
    const std::size_t before = run->allocated(), size = run_class(run->form(), used);
    const std::size_t gap = run->gap_after(offset, tail, used);
    Run* const target = size == before ? run : new (allocate(size)) Run(*run);
    std::uint8_t* const head_to = target->place(gap);
    std::uint8_t* const tail_to = head_to + offset + insert;
    const std::uint8_t* const tail_from = run->begin() + offset + remove;
    // Neither part may overwrite the other before that has moved.
    if (tail_to > tail_from) move_bytes(tail_to, tail_from, tail);
    move_bytes(head_to, run->begin(), offset);
    if (tail_to <= tail_from) move_bytes(tail_to, tail_from, tail);
    if (target != run) {
        release(run, before);
        run = target;
    }
    run->gap = gap & 0xfff;
    run->used = used & 0xfffffff;
    return run->begin() + offset;
}

std::uint8_t* Run::extend(bool front, std::size_t bytes) {
    const std::size_t size = allocated();
    if (size > kPageBytes) return nullptr;
    const std::size_t room = front ? gap : slack_of(size, used) - gap;
    if (room < bytes) return nullptr;
    if (front) gap = (gap - bytes) & 0xfff;
    used = (used + bytes) & 0xfffffff;
    return front ? begin() : end() - bytes;
}

bool Run::shrink(bool front, std::size_t bytes) {
    const std::size_t size = allocated();
    const bool keeps_size = size == kOpenMin || sizeof(Run) + used - bytes > size / 2;
    if (size > kPageBytes || !keeps_size) return false;
    if (front) gap = (gap + bytes) & 0xfff;
    used = (used - bytes) & 0xfffffff;
    return true;
}

const std::uint8_t* next_element(const std::uint8_t* at) {
    return at + element_size(at);
}

}  // namespace millpond::engine
