// SPDX-License-Identifier: Apache-2.0
//
// The splitter of inline commands and configuration lines. What it gives out, quoted anew, is split
// into the same words.
#include <string>
#include <vector>

#include "resp/words.h"
#include "tests/fuzz/fuzzer.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<char> exact(data, data + size);
    const auto words = millpond::resp::split_words({exact.data(), exact.size()});
    if (!words) return 0;
    std::string quoted;
    for (const std::string& word : *words) {
        quoted += " \"";
        for (const char c : word) {
            char hex[8];
            std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
            quoted += hex;
        }
        quoted += '"';
    }
    promise(millpond::resp::split_words(quoted) == words, "words come back from their quotes");
    return 0;
}
