# SPDX-License-Identifier: Apache-2.0
millpond_script_test(differential_shutdown ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/differential/shutdown.py TIMEOUT 300)
