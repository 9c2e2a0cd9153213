# SPDX-License-Identifier: Apache-2.0
millpond_script_test(daemon_kills ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/daemon_kills.py TIMEOUT 300)
millpond_script_test(admin_storm ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/admin_storm.py TIMEOUT 400)
millpond_script_test(outside_the_vpc ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/outside_the_vpc.py)
set_tests_properties(outside_the_vpc PROPERTIES SKIP_RETURN_CODE 77)
