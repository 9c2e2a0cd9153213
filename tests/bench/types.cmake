# SPDX-License-Identifier: Apache-2.0
# What a sanitizer's allocator takes is no measure.
if(NOT MILLPOND_SANITIZE)
  millpond_test(types_memory types_memory.cpp LINK millpond_engine_memory millpond_engine_types LABELS bench)
endif()
