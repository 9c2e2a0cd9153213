# SPDX-License-Identifier: Apache-2.0
set(differential ${CMAKE_CURRENT_SOURCE_DIR}/differential/differential.py)
millpond_script_test(differential_one_thread ${Python3_EXECUTABLE} ${differential} Differential TIMEOUT 400)
millpond_script_test(differential_four_threads ${Python3_EXECUTABLE} ${differential} DifferentialFourThreads TIMEOUT 400)
set(grammar ${CMAKE_CURRENT_SOURCE_DIR}/differential/differential_grammar.py)
millpond_script_test(differential_grammar_one_thread ${Python3_EXECUTABLE} ${grammar} GrammarRun TIMEOUT 400)
millpond_script_test(differential_grammar_four_threads ${Python3_EXECUTABLE} ${grammar} GrammarFourThreads TIMEOUT 400)
