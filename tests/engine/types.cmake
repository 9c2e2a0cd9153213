# SPDX-License-Identifier: Apache-2.0
millpond_test(types_collections types_collections.cpp LINK millpond_engine_types)
millpond_test(types_run types_run.cpp LINK millpond_engine_types)
millpond_test(types_stream types_stream.cpp LINK millpond_engine_types)
millpond_test(types_bytes types_bytes.cpp LINK millpond_engine_types)
