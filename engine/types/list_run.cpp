// SPDX-License-Identifier: Apache-2.0
#include "engine/types/list_run.h"

#include <cstring>

namespace millpond::engine::list_run {

namespace {

/// The length of an entry's element as its last one or two bytes: 7 bits each, the high bit of the
/// last byte saying that there is one before it.
constexpr std::size_t kOneByteMax = 0x7f;
static_assert(kInlineMax + 3 < (1u << 14));

std::size_t back_size(std::size_t element) {
    return element <= kOneByteMax ? 1 : 2;
}

void write_back(std::uint8_t* to, std::size_t element) {
    if (element <= kOneByteMax) {
        *to = static_cast<std::uint8_t>(element);
    } else {
        to[0] = static_cast<std::uint8_t>(element & 0x7f);
        to[1] = static_cast<std::uint8_t>(0x80 | element >> 7);
    }
}

void write_entry(std::uint8_t* to, const Needle& value) {
    value.encode(to);
    write_back(to + value.encoded_size(), value.encoded_size());
}

std::size_t offset(const Run* run, const std::uint8_t* at) {
    return static_cast<std::size_t>(at - run->begin());
}

void set_count(Run* run, std::size_t count) {
    run->count = count & 0x1fffff;
}

}  // namespace

std::size_t entry_size(const Needle& needle) {
    return needle.encoded_size() + back_size(needle.encoded_size());
}

const std::uint8_t* next(const std::uint8_t* at) {
    std::size_t size = element_size(at);
    return at + size + back_size(size);
}

const std::uint8_t* previous(const std::uint8_t* at) {
    std::size_t last = at[-1];
    if (last <= kOneByteMax) return at - 1 - last;
    return at - 2 - ((last & 0x7f) << 7 | at[-2]);
}

const std::uint8_t* seek(const Run* run, std::size_t index) {
    if (index <= run->count / 2) {
        const std::uint8_t* at = run->begin();
        while (index-- > 0) at = next(at);
        return at;
    }
    const std::uint8_t* at = run->end();
    for (std::size_t i = run->count; i > index; i--) at = previous(at);
    return at;
}

void insert(Run*& run, std::size_t index, const Needle& value) {
    std::size_t place = offset(run, seek(run, index));
    write_entry(Run::splice(run, place, 0, entry_size(value)), value);
    set_count(run, run->count + 1u);
}

bool push(Run* run, bool front, const Needle& value) {
    const std::size_t size = entry_size(value);
    if (run->form() != Form::open || run->used + size > kBytesMax) return false;
    std::uint8_t* const to = run->extend(front, size);
    if (to == nullptr) return false;
    write_entry(to, value);
    set_count(run, run->count + 1u);
    return true;
}

bool pop(Run* run, bool front) {
    if (run->form() != Form::open) return false;
    const std::uint8_t* const at = front ? run->begin() : previous(run->end());
    const std::uint8_t* const behind = front ? next(at) : run->end();
    if (!run->shrink(front, static_cast<std::size_t>(behind - at))) return false;
    release_element(at);
    set_count(run, run->count - 1u);
    return true;
}

void replace(Run*& run, std::size_t index, const Needle& value) {
    const std::uint8_t* at = seek(run, index);
    auto size = static_cast<std::size_t>(next(at) - at);
    release_element(at);
    write_entry(Run::splice(run, offset(run, at), size, entry_size(value)), value);
}

void erase(Run*& run, std::size_t first, std::size_t count) {
    const std::uint8_t* from = seek(run, first);
    const std::uint8_t* to = from;
    for (std::size_t i = 0; i < count; i++, to = next(to)) release_element(to);
    Run::splice(run, offset(run, from), static_cast<std::size_t>(to - from), 0);
    set_count(run, run->count - count);
}

Run* split(Run*& run, std::size_t index) {
    std::size_t place = offset(run, seek(run, index)), size = run->used - place;
    Run* right = Run::create(Form::packed);
    Run::reform(run, Form::packed);
    std::uint8_t* to = Run::splice(right, 0, 0, size);
    std::memcpy(to, run->begin() + place, size);
    set_count(right, run->count - index);
    Run::splice(run, place, size, 0);
    set_count(run, index);
    return right;
}

void append(Run*& run, Run* from) {
    std::uint8_t* to = Run::splice(run, run->used, 0, from->used);
    std::memcpy(to, from->begin(), from->used);
    set_count(run, run->count + from->count);
    Run::destroy(from);
}

void destroy(Run* run) noexcept {
    for (const std::uint8_t* at = run->begin(); at != run->end(); at = next(at))
        release_element(at);
    Run::destroy(run);
}

Run* clone(const Run* run) {
    Run* copy = Run::copy(run);
    for (const std::uint8_t* at = copy->begin(); at != copy->end(); at = next(at)) {
        unshare_element(const_cast<std::uint8_t*>(at));
    }
    return copy;
}

std::size_t bytes(const Run* run) {
    std::size_t bytes = run->allocated();
    for (const std::uint8_t* at = run->begin(); at != run->end(); at = next(at))
        bytes += element_block_bytes(at);
    return bytes;
}

}  // namespace millpond::engine::list_run
