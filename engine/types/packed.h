// SPDX-License-Identifier: Apache-2.0
//
// What the packed forms of hash, set and sorted set share: walking a run in steps of one or two
// elements. Guarded by the lock of the entry's shard.
#pragma once

#include "engine/types/element.h"
#include "engine/types/run.h"

namespace millpond::engine::packed {

/// The place of the first group of `stride` elements that begins with the needle, or nullptr.
inline const std::uint8_t* find(const Run* run, const Needle& needle, int stride) {
    for (const std::uint8_t *at = run->begin(), *end = run->end(); at != end;) {
        if (needle.equals(at)) return at;
        for (int i = 0; i < stride; i++) at += element_size(at);
    }
    return nullptr;
}

/// The place of group `index`; end() when there is none.
inline const std::uint8_t* group(const Run* run, std::size_t index, int stride) {
    const std::uint8_t* at = run->begin();
    for (std::size_t i = 0, n = index * static_cast<std::size_t>(stride); i < n && at != run->end();
         i++) {
        at += element_size(at);
    }
    return at;
}

inline std::size_t offset(const Run* run, const std::uint8_t* at) {
    return static_cast<std::size_t>(at - run->begin());
}

/// Frees the Blocks of all elements, and the run.
inline void destroy(Run* run) noexcept {
    for (const std::uint8_t *at = run->begin(), *end = run->end(); at != end;
         at += element_size(at)) {
        release_element(at);
    }
    Run::destroy(run);
}

inline Run* clone(const Run* run) {
    Run* copy = Run::copy(run);
    for (std::uint8_t *at = copy->begin(), *end = copy->end(); at != end; at += element_size(at)) {
        unshare_element(at);
    }
    return copy;
}

inline std::size_t bytes(const Run* run) {
    std::size_t bytes = run->allocated();
    for (const std::uint8_t *at = run->begin(), *end = run->end(); at != end;
         at += element_size(at)) {
        bytes += element_block_bytes(at);
    }
    return bytes;
}

/// May one more group of `bytes` be added without leaving what a run can hold?
inline bool has_room(const Run* run, std::size_t bytes) {
    return run->used + bytes <= Run::kBytesMax && run->count + 1u <= Run::kCountMax;
}

}  // namespace millpond::engine::packed
