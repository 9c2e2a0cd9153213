# SPDX-License-Identifier: Apache-2.0
millpond_script_test(story_ctl ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/story_ctl.py TIMEOUT 180)
