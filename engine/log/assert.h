// SPDX-License-Identifier: Apache-2.0
//
// An assertion that stays on in every build: a broken invariant stops the node rather than
// corrupting it.
#pragma once

#include <cstdio>
#include <cstdlib>

#define MILLPOND_ASSERT(condition)                                                                 \
    ((condition)                                                                                   \
         ? static_cast<void>(0)                                                                    \
         : (std::fprintf(stderr, "%s:%d: invariant broken: %s\n", __FILE__, __LINE__, #condition), \
            std::abort()))
