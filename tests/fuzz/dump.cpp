// SPDX-License-Identifier: Apache-2.0
//
// The values of RDB data: a type, and what follows it, as in the payload that DUMP makes and
// RESTORE takes from anybody.
#include "engine/snapshot/rdb_format.h"
#include "engine/snapshot/rdb_input.h"
#include "tests/fuzz/elements.h"
#include "tests/fuzz/fuzzer.h"

using namespace millpond::engine;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    MemorySource source({reinterpret_cast<const char*>(data), size});
    RdbInput input(source);
    try {
        const std::uint8_t type = input.byte();
        if (type == 0) {
            touch(input.text());
            return 0;
        }
        OwnedObject object = read_rdb_object(input, type);
        visit_all(object.type(), object.slot());
    } catch (const RdbError&) {
        return 0;  // says what is wrong, and where
    }
    return 0;
}
