// SPDX-License-Identifier: Apache-2.0
#include "admin-api/ctl/context.h"

#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <charconv>
#include <fstream>

#include "admin-api/client/location.h"

namespace millpond::admin::ctl {
namespace {

std::string read_token(const GlobalOptions& options, const std::string& state_dir) {
    const auto path = options.token_file.empty() ? state_dir + "/token" : options.token_file;
    std::ifstream file(path);
    std::string token;
    if (!(file >> token))
        throw Failure(usage, "The token for --url cannot be read from " + path +
                                 ": name millpond-admin's token file with --token-file.");
    return token;
}

/// "http://127.0.0.1:4566" or "127.0.0.1:4566".
void parse_url(std::string url, ClientOptions& out) {
    static constexpr std::string_view scheme = "http://";
    if (url.starts_with("https://"))
        throw Failure(
            usage,
            "millpond-admin speaks plain HTTP on this machine: write http://, not https://.");
    if (url.starts_with(scheme)) url.erase(0, scheme.size());
    while (url.ends_with('/')) url.pop_back();
    const auto colon = url.rfind(':');
    out.host = url.substr(0, colon);
    if (colon == std::string::npos) return;
    const char* end = url.data() + url.size();
    const auto [stop, why] = std::from_chars(url.data() + colon + 1, end, out.port);
    if (why != std::errc() || stop != end || out.port == 0 || out.host.empty())
        throw Failure(usage, "'" + url + "' is not an address: write --url http://127.0.0.1:4566");
}

}  // namespace

ClientOptions locate(const GlobalOptions& options) {
    if (!options.url.empty() && !options.socket.empty())
        throw Failure(usage, "Give either --socket or --url.");
    ClientOptions out;
    out.program = "millpondctl";
    const auto state_dir =
        options.state_dir.empty() ? default_state_dir(process_environment()) : options.state_dir;
    if (options.url.empty()) {
        out.socket_path = options.socket.empty() ? socket_in(state_dir) : options.socket;
        return out;
    }
    parse_url(options.url, out);
    out.token = read_token(options, state_dir);
    return out;
}

Client& Context::client() {
    if (!client_) client_ = std::make_unique<Client>(locate(options));
    return *client_;
}

void Context::print_json(const boost::json::value& value) {
    std::cout << boost::json::serialize(value) << std::endl;
}

void Context::fail(const Error& error) {
    const bool unreached = error.http_status == 0;
    std::string message = error.message;
    if (!unreached && !error.code.empty()) message += " (" + error.code + ")";
    throw Failure(unreached ? no_daemon : refused, message);
}

bool is_terminal(int descriptor) {
    return isatty(descriptor) == 1;
}

}  // namespace millpond::admin::ctl
