// SPDX-License-Identifier: Apache-2.0
//
// The library `cmsgpack`: Lua values as MessagePack
// (https://github.com/msgpack/msgpack/blob/master/ spec.md). Tables nest 16 deep, what lies deeper
// is nil; a table whose keys are 1..n is an array.
#include <array>
#include <bit>
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "engine/scripting/lua.h"
#include "engine/scripting/sandbox.h"

namespace millpond::engine {

namespace {

constexpr int kNestingMax = 16;

enum Marker : std::uint8_t {
    nil = 0xc0,
    boolean_false = 0xc2,
    boolean_true = 0xc3,
    float32 = 0xca,
    float64 = 0xcb,
    uint8 = 0xcc,
    uint16 = 0xcd,
    uint32 = 0xce,
    uint64 = 0xcf,
    int8 = 0xd0,
    int16 = 0xd1,
    int32 = 0xd2,
    int64 = 0xd3,
    str8 = 0xd9,
    str16 = 0xda,
    str32 = 0xdb,
    array16 = 0xdc,
    array32 = 0xdd,
    map16 = 0xde,
    map32 = 0xdf
};

// -- Packing: the bytes collect in a userdata at the bottom, so that an error leaves nothing behind
// ------------------------------------------------------------------------------------------------

/// A growing run of bytes that Lua owns.
class Bytes8 {
public:
    /// The block lies at stack position `index`.
    Bytes8(lua_State* lua, int index) : lua_(lua), index_(index) { grow(256); }

    void append(const void* bytes, std::size_t count) {
        if (size_ + count > capacity_) grow(2 * (size_ + count));
        std::memcpy(data_ + size_, bytes, count);
        size_ += count;
    }
    void byte(std::uint8_t value) { append(&value, 1); }
    /// A marker and a big-endian number.
    void number(std::uint8_t marker, std::uint64_t value, int bytes) {
        std::array<std::uint8_t, 9> out;
        out[0] = marker;
        for (int i = bytes; i > 0; --i, value >>= 8)
            out[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value);
        append(out.data(), static_cast<std::size_t>(bytes) + 1);
    }
    void push() const { lua_pushlstring(lua_, data_, size_); }

private:
    void grow(std::size_t capacity) {
        auto* block = static_cast<char*>(lua_newuserdata(lua_, capacity));
        if (size_ > 0) std::memcpy(block, data_, size_);
        lua_replace(lua_, index_);
        data_ = block;
        capacity_ = capacity;
    }

    lua_State* lua_;
    int index_;
    char* data_ = nullptr;
    std::size_t size_ = 0, capacity_ = 0;
};

class Packer {
public:
    Packer(lua_State* lua, Bytes8& out) : lua_(lua), out_(out) {}

    /// Consumes the value on top.
    void value(int level) {
        luaL_checkstack(lua_, 5, "in function mp_encode_lua_type");
        int type = lua_type(lua_, -1);
        if (type == LUA_TTABLE && level == kNestingMax) type = LUA_TNIL;
        switch (type) {
            case LUA_TSTRING:
                text();
                break;
            case LUA_TBOOLEAN:
                out_.byte(lua_toboolean(lua_, -1) ? boolean_true : boolean_false);
                break;
            case LUA_TNUMBER:
                number(lua_tonumber(lua_, -1));
                break;
            case LUA_TTABLE:
                table(level);
                break;
            default:
                out_.byte(nil);
        }
        lua_pop(lua_, 1);
    }

private:
    void text() {
        std::size_t size = 0;
        const char* bytes = lua_tolstring(lua_, -1, &size);
        if (size < 32) {
            out_.byte(static_cast<std::uint8_t>(0xa0 | size));
        } else if (size <= UINT8_MAX) {
            out_.number(str8, size, 1);
        } else if (size <= UINT16_MAX) {
            out_.number(str16, size, 2);
        } else {
            out_.number(str32, size, 4);
        }
        out_.append(bytes, size);
    }

    void number(lua_Number n) {
        constexpr lua_Number kTop = 9223372036854775808.0;
        if (n >= -kTop && n < kTop && std::trunc(n) == n)
            return integer(static_cast<std::int64_t>(n));
        const auto narrow = static_cast<float>(n);
        if (static_cast<lua_Number>(narrow) == n)
            return out_.number(float32, std::bit_cast<std::uint32_t>(narrow), 4);
        out_.number(float64, std::bit_cast<std::uint64_t>(n), 8);
    }

