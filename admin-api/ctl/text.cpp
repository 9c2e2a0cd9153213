// SPDX-License-Identifier: Apache-2.0
#include "admin-api/ctl/text.h"

#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cstdio>

namespace millpond::admin::ctl {
namespace {

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool is_wide(char32_t c) {
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
           (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0xff00 && c <= 0xff60) || (c >= 0x1f300 && c <= 0x1faff);
}

/// The code point at `i`, which moves past it; a broken sequence counts byte by byte.
char32_t next_code_point(std::string_view text, std::size_t& i) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    if (more == 0) return lead;
    char32_t value = lead & (0x3f >> more);
    for (int k = 0; k < more && i < text.size(); ++k, ++i)
        value = (value << 6) | (static_cast<unsigned char>(text[i]) & 0x3f);
    return value;
}

/// Well-formed as far as a terminal cares: every lead byte has its continuation bytes.
bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i++]);
        const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
        if ((more == 0 && lead >= 0x80) || lead >= 0xf8 || i + more > text.size()) return false;
        for (const auto end = i + more; i < end; ++i)
            if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return false;
    }
    return true;
}

std::string format(const char* pattern, double value) {
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), pattern, value);
    return out.data();
}

std::optional<int> whole(std::string_view text) {
    int value = 0;
    const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || why != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_ipv4(std::string_view text) {
    const auto parts = split(text, '.');
    if (parts.size() != 4) return false;
    for (const auto& part : parts) {
        const auto byte = whole(part);
        if (!byte || *byte < 0 || *byte > 255) return false;
    }
    return true;
}

/// Bytes that are no text, as redis-cli escapes them.
std::string escaped(std::string_view bytes) {
    std::string out = "\"";
    for (const unsigned char c : bytes) {
        std::array<char, 8> escape{};
        if (c == '"' || c == '\\') {
            out += {'\\', static_cast<char>(c)};
        } else if (c >= 0x20 && c < 0x7f) {
            out.push_back(static_cast<char>(c));
        } else {
            std::snprintf(escape.data(), escape.size(), "\\x%02x", c);
            out += escape.data();
        }
    }
    return out + "\"";
}

std::string describe_array(const boost::json::array& items, int indent) {
    if (items.empty()) return "(empty array)";
    std::string out;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out += "\n" + std::string(static_cast<std::size_t>(indent), ' ');
        const auto number = std::to_string(i + 1) + ") ";
        out += number + describe_reply(items[i], indent + static_cast<int>(number.size()));
    }
    return out;
}

std::string describe_map(const boost::json::object& map, int indent) {
    std::string out;
    for (const auto& [key, value] : map) {
        if (!out.empty()) out += "\n" + std::string(static_cast<std::size_t>(indent), ' ');
        const auto name = std::string(key) + " => ";
        out += printable(name) + describe_reply(value, indent + static_cast<int>(name.size()));
    }
    return out.empty() ? "(empty map)" : out;
}

const boost::json::string* only_member(const boost::json::value& value, const char* name) {
    const auto* object = value.if_object();
    if (!object || object->size() != 1) return nullptr;
    const auto* member = object->if_contains(name);
    return member ? member->if_string() : nullptr;
}

/// Keeps line breaks: INFO is text of many lines.
std::string printable_lines(std::string_view text) {
    std::string out;
    for (const auto& line : split(text, '\n')) {
        std::string_view shown = line;
        if (shown.ends_with('\r')) shown.remove_suffix(1);
        out += printable(shown) + "\n";
    }
    out.pop_back();
    return out;
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t i = 0; i < text.size();) width += is_wide(next_code_point(text, i)) ? 2 : 1;
    return width;
}

std::string printable(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return out;
}

std::string shown_bytes(std::string_view bytes) {
    return is_utf8(bytes) ? printable(bytes) : escaped(bytes);
}

std::string human_bytes(std::int64_t bytes) {
    static constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    const bool round = unit == 0 || value >= 100 || value == static_cast<std::int64_t>(value);
    return format(round ? "%.0f " : "%.1f ", value) + units[unit];
}

