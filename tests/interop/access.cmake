# SPDX-License-Identifier: Apache-2.0
millpond_script_test(differential_access ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/differential/access.py TIMEOUT 300)
