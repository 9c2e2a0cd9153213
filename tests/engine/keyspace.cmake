# SPDX-License-Identifier: Apache-2.0
foreach(part table database expiry eviction)
  millpond_test(keyspace_${part} keyspace_${part}.cpp LINK millpond_engine_keyspace)
endforeach()
foreach(part frees pages)
  millpond_test(memory_${part} memory_${part}.cpp LINK millpond_engine_memory)
endforeach()
