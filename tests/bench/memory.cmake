# SPDX-License-Identifier: Apache-2.0
millpond_test(memory_entries memory_entries.cpp LINK millpond_engine_keyspace LABELS bench TIMEOUT 300)
