# SPDX-License-Identifier: Apache-2.0
# with_both_threads(NAME FILE ONE FOUR TIMEOUT): the class of a comparison with one thread, and its twin with four.
function(with_both_threads name file one four timeout)
  set(script ${CMAKE_CURRENT_SOURCE_DIR}/differential/${file}.py)
  millpond_script_test(${name}_one_thread ${Python3_EXECUTABLE} ${script} ${one} TIMEOUT ${timeout})
  millpond_script_test(${name}_four_threads ${Python3_EXECUTABLE} ${script} ${four} TIMEOUT ${timeout})
endfunction()

with_both_threads(differential differential Differential DifferentialFourThreads 400)
with_both_threads(differential_grammar differential_grammar GrammarRun GrammarFourThreads 400)
with_both_threads(observers observers Observers ObserversFourThreads 400)
with_both_threads(differential_blocking blocking Blocking BlockingFourThreads 400)
with_both_threads(introspection introspection Introspection IntrospectionFourThreads 300)
with_both_threads(client_limits client_limits ClientLimits ClientLimitsFourThreads 300)
with_both_threads(eviction eviction Eviction EvictionFourThreads 300)
millpond_script_test(states ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/differential/states.py TIMEOUT 400)
millpond_script_test(ways ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/differential/ways.py TIMEOUT 400)
millpond_script_test(moments ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/differential/moments.py TIMEOUT 300)
millpond_script_test(following ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/differential/following.py TIMEOUT 300)
millpond_script_test(followers ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/differential/followers.py TIMEOUT 400)
millpond_script_test(moving_values ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/moving_values.py TIMEOUT 300)
millpond_script_test(house_compatibility ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/differential/compatibility.py
  TIMEOUT 60)
