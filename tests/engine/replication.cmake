# SPDX-License-Identifier: Apache-2.0
if(TARGET millpond_engine_log)
  millpond_test(log_test log_test.cpp LINK millpond_engine_log LABELS engine)
endif()
if(TARGET millpond_engine_snapshot)
  millpond_test(snapshot_test snapshot_test.cpp LINK millpond_engine_snapshot LABELS engine)
endif()
