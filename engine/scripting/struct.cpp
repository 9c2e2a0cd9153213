// SPDX-License-Identifier: Apache-2.0
//
// The library `struct`: numbers and strings to bytes and back, by a format string. The formats are
// those of Roberto Ierusalimschy's struct library, version 0.2
// (https://www.inf.puc-rio.br/~roberto/struct/): > < ! x b B h H l L T i I c s f d.
#include <algorithm>
#include <array>
#include <bit>
#include <climits>
#include <cstdint>
#include <cstring>

#include "engine/scripting/lua.h"
#include "engine/scripting/sandbox.h"

namespace millpond::engine {

namespace {

constexpr std::size_t kIntegerBytesMax = 32;
constexpr std::size_t kAlignDefault = 8;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// A format being read, and what it has set so far. Trivially destructible: errors leave it by
/// longjmp.
class Format {
public:
    Format(lua_State* lua, const char* text) : lua_(lua), at_(text) {}

    /// The next option, with its size and what must be skipped before it at this position.
    bool next(std::size_t position) {
        if (!*at_) return false;
        option = *at_++;
        size = option_size();
        padding = padding_at(position);
        return true;
    }

    /// What stands for no value: an order of bytes, an alignment, a blank.
    void control() {
        switch (option) {
            case ' ':
                return;
            case '>':
                little = false;
                return;
            case '<':
                little = true;
                return;
            case '!': {
                const std::size_t align = number(kAlignDefault);
                if (!std::has_single_bit(align)) {
                    luaL_error(lua_, "alignment %d is not a power of 2", static_cast<int>(align));
                }
                align_ = align;
                return;
            }
            default:
                luaL_argerror(lua_, 1, lua_pushfstring(lua_, "invalid format option '%c'", option));
        }
    }

    char option = 0;
    std::size_t size = 0;
    std::size_t padding = 0;
    bool little = std::endian::native == std::endian::little;

private:
    std::size_t number(std::size_t otherwise) {
        if (!is_digit(*at_)) return otherwise;
        std::size_t value = 0;
        for (; is_digit(*at_); ++at_) {
            value = value * 10 + static_cast<std::size_t>(*at_ - '0');
            if (value > INT_MAX) luaL_error(lua_, "integral size overflow");
        }
        return value;
    }

    std::size_t option_size() {
        switch (option) {
            case 'B':
            case 'b':
            case 'x':
                return 1;
            case 'H':
            case 'h':
                return sizeof(short);
            case 'L':
            case 'l':
                return sizeof(long);
            case 'T':
                return sizeof(std::size_t);
            case 'f':
                return sizeof(float);
            case 'd':
                return sizeof(double);
            case 'c':
                return number(1);
            case 'i':
            case 'I': {
                const std::size_t bytes = number(sizeof(int));
                if (bytes > kIntegerBytesMax) {
                    luaL_error(lua_, "integral size %d is larger than limit of %d",
                               static_cast<int>(bytes), static_cast<int>(kIntegerBytesMax));
                }
                return bytes;
            }
            default:
                return 0;
        }
    }

    std::size_t padding_at(std::size_t position) const {
        if (size == 0 || option == 'c') return 0;
        const std::size_t unit = std::min(size, align_);
        return (unit - (position & (unit - 1))) & (unit - 1);
    }

    lua_State* lua_;
    const char* at_;
    std::size_t align_ = 1;
};

bool is_integer(char option) {
    return std::strchr("bBhHlLTiI", option) != nullptr;
}

void put_integer(lua_State* lua, luaL_Buffer& out, int arg, const Format& format) {
    const lua_Number n = luaL_checknumber(lua, arg);
    // As the processor converts; what has no integer becomes the smallest.
    constexpr lua_Number kTop = 9223372036854775808.0;
    std::uint64_t value = std::uint64_t{1} << 63;
    if (n >= -kTop && n < kTop) {
        value = static_cast<std::uint64_t>(static_cast<std::int64_t>(n));
    } else if (n >= kTop && n < 2 * kTop) {
        value = static_cast<std::uint64_t>(n);
    } else if (n >= 2 * kTop) {
        value = 0;
    }
    std::array<char, kIntegerBytesMax> bytes;
    for (std::size_t i = 0; i < format.size; ++i) {
        bytes[format.little ? i : format.size - 1 - i] = static_cast<char>(value);
        value >>= 8;
    }
    luaL_addlstring(&out, bytes.data(), format.size);
}

lua_Number get_integer(const char* data, const Format& format) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < format.size; ++i) {
        const char byte = data[format.little ? format.size - 1 - i : i];
        value = value << 8 | static_cast<unsigned char>(byte);
    }
    if (format.option < 'a') return static_cast<lua_Number>(value);
    const std::uint64_t mask = ~std::uint64_t{0} << ((format.size * 8 - 1) & 63);
    if (value & mask) value |= mask;
    return static_cast<lua_Number>(static_cast<std::int64_t>(value));
}

template <class Real>
void put_real(lua_State* lua, luaL_Buffer& out, int arg, const Format& format) {
    const auto value = static_cast<Real>(luaL_checknumber(lua, arg));
    std::array<char, sizeof value> bytes;
    std::memcpy(bytes.data(), &value, sizeof value);
    if (format.little != (std::endian::native == std::endian::little))
        std::reverse(bytes.begin(), bytes.end());
    luaL_addlstring(&out, bytes.data(), bytes.size());
}

template <class Real>
lua_Number get_real(const char* data, const Format& format) {
    std::array<char, sizeof(Real)> bytes;
    std::memcpy(bytes.data(), data, bytes.size());
    if (format.little != (std::endian::native == std::endian::little))
        std::reverse(bytes.begin(), bytes.end());
    Real value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return static_cast<lua_Number>(value);
}

