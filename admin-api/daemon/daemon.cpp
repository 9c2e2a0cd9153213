// SPDX-License-Identifier: Apache-2.0
#include "admin-api/daemon/daemon.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "admin-api/api/routes.h"
#include "admin-api/control/control.h"
#include "admin-api/control/network.h"
#include "admin-api/control/random_hex.h"
#include "admin-api/daemon/port_holder.h"
#include "admin-api/daemon/range_claim.h"
#include "admin-api/daemon/root_handler.h"
#include "admin-api/daemon/state_folder.h"
#include "admin-api/daemon/stop_nodes.h"
#include "admin-api/http/server.h"
#include "admin-api/reconcile/reconciler.h"
#include "admin-api/schema/time.h"

namespace millpond::admin {
namespace {

constexpr int node_threads_max = 4;

std::string host_name() {
    char name[256] = "";
    ::gethostname(name, sizeof name - 1);
    return name;
}

int node_threads(int wanted) {
    if (wanted > 0) return wanted;
    return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, node_threads_max);
}

// Clusters that exist keep their range unless another is asked for (and then that is refused, with
// words).
std::string node_range(Store& store, const DaemonOptions& options) {
    if (options.node_range_given) return options.node_range;
    const auto subnets = store.subnets();
    const auto first = subnets.empty() ? std::nullopt : parse_cidr(subnets.front().cidr);
    return first ? Cidr{first->base & 0xffff0000, 16}.text() : options.node_range;
}

std::uint64_t next_generation(Store& store) {
    const auto generation = std::stoull(store.setting("generation").value_or("0")) + 1;
    Store::Writer writer(store);
    writer.set("generation", std::to_string(generation));
    writer.commit();
    return generation;
}

std::string written(const ListenAddress& address, std::uint16_t port) {
    const bool six = address.host.find(':') != std::string::npos;
    return (six ? "[" + address.host + "]" : address.host) + ":" + std::to_string(port);
}

Error port_taken(const ListenAddress& address) {
    const auto holder = port_holder(address.host, address.port).value_or("another process");
    const auto free = next_free_port(address.host, address.port);
    return Error{"AddressInUse",
                 written(address, address.port) + " is taken by " + holder +
                     ": stop that, or start with --listen " +
                     written(address, static_cast<std::uint16_t>(free)) + ", which is free.",
                 "listen", 500};
}

}  // namespace

class Daemon::Impl {
public:
    Impl(StateFolder folder, DaemonOptions options)
        : folder_(std::move(folder)), options_(std::move(options)) {}

    Result<void> open(const MakeFleet& make_fleet) {
        BOOST_OUTCOME_TRY(auto listen, parse_listen(options_.listen));
        BOOST_OUTCOME_TRY(auto store, Store::open(folder_.path() / "millpond.db"));
        store_ = std::move(store);
        range_ = node_range(*store_, options_);
        BOOST_OUTCOME_TRY(auto claim, claim_range(range_));
        claim_ = std::move(claim);
        try {
            metrics_ = std::make_unique<MetricsBoard>(folder_.path() / "metrics.db");
            catalog_ = std::make_unique<Catalog>(*store_, schema::wall_clock_ms);
            fleet_ = make_fleet({options_.engine, folder_.path(), next_generation(*store_)});
        } catch (const DatabaseError& failure) {
            return Error{
                "DatabaseUnusable",
                "The state folder's database cannot be used: " + std::string(failure.what()) + ".",
                "", 500};
        }
        BOOST_OUTCOME_TRY(auto token, token_in(folder_.path()));
        server_.emplace(front_, http::GuardOptions{token, listen.host});
        BOOST_OUTCOME_TRYV(server_->listen_unix(folder_.path() / "admin.sock"));
        if (!listen.host.empty()) {
            BOOST_OUTCOME_TRYV(listen_tcp(listen));
        }
        return compose();
    }

    void start() {
        reconciler_->start();
        server_->start();
    }

