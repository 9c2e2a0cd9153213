// SPDX-License-Identifier: Apache-2.0
#include "engine/server/process_title.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>

#include "engine/net/tcp_address.h"
#include "engine/server/config.h"

namespace millpond::engine {

namespace {

std::string listen_address(const Config& config) {
    const std::int64_t port = config.port;
    if (port == 0) return "unixsocket:" + config.unixsocket.get();
    const auto words = bind_words(config.bind.get());
    return (words.empty() ? "*" : words.front()) + ":" + std::to_string(port);
}

std::optional<std::string> variable(std::string_view name, const Config& config,
                                    std::string_view program) {
    if (name == "title") return std::string(program);
    if (name == "listen-addr") return listen_address(config);
    if (name == "server-mode") return "";  // neither cluster nor sentinel
    if (name == "port") return std::to_string(config.port.load());
    if (name == "tls-port") return "0";
    if (name == "unixsocket") return config.unixsocket.get();
    if (name == "config-file") return config.file().empty() ? "-" : config.file();
    return std::nullopt;
}

}  // namespace

ProcessTitle::ProcessTitle(int argc, char** argv) : program_(argc > 0 ? argv[0] : "") {
    if (argc == 0) return;
    char* end = argv[0];
    const auto take_in = [&end](char* string) {
        if (string == end) end += ::strlen(string) + 1;
    };
    std::for_each(argv, argv + argc, take_in);
    arguments_ = static_cast<std::size_t>(end - argv[0]);
    std::size_t count = 0;
    for (; environ && environ[count]; ++count) take_in(environ[count]);
    room_ = {argv[0], end};
    // All of these stay until the process ends.
    auto** moved = new char*[count + 1];
    for (std::size_t i = 0; i < count; ++i) moved[i] = ::strdup(environ[i]);
    moved[count] = nullptr;
    environ = moved;
    ::program_invocation_name = ::strdup(::program_invocation_name);
    ::program_invocation_short_name = ::strdup(::program_invocation_short_name);
}

void ProcessTitle::show(std::string_view title) {
    if (room_.empty()) return;
    std::ranges::fill(room_, '\0');
    std::ranges::copy(title.substr(0, room_.size() - 1), room_.begin());
    // The kernel shows the arguments' whole memory, zeros and all, unless its last byte is none:
    // then what there is up to the first zero.
    if (title.size() + 1 < arguments_) room_[arguments_ - 1] = '.';
}

std::optional<std::string> expand_title(std::string_view form, const Config& config,
                                        std::string_view program) {
    std::string title;
    while (!form.empty()) {
        const std::size_t brace = std::min(form.find('{'), form.size());
        title += form.substr(0, brace);
        form.remove_prefix(brace);
        if (form.empty()) break;
        if (form.starts_with("{{")) {
            title += '{';
            form.remove_prefix(2);
            continue;
        }
        const std::size_t end = form.find('}');
        if (end == std::string_view::npos) return std::nullopt;
        const auto value = variable(form.substr(1, end - 1), config, program);
        if (!value) return std::nullopt;
        title += *value;
        form.remove_prefix(end + 1);
    }
    const std::size_t begin = title.find_first_not_of(' ');
    if (begin == std::string::npos) return std::string();
    return title.substr(begin, title.find_last_not_of(' ') - begin + 1);
}

}  // namespace millpond::engine
