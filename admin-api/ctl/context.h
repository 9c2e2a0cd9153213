// SPDX-License-Identifier: Apache-2.0
//
// What every command works with: the daemon, how to print, how to fail. Made by main; main's thread
// only. A command throws Failure to end with a message and an exit code.
#pragma once

#include <future>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "admin-api/client/client.h"
#include "admin-api/schema/json.h"

namespace millpond::admin::ctl {

/// What the shell sees. Usage errors are CLI11's and are mapped to 2.
enum ExitCode { ok = 0, refused = 1, usage = 2, no_daemon = 3, operation_failed = 4 };

class Failure : public std::runtime_error {
public:
    Failure(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    ExitCode code() const { return code_; }

private:
    ExitCode code_;
};

/// The options that come before or after any command.
struct GlobalOptions {
    std::string socket;
    std::string state_dir;
    std::string url;
    std::string token_file;
    bool json = false;
};

/// Where the daemon is, from the options and the environment. Throws Failure(usage) on
/// contradictions.
ClientOptions locate(const GlobalOptions& options);

class Context {
public:
    GlobalOptions options;

    Client& client();
    bool json() const { return options.json; }

    /// Calls `start(client, callback)` and waits for the callback; an error ends the command.
    template <class T, class Start>
    T ask(Start start) {
        std::promise<Result<T>> answered;
        start(client(), [&](Result<T> result) { answered.set_value(std::move(result)); });
        auto result = answered.get_future().get();
        if (!result) fail(result.error());
        return std::move(result.value());
    }

    /// Prints the object as JSON, or runs `print`.
    template <class T, class Print>
    void show(const T& object, Print print) {
        if (json()) {
            print_json(schema::to_json(object));
        } else {
            print();
        }
    }

    void print_json(const boost::json::value& value);
    [[noreturn]] void fail(const Error& error);

private:
    std::unique_ptr<Client> client_;
};

/// Whether the file descriptor is a terminal.
bool is_terminal(int descriptor);

}  // namespace millpond::admin::ctl