    void integer(std::int64_t n) {
        const auto bits = static_cast<std::uint64_t>(n);
        if (n >= 0) {
            if (n <= INT8_MAX) return out_.byte(static_cast<std::uint8_t>(n));
            if (n <= UINT8_MAX) return out_.number(uint8, bits, 1);
            if (n <= UINT16_MAX) return out_.number(uint16, bits, 2);
            if (n <= UINT32_MAX) return out_.number(uint32, bits, 4);
            return out_.number(uint64, bits, 8);
        }
        if (n >= -32) return out_.byte(static_cast<std::uint8_t>(n));
        if (n >= INT8_MIN) return out_.number(int8, bits, 1);
        if (n >= INT16_MIN) return out_.number(int16, bits, 2);
        if (n >= INT32_MIN) return out_.number(int32, bits, 4);
        out_.number(int64, bits, 8);
    }

    /// Its keys are 1..n, without a hole; n is told.
    bool is_array(std::size_t& count) {
        lua_Number highest = 0;
        count = 0;
        lua_pushnil(lua_);
        while (lua_next(lua_, -2)) {
            lua_pop(lua_, 1);
            const lua_Number key = lua_type(lua_, -1) == LUA_TNUMBER ? lua_tonumber(lua_, -1) : 0;
            if (key < 1 || std::trunc(key) != key) {
                lua_pop(lua_, 1);
                return false;
            }
            ++count;
            highest = std::max(highest, key);
        }
        return highest == static_cast<lua_Number>(count);
    }

    void header(std::size_t size, std::uint8_t fixed, std::uint8_t marker16,
                std::uint8_t marker32) {
        if (size <= 15) return out_.byte(static_cast<std::uint8_t>(fixed | size));
        if (size <= UINT16_MAX) return out_.number(marker16, size, 2);
        out_.number(marker32, size, 4);
    }

    void table(int level) {
        std::size_t size = 0;
        if (is_array(size)) {
            header(size, 0x90, array16, array32);
            for (std::size_t i = 1; i <= size; ++i) {
                lua_pushnumber(lua_, static_cast<lua_Number>(i));
                lua_gettable(lua_, -2);
                value(level + 1);
            }
            return;
        }
        size = 0;
        lua_pushnil(lua_);
        while (lua_next(lua_, -2)) {
            lua_pop(lua_, 1);
            ++size;
        }
        header(size, 0x80, map16, map32);
        lua_pushnil(lua_);
        while (lua_next(lua_, -2)) {
            lua_pushvalue(lua_, -2);
            value(level + 1);
            value(level + 1);
        }
    }

    lua_State* lua_;
    Bytes8& out_;
};

int pack(lua_State* lua) {
    const int count = lua_gettop(lua);
    if (count == 0) return luaL_argerror(lua, 0, "MessagePack pack needs input.");
    luaL_checkstack(lua, count, "Too many arguments for MessagePack pack.");
    lua_pushnil(lua);
    Bytes8 out(lua, count + 1);
    Packer packer(lua, out);
    for (int i = 1; i <= count; ++i) {
        lua_pushvalue(lua, i);
        packer.value(0);
    }
    out.push();
    return 1;
}

// -- Unpacking
// -------------------------------------------------------------------------------------------

class Unpacker {
public:
    Unpacker(lua_State* lua, const char* data, std::size_t size)
        : lua_(lua), at_(reinterpret_cast<const std::uint8_t*>(data)), left_(size) {}

    std::size_t left() const { return left_; }

    void value() {
        luaL_checkstack(lua_, 4, "in function mp_decode_to_lua_type");
        const std::uint8_t marker = take(1)[0];
        if (marker <= 0x7f) return lua_pushnumber(lua_, marker);
        if (marker >= 0xe0) return lua_pushnumber(lua_, static_cast<std::int8_t>(marker));
        if (marker >= 0xa0 && marker <= 0xbf) return text(marker & 0x1f);
        if (marker >= 0x90 && marker <= 0x9f) return array(marker & 0x0f);
        if (marker <= 0x8f) return map(marker & 0x0f);
        switch (marker) {
            case nil:
                return lua_pushnil(lua_);
            case boolean_false:
            case boolean_true:
                return lua_pushboolean(lua_, marker == boolean_true);
            case uint8:
                return unsigned_number(1);
            case uint16:
                return unsigned_number(2);
            case uint32:
                return unsigned_number(4);
            case int8:
                return lua_pushnumber(lua_, static_cast<std::int8_t>(big_endian(1)));
            case int16:
                return lua_pushnumber(lua_, static_cast<std::int16_t>(big_endian(2)));
            case int32:
                return lua_pushnumber(lua_, static_cast<std::int32_t>(big_endian(4)));
            case uint64:  // beyond 2^63 too
            case int64:
                return lua_pushnumber(
                    lua_, static_cast<lua_Number>(static_cast<std::int64_t>(big_endian(8))));
            case float32:
                return lua_pushnumber(
                    lua_, std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(4))));
            case float64:
                return lua_pushnumber(lua_, std::bit_cast<double>(big_endian(8)));
            case str8:
                return text(big_endian(1));
            case str16:
                return text(big_endian(2));
            case str32:
                return text(big_endian(4));
            case array16:
                return array(big_endian(2));
            case array32:
                return array(big_endian(4));
            case map16:
                return map(big_endian(2));
            case map32:
                return map(big_endian(4));
            default:
                luaL_error(lua_, "Bad data format in input.");
        }
    }

private:
    const std::uint8_t* take(std::size_t count) {
        if (left_ < count) luaL_error(lua_, "Missing bytes in input.");
        const std::uint8_t* bytes = at_;
        at_ += count;
        left_ -= count;
        return bytes;
    }

