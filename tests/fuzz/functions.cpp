// SPDX-License-Identifier: Apache-2.0
//
// FUNCTION RESTORE's payload: as it is, and with the version and the checksum that make it worth
// reading. Behind it come the codes' first lines, which say what they are.
#include <string>
#include <vector>

#include "engine/scripting/flags.h"
#include "engine/scripting/payload.h"
#include "engine/snapshot/payload_seal.h"
#include "engine/snapshot/rdb_format.h"
#include "tests/fuzz/fuzzer.h"

using namespace millpond::engine;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string payload(reinterpret_cast<const char*>(data), size);
    std::vector<std::string> codes;
    std::string error;
    (void)read_functions(payload, codes, error);

    seal_payload(payload, rdb::version_written);
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
