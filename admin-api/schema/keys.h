// SPDX-License-Identifier: Apache-2.0
//
// The key browser and the command console. Keys and values are any bytes: they travel as base64.
#pragma once

#include "admin-api/schema/common.h"

namespace millpond::admin::schema {

struct KeySummary {
    std::string key;   ///< base64
    std::string type;  ///< string, hash, list, set, zset
    std::int64_t ttl_ms = -1;
    std::int64_t bytes = 0;  ///< MEMORY USAGE
};
BOOST_DESCRIBE_STRUCT(KeySummary, (), (key, type, ttl_ms, bytes))

/// GET /v1/clusters/{id}/keys?cursor=&match=&type=&count=&db= : one SCAN step of the primary.
struct KeyPage {
    std::string cursor;  ///< "0" when the scan is complete
    std::vector<KeySummary> keys;
    std::int64_t total = 0;  ///< DBSIZE
};
BOOST_DESCRIBE_STRUCT(KeyPage, (), (cursor, keys, total))

/// GET /v1/clusters/{id}/value?key=BASE64&db=&offset=&count= : a window on one value.
struct KeyValue {
    std::string key;
    std::string type;
    std::string encoding;
    std::int64_t ttl_ms = -1;
    std::int64_t bytes = 0;
    std::int64_t length = 0;  ///< bytes of a string, elements of a collection
    std::vector<std::string>
        items;  ///< base64: string: one; hash: field, value, ...; zset: member, score, ...
    bool truncated = false;  ///< more than `count` elements, or than the first 64 KiB of a string
};
BOOST_DESCRIBE_STRUCT(KeyValue, (), (key, type, encoding, ttl_ms, bytes, length, items, truncated))

/// POST /v1/nodes/{id}/exec: one command on the node's own unix socket. The answer is the RESP3
/// reply as JSON: strings that are not UTF-8 as {"base64": "..."}, errors as {"error": "ERR ..."}.
struct ExecRequest {
    std::vector<std::string> args;
    std::optional<int> db;
};
BOOST_DESCRIBE_STRUCT(ExecRequest, (), (args, db))

}  // namespace millpond::admin::schema
