# SPDX-License-Identifier: Apache-2.0
millpond_test(acl_rules acl_rules.cpp LINK millpond_engine_server)
