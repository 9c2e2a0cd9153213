// SPDX-License-Identifier: Apache-2.0
#include "admin-api/control/base64.h"

#include <openssl/evp.h>

#include <cstdint>

namespace millpond::admin {
namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

// How many continuation bytes follow this first byte, and the least code point that may be written
// so.
struct Lead {
    int more;
    std::uint32_t bits;
    std::uint32_t least;
};

std::optional<Lead> lead(unsigned char c) {
    if (c < 0x80) return Lead{0, c, 0};
    if (c >= 0xc2 && c < 0xe0) return Lead{1, c & 0x1fu, 0x80};
    if (c >= 0xe0 && c < 0xf0) return Lead{2, c & 0x0fu, 0x800};
    if (c >= 0xf0 && c < 0xf5) return Lead{3, c & 0x07u, 0x10000};
    return std::nullopt;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                        bytes_of(bytes), static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(written));
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=')
        ++padding;
    if (text.substr(0, text.size() - padding).find('=') != std::string_view::npos)
        return std::nullopt;
    std::string out(text.size() / 4 * 3 + 1, '\0');
    const int written = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                        bytes_of(text), static_cast<int>(text.size()));
    // It skips blanks at both ends, which then shows as fewer bytes than the length promised.
    if (written < 0 || static_cast<std::size_t>(written) != text.size() / 4 * 3)
        return std::nullopt;
    out.resize(static_cast<std::size_t>(written) - padding);
    return out;
}

bool is_utf8(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size();) {
        const auto first = lead(static_cast<unsigned char>(bytes[i++]));
        if (!first) return false;
        auto point = first->bits;
        for (int more = 0; more < first->more; ++more) {
            if (i >= bytes.size() || (static_cast<unsigned char>(bytes[i]) & 0xc0) != 0x80)
                return false;
            point = point << 6 | (static_cast<unsigned char>(bytes[i++]) & 0x3f);
        }
        if (point < first->least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
            return false;
    }
    return true;
}

}  // namespace millpond::admin
