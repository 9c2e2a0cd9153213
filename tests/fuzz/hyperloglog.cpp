// SPDX-License-Identifier: Apache-2.0
//
// HyperLogLogs are strings, which anybody can SET: the first byte tells how long a sparse one may
// become, the second chooses an element, what follows are the runs behind a header (or all of it).
#include <string>

#include "engine/types/hyperloglog.h"
#include "tests/fuzz/fuzzer.h"

namespace {

namespace hll = millpond::engine::hyperloglog;

constexpr std::size_t kStep = 16;  ///< bytes of a sparse one, for each value of the first byte

bool covers(const hll::Registers& all, const hll::Registers& some) {
    for (std::size_t i = 0; i < hll::kRegisters; ++i) {
        if (all[i] < some[i]) return false;
    }
    return true;
}

void use(const std::string& bytes, std::size_t sparse_max, std::string_view element) {
    if (!hll::is_valid(bytes)) return;
    (void)hll::cached_count(bytes);
    if (!hll::is_dense(bytes)) (void)hll::describe_sparse(bytes);

    hll::Registers before{};
    const bool whole = hll::merge_into(before, bytes);
    promise(whole == hll::count(bytes).has_value(), "what can be merged can be counted");

    std::string added = bytes;
    const hll::Outcome outcome = hll::add(added, element, sparse_max);
    promise(hll::is_valid(added), "what has been added to is valid");
    promise(!whole || outcome != hll::Outcome::corrupted, "what can be merged can be added to");
    hll::Registers after{};
    if (whole) promise(hll::merge_into(after, added) && covers(after, before), "nothing is lost");

    std::string dense = bytes;
    const bool made = hll::make_dense(dense);
    promise(!made || (hll::is_valid(dense) && hll::is_dense(dense)), "it is dense when it says so");
    if (whole) {
        hll::Registers same{};
        promise(made && hll::merge_into(same, dense) && same == before, "it holds the same");
        std::string raised = hll::create();
        hll::raise(raised, before, sparse_max);
        hll::Registers risen{};
        promise(hll::merge_into(risen, raised) && risen == before, "an empty one rises to it");
        promise(hll::count(risen) == *hll::count(bytes), "it counts the same");
    }
    std::string raised = bytes;
    hll::raise(raised, after, sparse_max);
    promise(hll::is_valid(raised), "what has been raised is valid");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t sparse_max = data[0] * kStep;
    const std::string_view element{reinterpret_cast<const char*>(data) + 1, 1};
    const std::string rest(reinterpret_cast<const char*>(data) + 2, size - 2);
    use(rest, sparse_max, element);
    use(hll::create().substr(0, hll::kHeaderBytes) + rest, sparse_max, element);
    return 0;
}
