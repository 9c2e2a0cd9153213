# SPDX-License-Identifier: Apache-2.0
# The AWS face, the client of /v1 and millpondctl.
add_library(millpond_test_aws_fake STATIC ${CMAKE_CURRENT_LIST_DIR}/aws_fake.cpp)
target_link_libraries(millpond_test_aws_fake PUBLIC millpond_admin_schema)
add_executable(aws_server ${CMAKE_CURRENT_LIST_DIR}/aws_server.cpp)
set_target_properties(aws_server PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(aws_server PRIVATE millpond_admin_aws millpond_test_aws_fake)

millpond_test(aws_handler_test aws_handler_test.cpp LINK millpond_admin_aws millpond_test_aws_fake TIMEOUT 60)
millpond_test(client_test client_test.cpp LINK millpond_admin_client TIMEOUT 60)
millpond_test(ctl_test ctl_test.cpp LINK millpond_admin_ctl TIMEOUT 60)

# Against the real daemon, with a fleet without processes.
add_executable(ctl_server ${CMAKE_CURRENT_LIST_DIR}/ctl_server.cpp)
set_target_properties(ctl_server PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(ctl_server PRIVATE millpond_test_fake_fleet millpond_admin_daemon)
millpond_script_test(ctl_commands /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/ctl_commands.py TIMEOUT 300)
