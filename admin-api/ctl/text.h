// SPDX-License-Identifier: Apache-2.0
//
// Words, sizes and sources as people write and read them. Pure functions, any thread.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin-api/schema/network.h"
#include "admin-api/schema/result.h"

namespace millpond::admin::ctl {

/// Columns on a terminal that the UTF-8 text takes; wide East Asian characters take two.
std::size_t display_width(std::string_view text);
/// Control characters, which could steer the terminal, as '?'.
std::string printable(std::string_view text);
/// Bytes that may be no text at all: as text when they are UTF-8, else quoted and escaped.
std::string shown_bytes(std::string_view bytes);
/// "512 MiB", "1.4 GiB", "980 B".
std::string human_bytes(std::int64_t bytes);
/// "3 s", "2 h 5 min"; "-" for a key that never expires (-1).
std::string human_ttl(std::int64_t ttl_ms);
/// "2026-03-01 12:00:00" from "2026-03-01T12:00:00.123Z".
std::string short_time(std::string_view iso);
std::string joined(const std::vector<std::string>& parts, std::string_view separator = ", ");
std::vector<std::string> split(std::string_view text, char separator);

std::string base64_encode(std::string_view bytes);
/// Nothing when the text is not base64.
std::optional<std::string> base64_decode(std::string_view text);

/// "6379", "6379-6390" or "all".
struct PortRange {
    std::string protocol = "tcp";
    int from = 0;
    int to = 0;
};
Result<PortRange> parse_ports(std::string_view text);
std::string describe_ports(const schema::InboundRule& rule);

/// "anywhere", an address, or a range, as a CIDR; nothing for what must be a group's name or id.
std::optional<std::string> parse_source(std::string_view text);
/// "Anywhere (0.0.0.0/0)" or the range.
std::string describe_cidr(const std::string& cidr);

/// "key=value".
Result<schema::Tag> parse_tag(std::string_view text);

/// A RESP3 reply, in the JSON of POST /v1/nodes/{id}/exec, as redis-cli would show it.
std::string describe_reply(const boost::json::value& reply, int indent = 0);
/// Whether the reply is an error of the node's.
bool is_error_reply(const boost::json::value& reply);

}  // namespace millpond::admin::ctl
