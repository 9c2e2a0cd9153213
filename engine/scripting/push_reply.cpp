// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cstdint>
#include <cstdlib>

#include "engine/scripting/conversion.h"

namespace millpond::engine::conversion {

namespace {

// Everything here is trivially destructible: a full Lua stack leaves these functions by longjmp.
// Tables but arrays grow as they are filled: in what order scripts see their fields depends on it.

class Reader {
public:
    Reader(lua_State* lua, std::string_view reply)
        : lua_(lua), at_(reply.data()), end_(reply.data() + reply.size()) {}

    void value() {
        luaL_checkstack(lua_, 4, "a reply too deep");
        const char kind = *at_++;
        switch (kind) {
            case ':':
                return lua_pushnumber(lua_, static_cast<lua_Number>(number()));
            case '$':
                return bulk();
            case '+':
                return field("ok", line());
            case '-':
                return error(line());
            case '*':
            case '>':
                return array();
            case '%':
                return map();
            case '~':
                return set();
            case '_':
                line();
                return lua_pushnil(lua_);
            case '#':
                return lua_pushboolean(lua_, line() == "t");
            case ',':
                return real();
            case '(':
                return field("big_number", line());
            case '=':
                return verbatim();
            default:
                return attribute();
        }
    }

private:
    std::string_view line() {
        const char* begin = at_;
        while (*at_ != '\r') ++at_;
        const std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
        at_ += 2;
        return text;
    }

    std::int64_t number() {
        std::int64_t n = 0;
        at_ = std::from_chars(at_, end_, n).ptr + 2;
        return n;
    }

    std::string_view bytes(std::int64_t size) {
        const std::string_view text(at_, static_cast<std::size_t>(size));
        at_ += size + 2;
        return text;
    }

    void push(std::string_view text) { lua_pushlstring(lua_, text.data(), text.size()); }

    void field(const char* name, std::string_view text) {
        lua_newtable(lua_);
        push(text);
        lua_setfield(lua_, -2, name);
    }

    void bulk() {
        const std::int64_t size = number();
        if (size < 0) return lua_pushboolean(lua_, 0);
        push(bytes(size));
    }

    void error(std::string_view text) {
        field("err", text);
        lua_pushboolean(lua_, 1);
        lua_setfield(lua_, -2, "ignore_error_stats_update");
    }

    void array() {
        const std::int64_t size = number();
        if (size < 0) return lua_pushboolean(lua_, 0);
        lua_createtable(lua_, static_cast<int>(size), 0);
        for (int i = 1; i <= size; ++i) {
            value();
            lua_rawseti(lua_, -2, i);
        }
    }

    void map() {
        const std::int64_t size = number();
        lua_newtable(lua_);
        lua_newtable(lua_);
        for (std::int64_t i = 0; i < size; ++i) {
            value();
            value();
            lua_rawset(lua_, -3);
        }
        lua_setfield(lua_, -2, "map");
    }

    void set() {
        const std::int64_t size = number();
        lua_newtable(lua_);
        lua_newtable(lua_);
        for (std::int64_t i = 0; i < size; ++i) {
            value();
            lua_pushboolean(lua_, 1);
            lua_rawset(lua_, -3);
        }
        lua_setfield(lua_, -2, "set");
    }

    void real() {
        const std::string_view text = line();
        lua_newtable(lua_);
        lua_pushnumber(lua_, std::strtod(text.data(), nullptr));
        lua_setfield(lua_, -2, "double");
    }

    void verbatim() {
        const std::string_view text = bytes(number());
        lua_newtable(lua_);
        lua_newtable(lua_);
        push(text.substr(4));
        lua_setfield(lua_, -2, "string");
        push(text.substr(0, 3));
        lua_setfield(lua_, -2, "format");
        lua_setfield(lua_, -2, "verbatim_string");
    }

    /// Scripts see nothing of attributes.
    void attribute() {
        for (std::int64_t i = 2 * number(); i > 0; --i) {
            value();
            lua_pop(lua_, 1);
        }
        value();
    }

    lua_State* lua_;
    const char* at_;
    const char* end_;
};

}  // namespace

void push_reply(lua_State* lua, std::string_view reply) {
    Reader(lua, reply).value();
}

}  // namespace millpond::engine::conversion
