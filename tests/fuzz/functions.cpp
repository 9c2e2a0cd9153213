// SPDX-License-Identifier: Apache-2.0
//
// FUNCTION RESTORE's payload: as it is, and with the version and the checksum that make it worth
// reading. Behind it come the codes' first lines, which say what they are.
#include <string>
#include <vector>

#include "engine/scripting/flags.h"
#include "engine/scripting/payload.h"
#include "engine/snapshot/crc64.h"
#include "engine/snapshot/rdb_format.h"
#include "tests/fuzz/fuzzer.h"

using namespace millpond::engine;

namespace {

void append_little(std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string payload(reinterpret_cast<const char*>(data), size);
    std::vector<std::string> codes;
    std::string error;
    (void)read_functions(payload, codes, error);

    append_little(payload, rdb::version_written, 2);
    append_little(payload, crc64(0, payload), 8);
    codes.clear();
    if (!read_functions(payload, codes, error)) {
        promise(!error.empty(), "an error has a text");
        return 0;
    }
    std::vector<std::string> again;
    promise(read_functions(dump_functions(codes), again, error), "what is dumped can be read");
    promise(again == codes, "it is what was dumped");
    for (const std::string& code : codes) (void)read_shebang(code);
    return 0;
}
