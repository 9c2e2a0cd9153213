// SPDX-License-Identifier: Apache-2.0
//
// The numbers of the RDB format, as Redis documents them in its sources and as
// https://rdb.fnordig.de/file_format.html describes: "REDIS" and four digits of version, opcodes
// and key-value pairs (type, key, value), 0xff and an 8-byte little-endian CRC-64. We write version
// 10, which Redis 7.0 reads, and read all versions up to 12. Of version 12 we write one type, and
// only where there is such a value: a hash whose fields have deadlines, which Redis 7.4 reads.
#pragma once

#include <cstdint>

namespace millpond::engine::rdb {

inline constexpr int version_written = 10;
inline constexpr int version_max = 12;

enum Opcode : std::uint8_t {
    op_slot_info = 244,
    op_function = 245,
    op_function_old = 246,
    op_module_aux = 247,
    op_idle = 248,
    op_freq = 249,
    op_aux = 250,
    op_resize_db = 251,
    op_expire_ms = 252,
    op_expire_seconds = 253,
    op_select_db = 254,
    op_end = 255
};

enum ValueType : std::uint8_t {
    string = 0,
    list = 1,
    set = 2,
    zset_text = 3,
    hash = 4,
    zset = 5,
    module_old = 6,
    module = 7,
    hash_zipmap = 9,
    list_ziplist = 10,
    set_intset = 11,
    zset_ziplist = 12,
    hash_ziplist = 13,
    list_quicklist = 14,
    stream = 15,
    hash_listpack = 16,
    zset_listpack = 17,
    list_quicklist2 = 18,
    stream2 = 19,
    set_listpack = 20,
    stream3 = 21,
    hash_metadata_old = 22,
    hash_listpack_ex_old = 23,
    hash_metadata = 24,
    hash_listpack_ex = 25
};

/// The top two bits of a length, and the special strings that the value 3 announces.
enum LengthKind : std::uint8_t { len_6 = 0, len_14 = 1, len_long = 2, len_special = 3 };
inline constexpr std::uint8_t len_32 = 0x80;
inline constexpr std::uint8_t len_64 = 0x81;
enum SpecialString : std::uint8_t { int8 = 0, int16 = 1, int32 = 2, lzf = 3 };

/// The two containers of a quicklist node.
inline constexpr std::uint64_t node_plain = 1;
inline constexpr std::uint64_t node_packed = 2;

}  // namespace millpond::engine::rdb
