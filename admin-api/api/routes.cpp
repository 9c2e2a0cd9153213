// SPDX-License-Identifier: Apache-2.0
#include "admin-api/api/routes.h"

#include <algorithm>

#include "admin-api/api/answers.h"
#include "admin-api/api/prometheus.h"
#include "admin-api/api/stream.h"
#include "admin-api/schema/time.h"

namespace millpond::admin {
namespace {

constexpr std::size_t idempotency_key_max = 128;
constexpr std::int64_t hour_ms = 3'600'000;

std::vector<std::string> split_path(std::string_view path) {
    std::vector<std::string> parts;
    while (path.starts_with('/')) {
        path.remove_prefix(1);
        const auto part = path.substr(0, path.find('/'));
        parts.emplace_back(part);
        path.remove_prefix(part.size());
    }
    if (parts.size() > 1 && parts.back().empty()) parts.pop_back();
    return parts;
}

// The decoded arguments when the path has the pattern's shape.
std::optional<std::vector<std::string>> match(const std::vector<std::string>& pattern,
                                              const std::vector<std::string>& path) {
    if (pattern.size() != path.size()) return std::nullopt;
    std::vector<std::string> arguments;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (pattern[i] != "{}") {
            if (pattern[i] != path[i]) return std::nullopt;
            continue;
        }
        auto decoded = http::percent_decoded(path[i]);
        if (!decoded) return std::nullopt;
        arguments.push_back(std::move(*decoded));
    }
    return arguments;
}

std::vector<std::string> split_commas(const std::string& text) {
    std::vector<std::string> out;
    std::size_t start = 0;
    while (start < text.size()) {
        const auto end = std::min(text.find(',', start), text.size());
        if (end > start) out.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return out;
}

// Reads the body as a Body and hands it to `use`, which answers.
template <class Body, class Use>
http::Response with_body(const http::Request& request, Use&& use) {
    const auto body = body_as<Body>(request);
    return body ? use(body.value()) : failed(body.error());
}

http::Response not_found(const std::string& path) {
    return http::error_response(404, "NoSuchRoute",
                                "There is nothing at " + path.substr(0, 200) + ".");
}

http::Response plain_text(std::string body) {
    http::Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = std::move(body);
    return response;
}

}  // namespace

Api::Api(UseCases& use_cases, Feed& feed) : use_cases_(use_cases), feed_(feed) {
    add("GET", "/healthz", [](const Call&, const Done& done) { done(plain_text("ok\n")); });
    add("GET", "/metrics",
        [this](const Call&, const Done& done) { done(plain_text(prometheus_text(use_cases_))); });
    add("GET", "/v1", [this](const Call&, const Done& done) {
        done(json_answer(200, schema::to_json(use_cases_.info())));
    });
    add("GET", "/v1/stream",
        [this](const Call& call, const Done& done) { done(open_stream(call.request)); });
    add_clusters();
    add_keys();
    add_network();
    add_history();
}

void Api::add(std::string method, std::string_view pattern, Action action) {
    routes_.push_back({std::move(method), split_path(pattern), std::move(action)});
}

void Api::handle(http::Request request, Done done) {
    const auto path = split_path(request.path);
    std::string allowed;
    for (const auto& route : routes_) {
        auto arguments = match(route.pattern, path);
        if (!arguments) continue;
        if (route.method != request.method &&
            !(request.method == "HEAD" && route.method == "GET")) {
            allowed += (allowed.empty() ? "" : ", ") + route.method;
            continue;
        }
        auto revision = if_match(request);
        if (!revision) return done(failed(revision.error()));
        const auto key = std::string(request.header("Idempotency-Key").value_or(""));
        if (key.size() > idempotency_key_max)
            return done(failed(invalid_value("Idempotency-Key",
                                             "An idempotency key has at most 128 characters.")));
        const Call call{request, std::move(*arguments), {request.caller, key, revision.value()}};
        return route.action(call, done);
    }
    if (allowed.empty()) return done(not_found(request.path));
    auto response = http::error_response(
        405, "MethodNotAllowed", request.method + " is not possible here; " + allowed + " is.");
    response.headers.emplace_back("Allow", allowed);
    done(std::move(response));
}

http::Response Api::open_stream(const http::Request& request) {
    auto after = number_parameter(request, "after", -1);
    if (!after) return failed(after.error());
    if (after.value() >= 0) return stream_response(feed_, after.value());
    // A browser's EventSource goes on by this header.
    if (const auto last = request.header("Last-Event-ID")) {
        http::Request again;
        again.query["after"] = *last;
        after = number_parameter(again, "after", -1);
        if (after && after.value() >= 0) return stream_response(feed_, after.value());
    }
    return stream_response(feed_, std::nullopt);
}

void Api::add_clusters() {
    add("GET", "/v1/clusters", [this](const Call&, const Done& done) {
        const auto list = use_cases_.clusters();
        done(listed(list.revision, list.items));
    });
    add("POST", "/v1/clusters", [this](const Call& call, const Done& done) {
        done(with_body<schema::CreateCluster>(call.request, [&](const auto& body) {
            return answered(202, use_cases_.create_cluster(call.caller, body));
        }));
    });
    add("GET", "/v1/clusters/{}", [this](const Call& call, const Done& done) {
        done(answered_versioned(200, use_cases_.cluster(call.arguments[0])));
    });
    add("PATCH", "/v1/clusters/{}", [this](const Call& call, const Done& done) {
        done(with_body<schema::ModifyCluster>(call.request, [&](const auto& body) {
            return answered(202, use_cases_.modify_cluster(call.caller, call.arguments[0], body));
        }));
    });
    add("DELETE", "/v1/clusters/{}", [this](const Call& call, const Done& done) {
        done(answered(202, use_cases_.delete_cluster(call.caller, call.arguments[0])));
    });
    add("POST", "/v1/clusters/{}/failover", [this](const Call& call, const Done& done) {
        done(with_body<schema::FailoverRequest>(call.request, [&](const auto& body) {
            return answered(202, use_cases_.failover(call.caller, call.arguments[0], body));
        }));
    });
    add("POST", "/v1/clusters/{}/reboot", [this](const Call& call, const Done& done) {
        done(with_body<schema::RebootRequest>(call.request, [&](const auto& body) {
            return answered(202, use_cases_.reboot(call.caller, call.arguments[0], body));
        }));
    });
    add("PUT", "/v1/clusters/{}/tags", [this](const Call& call, const Done& done) {
        done(with_body<std::vector<schema::Tag>>(call.request, [&](const auto& body) {
            return answered_versioned(
                200, use_cases_.replace_tags(call.caller, call.arguments[0], body));
        }));
    });
    add("GET", "/v1/clusters/{}/metrics", [this](const Call& call, const Done& done) {
        const auto now = schema::wall_clock_ms();
        const auto to = number_parameter(call.request, "to_ms", now);
        if (!to) return done(failed(to.error()));
        const auto from = number_parameter(call.request, "from_ms", to.value() - hour_ms);
        if (!from) return done(failed(from.error()));
        const auto step = number_parameter(call.request, "step_ms", 1000);
        if (!step) return done(failed(step.error()));
        const auto series = use_cases_.metrics(
            call.arguments[0], split_commas(text_parameter(call.request, "metrics")), from.value(),
            to.value(), step.value());
        done(series ? listed(use_cases_.info().revision, series.value()) : failed(series.error()));
    });
    add("GET", "/v1/metrics/latest", [this](const Call&, const Done& done) {
        done(listed(use_cases_.info().revision, use_cases_.latest_metrics()));
    });
    add("GET", "/v1/node-types", [this](const Call&, const Done& done) {
        done(listed(use_cases_.info().revision, use_cases_.node_types()));
    });
}

void Api::add_keys() {
    add("GET", "/v1/clusters/{}/keys", [this](const Call& call, const Done& done) {
        const auto count = number_parameter(call.request, "count", 100);
        if (!count) return done(failed(count.error()));
        const auto db = number_parameter(call.request, "db", 0);
        if (!db) return done(failed(db.error()));
        UseCases::KeyQuery query;
        query.cursor = text_parameter(call.request, "cursor", "0");
        query.match = text_parameter(call.request, "match");
        query.type = text_parameter(call.request, "type");
        query.count = static_cast<int>(std::clamp<std::int64_t>(count.value(), 1, 1000));
        query.db = static_cast<int>(std::clamp<std::int64_t>(db.value(), -1, 1 << 20));
        use_cases_.keys(call.arguments[0], query,
                        [done](const Result<schema::KeyPage>& page) { done(answered(200, page)); });
    });
    add("GET", "/v1/clusters/{}/value", [this](const Call& call, const Done& done) {
        const auto count = number_parameter(call.request, "count", 100);
        if (!count) return done(failed(count.error()));
        const auto offset = number_parameter(call.request, "offset", 0);
        if (!offset) return done(failed(offset.error()));
        const auto db = number_parameter(call.request, "db", 0);
        if (!db) return done(failed(db.error()));
        use_cases_.value(
            call.arguments[0], text_parameter(call.request, "key"),
            static_cast<int>(std::clamp<std::int64_t>(db.value(), -1, 1 << 20)), offset.value(),
            static_cast<int>(std::clamp<std::int64_t>(count.value(), 1, 1000)),
            [done](const Result<schema::KeyValue>& value) { done(answered(200, value)); });
    });
    add("POST", "/v1/nodes/{}/exec", [this](const Call& call, const Done& done) {
        const auto body = body_as<schema::ExecRequest>(call.request);
        if (!body) return done(failed(body.error()));
        use_cases_.exec(call.caller, call.arguments[0], body.value(),
                        [done](const Result<boost::json::value>& reply) {
                            done(reply ? json_answer(200, reply.value()) : failed(reply.error()));
                        });
    });
}

void Api::add_network() {
    add("GET", "/v1/vpcs", [this](const Call&, const Done& done) {
        const auto list = use_cases_.vpcs();
        done(listed(list.revision, list.items));
    });
    add("GET", "/v1/subnets", [this](const Call&, const Done& done) {
        const auto list = use_cases_.vpcs();
        std::vector<schema::Subnet> subnets;
        for (const auto& vpc : list.items)
            subnets.insert(subnets.end(), vpc.subnets.begin(), vpc.subnets.end());
        done(listed(list.revision, subnets));
    });
    add("GET", "/v1/security-groups", [this](const Call&, const Done& done) {
        const auto list = use_cases_.security_groups();
        done(listed(list.revision, list.items));
    });
    add("POST", "/v1/security-groups", [this](const Call& call, const Done& done) {
        done(with_body<schema::CreateSecurityGroup>(call.request, [&](const auto& body) {
            return answered_versioned(201, use_cases_.create_security_group(call.caller, body));
        }));
    });
    add("GET", "/v1/security-groups/{}", [this](const Call& call, const Done& done) {
        done(answered_versioned(200, use_cases_.security_group(call.arguments[0])));
    });
    add("DELETE", "/v1/security-groups/{}", [this](const Call& call, const Done& done) {
        const auto result = use_cases_.delete_security_group(call.caller, call.arguments[0]);
        done(result ? json_answer(200, boost::json::object{}) : failed(result.error()));
    });
    add("POST", "/v1/security-groups/{}/rules", [this](const Call& call, const Done& done) {
        done(with_body<schema::AuthorizeInbound>(call.request, [&](const auto& body) {
            return answered_versioned(
                200, use_cases_.authorize_inbound(call.caller, call.arguments[0], body));
        }));
    });
    add("DELETE", "/v1/security-groups/{}/rules/{}", [this](const Call& call, const Done& done) {
        done(answered_versioned(
            200, use_cases_.revoke_inbound(call.caller, call.arguments[0], {call.arguments[1]})));
    });
    add("GET", "/v1/clusters/{}/sources", [this](const Call& call, const Done& done) {
        const auto sources = use_cases_.sources(call.arguments[0]);
        done(sources ? listed(use_cases_.info().revision, sources.value())
                     : failed(sources.error()));
    });
    add("POST", "/v1/reachability", [this](const Call& call, const Done& done) {
        done(with_body<schema::ReachabilityQuery>(call.request, [&](const auto& body) {
            return answered(200, use_cases_.reachability(body));
        }));
    });
}

void Api::add_history() {
    add("GET", "/v1/events", [this](const Call& call, const Done& done) {
        const auto after = number_parameter(call.request, "after_id", 0);
        if (!after) return done(failed(after.error()));
        const auto limit = number_parameter(call.request, "limit", 100);
        if (!limit) return done(failed(limit.error()));
        EventFilter filter;
        filter.source = text_parameter(call.request, "source");
        filter.source_type = text_parameter(call.request, "source_type");
        filter.cluster = text_parameter(call.request, "cluster");
        filter.after_id = after.value();
        filter.limit = static_cast<int>(std::clamp<std::int64_t>(limit.value(), 1, 1000));
        done(listed(use_cases_.info().revision, use_cases_.events(filter)));
    });
    add("GET", "/v1/operations", [this](const Call& call, const Done& done) {
        const auto limit = number_parameter(call.request, "limit", 100);
        if (!limit) return done(failed(limit.error()));
        done(listed(use_cases_.info().revision,
                    use_cases_.operations(
                        text_parameter(call.request, "target"),
                        static_cast<int>(std::clamp<std::int64_t>(limit.value(), 1, 1000)))));
    });
    add("GET", "/v1/operations/{}", [this](const Call& call, const Done& done) {
        done(answered(200, use_cases_.operation(call.arguments[0])));
    });
    add("GET", "/v1/audit", [this](const Call& call, const Done& done) {
        const auto limit = number_parameter(call.request, "limit", 100);
        if (!limit) return done(failed(limit.error()));
        done(listed(
            use_cases_.info().revision,
            use_cases_.audit(static_cast<int>(std::clamp<std::int64_t>(limit.value(), 1, 1000)))));
    });
}

}  // namespace millpond::admin
