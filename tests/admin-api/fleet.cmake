# SPDX-License-Identifier: Apache-2.0
millpond_test(failover_rules_test ${CMAKE_CURRENT_LIST_DIR}/failover_rules_test.cpp LINK millpond_admin_failover)
# The long run (MILLPOND_SOAK=1) takes a quarter of an hour.
millpond_test(failover_simulation_test ${CMAKE_CURRENT_LIST_DIR}/failover_simulation_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/failover_simulator.cpp LINK millpond_admin_failover TIMEOUT 3600)
