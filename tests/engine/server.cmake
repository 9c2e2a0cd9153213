# SPDX-License-Identifier: Apache-2.0
millpond_test(resp_requests resp_requests.cpp LINK millpond_resp LABELS engine)
millpond_test(gate_lanes gate_lanes.cpp LINK millpond_engine_lanes LABELS engine)
millpond_test(net_rules net_rules.cpp LINK millpond_engine_server LABELS engine)
millpond_test(observers_test observers_test.cpp LINK millpond_engine_server LABELS engine)
foreach(part big_requests busy commands clients histories lanes managed observers scripts storm hash_fields)
  millpond_script_test(server_${part} ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/server_${part}.py LABELS engine)
endforeach()