    std::uint64_t big_endian(std::size_t count) {
        const std::uint8_t* bytes = take(count);
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
        return value;
    }

    void unsigned_number(std::size_t bytes) {
        lua_pushnumber(lua_, static_cast<lua_Number>(big_endian(bytes)));
    }

    void text(std::uint64_t size) {
        const std::uint8_t* bytes = take(size);
        lua_pushlstring(lua_, reinterpret_cast<const char*>(bytes), size);
    }

    void array(std::uint64_t size) {
        lua_newtable(lua_);
        for (std::uint64_t i = 1; i <= size; ++i) {
            lua_pushnumber(lua_, static_cast<lua_Number>(i));
            value();
            lua_settable(lua_, -3);
        }
    }

    void map(std::uint64_t size) {
        lua_newtable(lua_);
        for (std::uint64_t i = 0; i < size; ++i) {
            value();
            value();
            lua_settable(lua_, -3);
        }
    }

    lua_State* lua_;
    const std::uint8_t* at_;
    std::size_t left_;
};

/// Everything (`limit` and `offset` 0), or at most `limit` values from `offset` on, behind the
/// offset of the rest or -1.
int unpack_some(lua_State* lua, int limit, int offset) {
    std::size_t size = 0;
    const char* data = luaL_checklstring(lua, 1, &size);
    const bool all = limit == 0 && offset == 0;
    if (offset < 0 || limit < 0) {
        return luaL_error(lua, "Invalid request to unpack with offset of %d and limit of %d.",
                          offset, static_cast<int>(size));
    }
    const auto start = static_cast<std::size_t>(offset);
    if (start > size) {
        return luaL_error(lua, "Start offset %d greater than input length %d.", offset,
                          static_cast<int>(size));
    }
    if (all) limit = INT_MAX;
    Unpacker unpacker(lua, data + start, size - start);
    int count = 0;
    for (; unpacker.left() > 0 && count < limit; ++count) {
        luaL_checkstack(lua, 1,
                        "too many return values at once; use unpack_one or unpack_limit instead.");
        unpacker.value();
    }
    if (all) return count;
    luaL_checkstack(lua, 1, "in function mp_unpack_full");
    lua_pushinteger(lua,
                    unpacker.left() == 0 ? -1 : static_cast<lua_Integer>(size - unpacker.left()));
    lua_insert(lua, 2);
    return count + 1;
}

int unpack(lua_State* lua) {
    return unpack_some(lua, 0, 0);
}

int unpack_one(lua_State* lua) {
    const auto offset = static_cast<int>(luaL_optinteger(lua, 2, 0));
    lua_settop(lua, 1);
    return unpack_some(lua, 1, offset);
}

int unpack_limit(lua_State* lua) {
    const auto limit = static_cast<int>(luaL_checkinteger(lua, 2));
    const auto offset = static_cast<int>(luaL_optinteger(lua, 3, 0));
    lua_settop(lua, 1);
    return unpack_some(lua, limit, offset);
}

void set(lua_State* lua, const char* name, lua_CFunction function) {
    lua_pushcfunction(lua, function);
    lua_setfield(lua, -2, name);
}

void set(lua_State* lua, const char* name, const char* text) {
    lua_pushstring(lua, text);
    lua_setfield(lua, -2, name);
}

}  // namespace

int open_msgpack(lua_State* lua) {
    lua_newtable(lua);
    set(lua, "pack", pack);
    set(lua, "unpack", unpack);
    set(lua, "unpack_one", unpack_one);
    set(lua, "unpack_limit", unpack_limit);
    set(lua, "_NAME", "cmsgpack");
    set(lua, "_VERSION", "lua-cmsgpack 0.4.0");
    set(lua, "_DESCRIPTION", "MessagePack C implementation for Lua");
    set(lua, "_COPYRIGHT", "Copyright the authors of Millpond");
    return 1;
}

}  // namespace millpond::engine
