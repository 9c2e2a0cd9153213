// SPDX-License-Identifier: Apache-2.0
//
// The reader of RDB files and of full syncs, without the checksum that a fuzzer could not find.
#include "engine/snapshot/rdb_reader.h"

#include "tests/fuzz/elements.h"
#include "tests/fuzz/fuzzer.h"

using namespace millpond::engine;

namespace {

class Target final : public RdbTarget {
public:
    void string(int db, Bytes key, Bytes value, std::optional<std::int64_t>) override {
        promise(db >= 0 && db < 16, "a database there is");
        sum_ += touch(key) + touch(value);
    }
    void object(int db, Bytes key, OwnedObject object, std::optional<std::int64_t>) override {
        promise(db >= 0 && db < 16, "a database there is");
        sum_ += touch(key);
        visit_all(object.type(), object.slot());
    }

private:
    std::size_t sum_ = 0;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    MemorySource source({reinterpret_cast<const char*>(data), size});
    Target target;
    const RdbReadResult result = read_rdb(source, target, {.verify_checksum = false});
    promise(result.bytes <= size, "no more bytes than there are");
    return 0;
}