std::string human_ttl(std::int64_t ttl_ms) {
    if (ttl_ms < 0) return "-";
    const auto seconds = ttl_ms / 1000;
    if (seconds < 60) return std::to_string(seconds) + " s";
    if (seconds < 3600) return std::to_string(seconds / 60) + " min";
    if (seconds < 86400)
        return std::to_string(seconds / 3600) + " h " + std::to_string(seconds / 60 % 60) + " min";
    return std::to_string(seconds / 86400) + " d";
}

std::string short_time(std::string_view iso) {
    std::string out(iso.substr(0, 19));
    if (out.size() == 19 && out[10] == 'T') out[10] = ' ';
    return out;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (const auto& part : parts) {
        if (!out.empty()) out += separator;
        out += part;
    }
    return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string base64_encode(std::string_view bytes) {
    std::string out;
    std::uint32_t pool = 0;
    int bits = 0;
    for (const unsigned char byte : bytes) {
        pool = (pool << 8) | byte;
        for (bits += 8; bits >= 6; bits -= 6)
            out.push_back(base64_digits[(pool >> (bits - 6)) & 63]);
    }
    if (bits > 0) out.push_back(base64_digits[(pool << (6 - bits)) & 63]);
    while (out.size() % 4 != 0) out.push_back('=');
    return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    std::string out;
    std::uint32_t pool = 0;
    int bits = 0;
    for (const char c : text) {
        const auto digit = base64_digits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        pool = (pool << 6) | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out.push_back(static_cast<char>((pool >> bits) & 0xff));
    }
    return out;
}

Result<PortRange> parse_ports(std::string_view text) {
    if (text == "all") return PortRange{"-1", -1, -1};
    const auto dash = text.find('-');
    const auto from = whole(text.substr(0, dash));
    const auto to = dash == std::string_view::npos ? from : whole(text.substr(dash + 1));
    if (!from || !to || *from < 1 || *to > 65535 || *from > *to)
        return invalid_value("port",
                             "'" + std::string(text) +
                                 "' is not a port: give 6379, a range like 6379-6390, or all.");
    return PortRange{"tcp", *from, *to};
}

std::string describe_ports(const schema::InboundRule& rule) {
    if (rule.protocol == "-1") return "all";
    if (rule.from_port == rule.to_port) return std::to_string(rule.from_port);
    return std::to_string(rule.from_port) + "-" + std::to_string(rule.to_port);
}

std::optional<std::string> parse_source(std::string_view text) {
    if (text == "anywhere" || text == "Anywhere") return "0.0.0.0/0";
    const auto slash = text.find('/');
    if (slash != std::string_view::npos) return std::string(text);
    if (is_ipv4(text)) return std::string(text) + "/32";
    return std::nullopt;
}

std::string describe_cidr(const std::string& cidr) {
    return cidr == "0.0.0.0/0" ? "Anywhere (0.0.0.0/0)" : cidr;
}

Result<schema::Tag> parse_tag(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return invalid_value("tag", "'" + std::string(text) + "' is not a tag: write KEY=VALUE.");
    return schema::Tag{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

bool is_error_reply(const boost::json::value& reply) {
    return only_member(reply, "error") != nullptr;
}

std::string describe_reply(const boost::json::value& reply, int indent) {
    if (const auto* error = only_member(reply, "error")) return "(error) " + printable(*error);
    if (const auto* bytes = only_member(reply, "base64"))
        return escaped(base64_decode({bytes->data(), bytes->size()}).value_or(""));
    if (reply.is_null()) return "(nil)";
    if (const auto* text = reply.if_string()) return printable_lines({text->data(), text->size()});
    if (const auto* items = reply.if_array()) return describe_array(*items, indent);
    if (const auto* map = reply.if_object()) return describe_map(*map, indent);
    return boost::json::serialize(reply);
}

}  // namespace millpond::admin::ctl
