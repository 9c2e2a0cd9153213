# SPDX-License-Identifier: Apache-2.0
# The control plane's core: schema, store, control, reconcile, http, api, daemon.
add_library(millpond_test_fake_fleet STATIC ${CMAKE_CURRENT_LIST_DIR}/fake_fleet.cpp)
target_link_libraries(millpond_test_fake_fleet PUBLIC millpond_admin_reconcile)

millpond_test(admin_store_test admin_store_test.cpp LINK millpond_admin_store TIMEOUT 60)
millpond_test(admin_control_test admin_control_test.cpp LINK millpond_test_fake_fleet TIMEOUT 60)
millpond_test(admin_reconcile_test admin_reconcile_test.cpp LINK millpond_test_fake_fleet TIMEOUT 60)
millpond_test(admin_daemon_test admin_daemon_test.cpp LINK millpond_test_fake_fleet millpond_admin_daemon TIMEOUT 90)
