# SPDX-License-Identifier: Apache-2.0
millpond_test(fleet_faults_test ${CMAKE_CURRENT_LIST_DIR}/fleet_faults_test.cpp ${CMAKE_CURRENT_LIST_DIR}/fleet_harness.cpp
  LINK millpond_admin_failover NEEDS millpond-engine LABELS faults TIMEOUT 900)
