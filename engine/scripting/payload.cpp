// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/payload.h"

#include <cstdint>

#include "engine/snapshot/payload_seal.h"
#include "engine/snapshot/rdb_format.h"
#include "engine/snapshot/rdb_input.h"
#include "engine/snapshot/rdb_writer.h"

namespace millpond::engine {

std::string dump_functions(const std::vector<std::string>& codes) {
    RdbWriter writer({.compress = true});
    for (const std::string& code : codes) writer.function(code);
    std::string payload = std::move(writer.chunk().bytes);
    seal_payload(payload, rdb::version_written);
    return payload;
}

bool read_functions(std::string_view payload, std::vector<std::string>& codes, std::string& error) {
    const auto fail = [&](const char* text) {
        error = text;
        return false;
    };
    if (!is_sealed(payload, rdb::version_written))
        return fail("DUMP payload version or checksum are wrong");
    payload.remove_suffix(kSealBytes);
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