/// Returns how many bytes it has put.
std::size_t put_text(lua_State* lua, luaL_Buffer& out, int arg, const Format& format) {
    std::size_t length = 0;
    const char* text = luaL_checklstring(lua, arg, &length);
    const std::size_t size = format.size == 0 ? length : format.size;
    luaL_argcheck(lua, length >= size, arg + 1, "string too short");
    luaL_addlstring(&out, text, size);
    if (format.option != 's') return size;
    luaL_addchar(&out, '\0');
    return size + 1;
}

int pack(lua_State* lua) {
    Format format(lua, luaL_checkstring(lua, 1));
    luaL_Buffer out;
    lua_pushnil(lua);  // parts the arguments from the buffer
    luaL_buffinit(lua, &out);
    int arg = 2;
    std::size_t position = 0;
    while (format.next(position)) {
        for (std::size_t i = 0; i < format.padding; ++i) luaL_addchar(&out, '\0');
        position += format.padding;
        std::size_t size = format.size;
        if (is_integer(format.option)) {
            put_integer(lua, out, arg++, format);
        } else if (format.option == 'x') {
            luaL_addchar(&out, '\0');
        } else if (format.option == 'f') {
            put_real<float>(lua, out, arg++, format);
        } else if (format.option == 'd') {
            put_real<double>(lua, out, arg++, format);
        } else if (format.option == 'c' || format.option == 's') {
            size = put_text(lua, out, arg++, format);
        } else {
            format.control();
        }
        position += size;
    }
    luaL_pushresult(&out);
    return 1;
}

class Unpacker {
public:
    Unpacker(lua_State* lua, const char* data, std::size_t size, std::size_t position)
        : lua_(lua), data_(data), size_(size), position_(position) {}

    int run(Format& format) {
        while (format.next(position_)) {
            position_ += format.padding;
            require(format.size);
            luaL_checkstack(lua_, 2, "too many results");
            position_ += value(format);
        }
        lua_pushinteger(lua_, static_cast<lua_Integer>(position_ + 1));
        return results_ + 1;
    }

private:
    void require(std::size_t bytes) const {
        luaL_argcheck(lua_, bytes <= size_ && position_ <= size_ - bytes, 2,
                      "data string too short");
    }

    /// Returns how many bytes it has taken.
    std::size_t value(Format& format) {
        const char* data = data_ + position_;
        if (is_integer(format.option)) return push(get_integer(data, format), format.size);
        switch (format.option) {
            case 'x':
                return format.size;
            case 'f':
                return push(get_real<float>(data, format), format.size);
            case 'd':
                return push(get_real<double>(data, format), format.size);
            case 'c':
                return characters(format.size);
            case 's':
                return terminated();
            default:
                format.control();
                return format.size;
        }
    }

    std::size_t push(lua_Number number, std::size_t size) {
        lua_pushnumber(lua_, number);
        ++results_;
        return size;
    }

    std::size_t push_text(std::size_t size) {
        lua_pushlstring(lua_, data_ + position_, size);
        ++results_;
        return size;
    }

    std::size_t characters(std::size_t size) {
        if (size > 0) return push_text(size);
        if (results_ == 0 || !lua_isnumber(lua_, -1))
            luaL_error(lua_, "format 'c0' needs a previous size");
        const lua_Number announced = lua_tonumber(lua_, -1);
        lua_pop(lua_, 1);
        --results_;
        luaL_argcheck(lua_, announced >= 0 && announced <= static_cast<lua_Number>(size_), 2,
                      "data string too short");
        size = static_cast<std::size_t>(announced);
        require(size);
        return push_text(size);
    }

    std::size_t terminated() {
        const void* end = std::memchr(data_ + position_, '\0', size_ - position_);
        if (!end) luaL_error(lua_, "unfinished string in data");
        const auto size =
            static_cast<std::size_t>(static_cast<const char*>(end) - (data_ + position_));
        return push_text(size) + 1;
    }

    lua_State* lua_;
    const char* data_;
    std::size_t size_;
    std::size_t position_;
    int results_ = 0;
};

int unpack(lua_State* lua) {
    Format format(lua, luaL_checkstring(lua, 1));
    std::size_t size = 0;
    const char* data = luaL_checklstring(lua, 2, &size);
    const auto position = static_cast<std::size_t>(luaL_optinteger(lua, 3, 1));
    luaL_argcheck(lua, position > 0, 3, "offset must be 1 or greater");
    return Unpacker(lua, data, size, position - 1).run(format);
}

int size_of(lua_State* lua) {
    Format format(lua, luaL_checkstring(lua, 1));
    std::size_t position = 0;
    while (format.next(position)) {
        position += format.padding;
        if (format.option == 's')
            luaL_argerror(lua, 1, "option 's' has no fixed size");
        else if (format.option == 'c' && format.size == 0)
            luaL_argerror(lua, 1, "option 'c0' has no fixed size");
        const char c = format.option;
        const bool alphanumeric = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alphanumeric) format.control();
        position += format.size;
    }
    lua_pushinteger(lua, static_cast<lua_Integer>(position));
    return 1;
}

}  // namespace

int open_struct(lua_State* lua) {
    lua_createtable(lua, 0, 3);
    lua_pushcfunction(lua, pack);
    lua_setfield(lua, -2, "pack");
    lua_pushcfunction(lua, unpack);
    lua_setfield(lua, -2, "unpack");
    lua_pushcfunction(lua, size_of);
    lua_setfield(lua, -2, "size");
    return 1;
}

}  // namespace millpond::engine
