# SPDX-License-Identifier: Apache-2.0
millpond_script_test(daemon_kills ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/daemon_kills.py TIMEOUT 300)
