// SPDX-License-Identifier: Apache-2.0
//
// From a request to an answer: whose protocol, who signed, which action, once or again.
#include "admin-api/aws/handler.h"

#include <ctime>

#include "admin-api/aws/replay.h"
#include "admin-api/aws/service.h"
#include "admin-api/aws/sigv4.h"

namespace millpond::admin {
namespace {

using namespace aws;

std::string http_date(std::int64_t unix_ms) {
    const std::time_t seconds = unix_ms / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[64];
    const auto size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text, size};
}

Error no_service(const std::string& name) {
    return Error{"InvalidAction",
                 "Millpond has no service '" + name + "'; it has elasticache, ec2 and sts.", "",
                 400};
}

Error no_action(const std::string& action, const std::string& version, const Service& service) {
    return Error{"InvalidAction",
                 "Could not find operation " + action + " for version " + version + " of " +
                     service.name + ".",
                 "", 400};
}

/// The form, from the body of a POST or the query of a GET.
std::string form_of(const AwsRequest& request) {
    if (request.method != "GET") return request.body;
    const auto mark = request.target.find('?');
    return mark == std::string::npos ? std::string() : request.target.substr(mark + 1);
}

}  // namespace

class AwsHandler::Impl {
public:
    Impl(UseCases& use_cases, AccessKeys keys) : use_cases_(use_cases), keys_(std::move(keys)) {}

    AwsResponse handle(const AwsRequest& request) {
        const auto request_id = make_request_id();
        const auto scope = claimed_scope(request);
        const auto* service = scope ? find_service(scope.value().service) : nullptr;
        const auto& protocol = service ? *service : guess_service(request.body);
        const auto verified = verify(request, keys_);
        if (!verified) return error_response(protocol, verified.error(), request_id);
        if (!service)
            return error_response(protocol, no_service(scope.value().service), request_id);
        auto params = Params::parse(form_of(request));
        if (!params) return error_response(protocol, params.error(), request_id);
        return dispatch(*service, request, params.value(), request_id);
    }

private:
    AwsResponse dispatch(const Service& service, const AwsRequest& request, Params& params,
                         const std::string& request_id) {
        const auto action = params.text("Action").value_or("");
        const auto version = params.text("Version").value_or("");
        const auto found = service.actions().find(action);
        if (action.empty())
            return error_response(
                service,
                {"MissingAction", "The request must contain the parameter Action.", "", 400},
                request_id);
        if (found == service.actions().end() || version != service.version)
            return error_response(service, no_action(action, version, service), request_id);
        if (!found->second.changes) return run(service, action, request, params, request_id);
        const auto* invocation = header(request, "amz-sdk-invocation-id");
        const auto key = invocation ? *invocation : std::string();
        if (auto known = replay_.find(key, request.body, request.now_ms)) return *known;
        auto answer = run(service, action, request, params, request_id);
        if (answer.status == 200) replay_.keep(key, request.body, answer, request.now_ms);
        return answer;
    }

    AwsResponse run(const Service& service, const std::string& action, const AwsRequest& request,
                    Params& params, const std::string& request_id) {
        Envelope envelope;
        open_envelope(envelope, service, action, request_id);
        const auto* invocation = header(request, "amz-sdk-invocation-id");
        Call call{use_cases_, Caller{"key " + keys_.id, invocation ? *invocation : "", {}}, params,
                  envelope.result, request.now_ms};
        const auto result = service.actions().at(action).run(call);
        if (!result) return error_response(service, result.error(), request_id);
        return make_response(200, envelope.document, request_id);
    }

    UseCases& use_cases_;
    const AccessKeys keys_;
    Replay replay_;
};

AwsHandler::AwsHandler(UseCases& use_cases, AccessKeys keys)
    : impl_(std::make_unique<Impl>(use_cases, std::move(keys))) {}
AwsHandler::~AwsHandler() = default;

AwsResponse AwsHandler::handle(const AwsRequest& request) {
    auto response = impl_->handle(request);
    // SDKs correct their clock by it.
    response.headers.emplace_back("Date", http_date(request.now_ms));
    return response;
}

}  // namespace millpond::admin
