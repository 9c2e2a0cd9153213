// SPDX-License-Identifier: Apache-2.0
#include "engine/types/run.h"

#include <cstring>
#include <new>

#include "engine/types/allocation.h"
#include "engine/types/element.h"

namespace millpond::engine {

namespace {
Run* allocate_run(std::size_t used) {
    return static_cast<Run*>(allocate(allocation_class(sizeof(Run) + used)));
}
}  // namespace

Run* Run::create(Form form) {
    Run* run = new (allocate_run(0)) Run;
    run->form_bits = static_cast<std::uint8_t>(form);
    return run;
}

void Run::destroy(Run* run) noexcept {
    release(run);
}

Run* Run::copy(const Run* run) {
    Run* copy = allocate_run(run->used);
    std::memcpy(static_cast<void*>(copy), run, sizeof(Run) + run->used);
    return copy;
}

std::size_t Run::allocated() const {
    return allocation_class(sizeof(Run) + used);
}

std::uint8_t* Run::splice(Run*& run, std::size_t offset, std::size_t remove, std::size_t insert) {
    std::size_t tail = run->used - offset - remove;
    std::size_t used = offset + insert + tail;
    Run* target = run;
    if (allocation_class(sizeof(Run) + used) != run->allocated()) {
        target = allocate_run(used);
        std::memcpy(static_cast<void*>(target), run, sizeof(Run) + offset);
    }
    std::memmove(target->begin() + offset + insert, run->begin() + offset + remove, tail);
    if (target != run) {
        release(run);
        run = target;
    }
    run->used = static_cast<std::uint32_t>(used);
    return run->begin() + offset;
}

const std::uint8_t* next_element(const std::uint8_t* at) {
    return at + element_size(at);
}

}  // namespace millpond::engine
