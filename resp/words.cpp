// SPDX-License-Identifier: Apache-2.0
#include "resp/words.h"

#include <cstdio>

namespace millpond::resp {

namespace {

bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

char escaped(char c) {
    switch (c) {
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case 'b':
            return '\b';
        case 'a':
            return '\a';
        default:
            return c;
    }
}

/// Reads on behind an opening quote; false when it is not closed, or not followed by a blank.
bool read_quoted(std::string_view line, std::size_t& at, char quote, std::string& word) {
    for (; at < line.size(); ++at) {
        const char c = line[at];
        if (c == quote) {
            ++at;
            return at == line.size() || is_blank(line[at]);
        }
        const bool escape = c == '\\' && at + 1 < line.size();
        if (escape && quote == '"') {
            if (line[at + 1] == 'x' && at + 3 < line.size() && hex_digit(line[at + 2]) >= 0 &&
                hex_digit(line[at + 3]) >= 0) {
                word += static_cast<char>(hex_digit(line[at + 2]) * 16 + hex_digit(line[at + 3]));
                at += 3;
            } else {
                word += escaped(line[++at]);
            }
        } else if (escape && line[at + 1] == '\'') {
            word += '\'';
            ++at;
        } else {
            word += c;
        }
    }
    return false;
}

}  // namespace

std::optional<std::vector<std::string>> split_words(std::string_view line) {
    std::vector<std::string> words;
    std::size_t at = 0;
    for (;;) {
        while (at < line.size() && is_blank(line[at])) ++at;
        if (at == line.size()) return words;
        std::string word;
        bool open = true;
        while (open && at < line.size() && !is_blank(line[at])) {
            const char c = line[at++];
            if (c == '"' || c == '\'') {
                if (!read_quoted(line, at, c, word)) return std::nullopt;
                open = false;
            } else {
                word += c;
            }
        }
        words.push_back(std::move(word));
    }
}

void append_quoted(std::string& out, std::string_view word) {
    out += '"';
    for (const char c : word) {
        switch (c) {
            case '\\':
            case '"':
                out += '\\';
                out += c;
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            case '\a':
                out += "\\a";
                break;
            case '\b':
                out += "\\b";
                break;
            default:
                if (c >= ' ' && c <= '~') {
                    out += c;
                } else {
                    char hex[5];
                    std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
                    out += hex;
                }
        }
    }
    out += '"';
}

}  // namespace millpond::resp
