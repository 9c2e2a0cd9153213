# SPDX-License-Identifier: Apache-2.0
millpond_script_test(replication_redis ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/replication_redis.py TIMEOUT 300
  LABELS interop)
millpond_script_test(append_only ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/append_only.py TIMEOUT 300
  LABELS interop)
millpond_script_test(replication_managed ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/replication_managed.py TIMEOUT 120
  LABELS interop)
