# SPDX-License-Identifier: Apache-2.0
millpond_script_test(differential_configuration ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/differential/configuration.py TIMEOUT 300)
