# SPDX-License-Identifier: Apache-2.0
millpond_test(memory_entries memory_entries.cpp LINK millpond_engine_keyspace LABELS bench TIMEOUT 300)
millpond_script_test(memory_redis ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/memory_redis.py LABELS bench
  TIMEOUT 600)
