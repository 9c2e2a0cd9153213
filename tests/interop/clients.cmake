# SPDX-License-Identifier: Apache-2.0
find_library(HIREDIS_LIBRARY hiredis REQUIRED)
add_executable(hiredis_client ${CMAKE_CURRENT_LIST_DIR}/hiredis_client.cpp)
target_link_libraries(hiredis_client PRIVATE millpond_options ${HIREDIS_LIBRARY})
set_target_properties(hiredis_client PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)

foreach(threads 1 4)
  millpond_script_test(clients_threads_${threads} ${CMAKE_COMMAND} -E env MILLPOND_THREADS=${threads}
    ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/clients.py TIMEOUT 600)
  # They share the folder of the Node.js packages.
  set_tests_properties(clients_threads_${threads} PROPERTIES RESOURCE_LOCK clients_node)
endforeach()
