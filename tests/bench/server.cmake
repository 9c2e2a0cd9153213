# SPDX-License-Identifier: Apache-2.0
# Figures, not verdicts: with MILLPOND_CHECK=1 they are held to their targets. ./test --bench runs them.
foreach(bench server_cpu commands_cpu latency memory_redis)
  millpond_script_test(bench_${bench} ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/${bench}.py LABELS bench TIMEOUT 3600)
endforeach()
foreach(program offered_load closed_load transport_floor)
  add_executable(${program} ${CMAKE_CURRENT_LIST_DIR}/${program}.cpp)
  target_link_libraries(${program} PRIVATE millpond_options)
  set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endforeach()
