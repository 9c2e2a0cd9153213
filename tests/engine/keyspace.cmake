# SPDX-License-Identifier: Apache-2.0
foreach(part table database expiry eviction)
  millpond_test(keyspace_${part} keyspace_${part}.cpp LINK millpond_engine_keyspace)
endforeach()
millpond_test(memory_frees memory_frees.cpp LINK millpond_engine_memory)
