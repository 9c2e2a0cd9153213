# SPDX-License-Identifier: Apache-2.0
# A figure, not a verdict: ctest runs a short round so that the script stays alive. MILLPOND_CHECK=1 and more
# rounds hold it to the targets.
millpond_script_test(bench_server_cpu ${CMAKE_COMMAND} -E env MILLPOND_BENCH_ROUNDS=1 MILLPOND_BENCH_REQUESTS=5000
  ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/server_cpu.py LABELS bench)
