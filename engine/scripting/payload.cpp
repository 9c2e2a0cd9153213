// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/payload.h"

#include <cstdint>

#include "engine/snapshot/crc64.h"
#include "engine/snapshot/rdb_format.h"
#include "engine/snapshot/rdb_input.h"
#include "engine/snapshot/rdb_writer.h"

namespace millpond::engine {

namespace {

constexpr std::size_t kVersionBytes = 2, kChecksumBytes = 8;

void append_little(std::string& out, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

std::uint64_t little(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

bool is_intact(std::string_view payload) {
    if (payload.size() < kVersionBytes + kChecksumBytes) return false;
    const std::string_view checksum = payload.substr(payload.size() - kChecksumBytes);
    payload.remove_suffix(kChecksumBytes);
    const std::string_view version = payload.substr(payload.size() - kVersionBytes);
    return little(version) <= rdb::version_written && little(checksum) == crc64(0, payload);
}

}  // namespace

std::string dump_functions(const std::vector<std::string>& codes) {
    RdbWriter writer({.compress = true});
    for (const std::string& code : codes) writer.function(code);
    std::string payload = std::move(writer.chunk().bytes);
    append_little(payload, rdb::version_written, kVersionBytes);
    append_little(payload, crc64(0, payload), kChecksumBytes);
    return payload;
}

bool read_functions(std::string_view payload, std::vector<std::string>& codes, std::string& error) {
    const auto fail = [&](const char* text) {
        error = text;
        return false;
    };
    if (!is_intact(payload)) return fail("DUMP payload version or checksum are wrong");
    payload.remove_suffix(kVersionBytes + kChecksumBytes);
    MemorySource source(payload);
    RdbInput input(source);
    try {
        while (input.position() < payload.size()) {
            const std::uint8_t opcode = input.byte();
            if (opcode == rdb::op_function_old) return fail("Pre-GA function format not supported");
            if (opcode != rdb::op_function) return fail("given type is not a function");
            codes.push_back(input.text());
        }
    } catch (const RdbError&) {
        return fail("Failed loading library payload");
    }
    return true;
}

}  // namespace millpond::engine
