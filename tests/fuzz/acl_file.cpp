// SPDX-License-Identifier: Apache-2.0
//
// An ACL file. What could be read is written as ACL SAVE does, and read again: the same users.
#include <string>

#include "engine/acl/description.h"
#include "engine/acl/user_files.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/rules_table.h"

using namespace millpond::engine;
using namespace millpond::engine::acl;

namespace {

std::string written(const UserMap& users) {
    std::string text;
    for (const auto& [name, user] : users) text += "user " + name + " " + describe(user) + "\n";
    return text;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    UserMap users, again;
    if (parse_users(text, "f", fuzzed_commands(), ChannelDefault::none, users)) return 0;
    for (const auto& [name, user] : users) {
        if (!reads_back(user)) return 0;
    }
    const std::string saved = written(users);
    promise(!parse_users(saved, "f", fuzzed_commands(), ChannelDefault::none, again),
            "what was saved can be read");
    promise(written(again) == saved, "the same users come back");
    return 0;
}
