// SPDX-License-Identifier: Apache-2.0
#include "resp/command.h"

namespace millpond::resp {

namespace {

template <class Args>
void encode(std::string& out, const Args& args) {
    out += '*';
    out += std::to_string(args.size());
    out += "\r\n";
    for (const auto& arg : args) {
        out += '$';
        out += std::to_string(arg.size());
        out += "\r\n";
        out += arg;
        out += "\r\n";
    }
}

}  // namespace

void encode_command(std::string& out, std::span<const std::string> args) {
    encode(out, args);
}
void encode_command(std::string& out, std::initializer_list<std::string_view> args) {
    encode(out, args);
}

std::string encode_command(std::span<const std::string> args) {
    std::string out;
    encode(out, args);
    return out;
}

std::string encode_command(std::initializer_list<std::string_view> args) {
    std::string out;
    encode(out, args);
    return out;
}

}  // namespace millpond::resp
