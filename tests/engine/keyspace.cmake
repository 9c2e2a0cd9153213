# SPDX-License-Identifier: Apache-2.0
millpond_test(keyspace_table keyspace_table.cpp LINK millpond_engine_keyspace)
millpond_test(keyspace_database keyspace_database.cpp LINK millpond_engine_keyspace)