    void stop() {
        if (stopped_) return;
        stopped_ = true;
        server_->stop();
        reconciler_->stop();
        if (!options_.stop_nodes) return;
        std::vector<std::pair<std::string, std::int64_t>> nodes;
        const auto state = catalog_->read();
        for (const auto& [id, live] : state->live) nodes.emplace_back(id, live.pid);
        stop_nodes(nodes);
    }

    std::string where() const {
        auto text = "unix " + (folder_.path() / "admin.sock").string();
        if (!listen_text_.empty()) text += ", http://" + listen_text_;
        return text;
    }
    std::uint16_t port() const { return port_; }

private:
    // Stands before the faces, which are made after the listeners: the endpoint's port must be
    // known first.
    class Front final : public http::Handler {
    public:
        explicit Front(Impl& impl) : impl_(impl) {}
        void handle(http::Request request, std::function<void(http::Response)> done) override {
            impl_.root_->handle(std::move(request), std::move(done));
        }

    private:
        Impl& impl_;
    };

    Result<void> listen_tcp(const ListenAddress& listen) {
        auto port = server_->listen_tcp(listen.host, listen.port);
        if (!port) return port.error().code == "AddressInUse" ? port_taken(listen) : port.error();
        port_ = port.value();
        listen_text_ = written(listen, port_);
        return boost::outcome_v2::success();
    }

    Result<void> compose() {
        BOOST_OUTCOME_TRY(
            auto keys,
            credentials_in(folder_.path(), listen_text_.empty() ? "" : "http://" + listen_text_));
        ControlOptions control;
        control.state_dir = folder_.path().string();
        control.listen = listen_text_;
        control.node_range = range_;
        control.hostname = host_name();
        control.random_hex = random_hex;
        control.port_probe = bind_probe();
        control.wake = [this] { reconciler_->wake(); };
        control_ = std::make_unique<Control>(*catalog_, *store_, *fleet_, *metrics_, sources_,
                                             std::move(control));
        BOOST_OUTCOME_TRYV(control_->prepare());
        reconciler_ = std::make_unique<Reconciler>(
            *catalog_, *store_, *fleet_, *metrics_, sources_,
            SpecOptions{folder_.path(), node_threads(options_.node_threads)});
        api_ = std::make_unique<Api>(*control_, catalog_->feed());
        aws_ = std::make_unique<AwsHandler>(*control_, keys);
        root_ = std::make_unique<RootHandler>(*api_, *aws_);
        return boost::outcome_v2::success();
    }

    StateFolder folder_;
    const DaemonOptions options_;
    std::string range_;
    Descriptor claim_;
    std::string listen_text_;
    std::uint16_t port_ = 0;
    bool stopped_ = false;

    std::unique_ptr<Store> store_;
    std::unique_ptr<MetricsBoard> metrics_;
    SourceBoard sources_;
    std::unique_ptr<Catalog> catalog_;
    std::unique_ptr<Fleet> fleet_;
    std::unique_ptr<Control> control_;
    std::unique_ptr<Reconciler> reconciler_;
    std::unique_ptr<Api> api_;
    std::unique_ptr<AwsHandler> aws_;
    std::unique_ptr<RootHandler> root_;
    Front front_{*this};
    std::optional<http::Server> server_;
};

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::~Daemon() = default;

Result<std::unique_ptr<Daemon>> Daemon::make(const DaemonOptions& options,
                                             const MakeFleet& make_fleet) {
    BOOST_OUTCOME_TRY(auto folder, StateFolder::open(options.state_dir));
    auto impl = std::make_unique<Impl>(std::move(folder), options);
    BOOST_OUTCOME_TRYV(impl->open(make_fleet));
    return std::unique_ptr<Daemon>(new Daemon(std::move(impl)));
}

void Daemon::start() {
    impl_->start();
}
void Daemon::stop() {
    impl_->stop();
}
std::string Daemon::where() const {
    return impl_->where();
}
std::uint16_t Daemon::port() const {
    return impl_->port();
}

}  // namespace millpond::admin
