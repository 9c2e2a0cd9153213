// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstdint>

#include "engine/scripting/conversion.h"
#include "resp/reply_writer.h"

namespace millpond::engine::conversion {

namespace {

std::int64_t whole(lua_Number value) {
    // What has no 64-bit integer becomes the smallest, as the processor converts it.
    constexpr lua_Number kLimit = 9223372036854775808.0;
    if (!(value >= -kLimit && value < kLimit)) return INT64_MIN;
    return static_cast<std::int64_t>(value);
}

std::string_view text(lua_State* lua, int index) {
    std::size_t size = 0;
    const char* bytes = lua_tolstring(lua, index, &size);
    return {bytes, size};
}

std::string one_line(std::string_view text) {
    std::string line(text);
    for (char& c : line) {
        if (c == '\r' || c == '\n') c = ' ';
    }
    return line;
}

std::string_view trim_line_ends(std::string_view text) {
    const std::size_t first = text.find_first_not_of("\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of("\r\n") - first + 1);
}

class Writer {
public:
    Writer(lua_State* lua, resp::ReplyWriter& reply, bool resp3_script)
        : lua_(lua), reply_(reply), resp3_script_(resp3_script) {}

    /// Consumes the value on top.
    void value() {
        if (!lua_checkstack(lua_, 4)) {
            reply_.error("ERR reached lua stack limit");
            return lua_pop(lua_, 1);
        }
        switch (lua_type(lua_, -1)) {
            case LUA_TSTRING:
                reply_.bulk(text(lua_, -1));
                break;
            case LUA_TBOOLEAN:
                boolean(lua_toboolean(lua_, -1) != 0);
                break;
            case LUA_TNUMBER:
                reply_.integer(whole(lua_tonumber(lua_, -1)));
                break;
            case LUA_TTABLE:
                if (!special()) array();
                break;
            default:
                reply_.null();
        }
        lua_pop(lua_, 1);
    }

private:
    void boolean(bool value) {
        if (resp3_script_) return reply_.boolean(value);
        if (value) return reply_.integer(1);
        reply_.null();
    }

    /// Pushes a field of the table at `index`, without metamethods; true if it has this type, else
    /// it is popped.
    bool field(const char* name, int type, int index = -1) {
        lua_pushstring(lua_, name);
        lua_rawget(lua_, index - 1);
        if (lua_type(lua_, -1) == type) return true;
        lua_pop(lua_, 1);
        return false;
    }

    /// A table with a field of Redis's names.
    bool special() {
        // An error or a status ends where its C string does.
        if (field("err", LUA_TSTRING)) {
            reply_.error(trim_line_ends(lua_tostring(lua_, -1)));
        } else if (field("ok", LUA_TSTRING)) {
            reply_.simple(one_line(lua_tostring(lua_, -1)));
        } else if (field("double", LUA_TNUMBER)) {
            reply_.real(lua_tonumber(lua_, -1));
        } else if (field("big_number", LUA_TSTRING)) {
            big_number(one_line(text(lua_, -1)));
        } else if (field("verbatim_string", LUA_TTABLE)) {
            if (!verbatim()) {
                lua_pop(lua_, 1);
                return collection();
            }
        } else {
            return collection();
        }
        lua_pop(lua_, 1);
        return true;
    }

    bool collection() {
        if (field("map", LUA_TTABLE)) {
            map();
        } else if (field("set", LUA_TTABLE)) {
            set();
        } else {
            return false;
        }
        lua_pop(lua_, 1);
        return true;
    }

    void big_number(const std::string& digits) {
        if (!reply_.resp3()) return reply_.bulk(digits);
        reply_.raw("(" + digits + "\r\n");
    }

    bool verbatim() {
        if (!field("format", LUA_TSTRING)) return false;
        if (!field("string", LUA_TSTRING, -2)) {
            lua_pop(lua_, 1);
            return false;
        }
        std::array<char, 3> format{' ', ' ', ' '};
        const char* given = lua_tostring(lua_, -2);
        for (std::size_t i = 0; i < format.size() && given[i]; ++i) format[i] = given[i];
        reply_.verbatim({format.data(), format.size()}, text(lua_, -1));
        lua_pop(lua_, 2);
        return true;
    }

    std::size_t count_fields() {
        std::size_t count = 0;
        lua_pushnil(lua_);
        while (lua_next(lua_, -2)) {
            lua_pop(lua_, 1);
            ++count;
        }
        return count;
    }

    void map() {
        reply_.map(count_fields());
        lua_pushnil(lua_);
        while (lua_next(lua_, -2)) {
            lua_pushvalue(lua_, -2);
            value();
            value();
        }
    }

    void set() {
        reply_.set(count_fields());
        lua_pushnil(lua_);
        while (lua_next(lua_, -2)) {
            lua_pop(lua_, 1);
            lua_pushvalue(lua_, -1);
            value();
        }
    }

    /// Up to the first nil.
    void array() {
        int size = 0;
        for (;; ++size) {
            lua_rawgeti(lua_, -1, size + 1);
            const bool end = lua_isnil(lua_, -1);
            lua_pop(lua_, 1);
            if (end) break;
        }
        reply_.array(static_cast<std::size_t>(size));
        for (int i = 1; i <= size; ++i) {
            lua_rawgeti(lua_, -1, i);
            value();
        }
    }

    lua_State* lua_;
    resp::ReplyWriter& reply_;
    const bool resp3_script_;
};

}  // namespace

void write_reply(lua_State* lua, resp::ReplyWriter& reply, bool resp3_script) {
    Writer(lua, reply, resp3_script).value();
}

}  // namespace millpond::engine::conversion
