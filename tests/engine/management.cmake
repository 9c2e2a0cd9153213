# SPDX-License-Identifier: Apache-2.0
millpond_test(management_test ${CMAKE_CURRENT_LIST_DIR}/management_test.cpp LINK millpond_engine_management millpond_resp)
millpond_test(resp_client_side_test ${CMAKE_CURRENT_LIST_DIR}/resp_client_side_test.cpp LINK millpond_resp)
