# SPDX-License-Identifier: Apache-2.0
foreach(threads 1 4)
  millpond_script_test(clients_threads_${threads} ${CMAKE_COMMAND} -E env MILLPOND_THREADS=${threads}
    ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/clients.py TIMEOUT 600)
  # They share the folder of the Node.js packages.
  set_tests_properties(clients_threads_${threads} PROPERTIES RESOURCE_LOCK clients_node)
endforeach()
