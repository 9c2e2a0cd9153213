// SPDX-License-Identifier: Apache-2.0
//
// The title of the process, as ps and /proc/PID/cmdline show it: it is written over the memory of
// main()'s arguments and of the first environment. One object, made by main() before there are
// other threads; it stays as long as the process. show() is called by one thread at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace millpond::engine {

class Config;

class ProcessTitle {
public:
    /// The environment moves to other memory, for what reads it later.
    ProcessTitle(int argc, char** argv);

    /// The program, as it was started.
    const std::string& program() const { return program_; }
    /// As much of it as there is room for.
    void show(std::string_view title);

private:
    std::string program_;
    std::span<char> room_;
    std::size_t arguments_ = 0;  ///< how much of it the arguments had
};

/// What a proc-title-template says, without blanks around it. Nothing when a brace is not closed or
/// names nothing that there is.
std::optional<std::string> expand_title(std::string_view form, const Config& config,
                                        std::string_view program);

}  // namespace millpond::engine
