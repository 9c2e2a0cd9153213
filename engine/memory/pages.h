// SPDX-License-Identifier: Apache-2.0
//
// Pages of 4 KiB for what is filled page by page, as long lists are. One pool for the process; what
// is given out is accounted. Any thread.
#pragma once

#include <cstddef>

namespace millpond::engine {

inline constexpr std::size_t kPageBytes = 4096;

/// Throws bad_alloc.
void* allocate_page();
void release_page(void* page) noexcept;
/// Gives free pages back to the system; returns their bytes.
std::size_t trim_pages();

}  // namespace millpond::engine
