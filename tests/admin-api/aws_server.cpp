// SPDX-License-Identifier: Apache-2.0
//
// The AWS face over the use cases in memory, on a port of its own: what the AWS CLI and boto3 are
// tested against without a daemon. Prints the port, serves until its standard input ends.
//   aws_server BUSY_MS     access key MLPDTESTKEY / test-secret
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "admin-api/aws/handler.h"
#include "admin-api/schema/time.h"
#include "tests/admin-api/aws_fake.h"

namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using namespace millpond;

http::response<http::string_body> answer(admin::AwsHandler& handler,
                                         const http::request<http::string_body>& request) {
    admin::AwsRequest in;
    in.method = request.method_string();
    in.target = request.target();
    for (const auto& field : request) in.headers.emplace_back(field.name_string(), field.value());
    in.body = request.body();
    in.now_ms = admin::schema::wall_clock_ms();
    const auto out = handler.handle(in);
    http::response<http::string_body> response;
    response.result(static_cast<unsigned>(out.status));
    for (const auto& [name, value] : out.headers) response.set(name, value);
    response.body() = out.body;
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    return response;
}

void serve(tcp::socket socket, admin::AwsHandler& handler) {
    boost::beast::flat_buffer buffer;
    boost::system::error_code why;
    for (;;) {
        http::request<http::string_body> request;
        http::read(socket, buffer, request, why);
        if (why) return;
        http::write(socket, answer(handler, request), why);
        if (why || !request.keep_alive()) return;
    }
}

}  // namespace

int main(int argc, char** argv) {
    tests::FakeUseCases use_cases;
    use_cases.busy_ms = argc > 1 ? std::atoll(argv[1]) : 0;
    const auto now = admin::schema::wall_clock_ms();
    for (int i = 1; i <= 50; ++i)
        use_cases.add_event(i, i % 2 ? "replication-group" : "daemon", "orders",
                            "Event number " + std::to_string(i), now - (60 - i) * 1000);
    admin::AwsHandler handler(use_cases, {"MLPDTESTKEY", "test-secret"});
    boost::asio::io_context context;
    tcp::acceptor acceptor(context, {boost::asio::ip::make_address("127.0.0.1"), 0});
    std::cout << acceptor.local_endpoint().port() << std::endl;
    std::thread([&] {
        for (;;) std::thread(serve, acceptor.accept(), std::ref(handler)).detach();
    }).detach();
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    std::_Exit(0);  // the detached threads use what is on this stack
}
