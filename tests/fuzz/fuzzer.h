// SPDX-License-Identifier: Apache-2.0
//
// What every fuzzer defines: libFuzzer calls it with inputs of its own making, replay.cpp with the
// kept ones. An input must never crash it, whatever the bytes are; a broken promise aborts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Unlike assert() it is there in every build.
inline void promise(bool kept, const char* what) {
    if (kept) return;
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
}
