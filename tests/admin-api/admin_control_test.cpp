// SPDX-License-Identifier: Apache-2.0
//
// The use cases without a reconciler: what is accepted, what is refused, and in which words.
#include <QTemporaryDir>
#include <QtTest>
#include <future>
#include <set>

#include "admin-api/control/base64.h"
#include "admin-api/control/compile.h"
#include "admin-api/control/control.h"
#include "admin-api/control/network.h"
#include "admin-api/control/random_hex.h"
#include "admin-api/control/reply_json.h"
#include "fake_fleet.h"

using namespace millpond::admin;

namespace {

struct Bench {
    QTemporaryDir dir;
    std::unique_ptr<Store> store =
        std::move(Store::open(dir.filePath("millpond.db").toStdString()).value());
    std::int64_t now = 1'772'366'400'000;
    Catalog catalog{*store, [this] { return now; }};
    test::World world;
    test::FakeFleet fleet{world};
    MetricsBoard metrics{""};
    SourceBoard sources;
    std::set<std::string> busy;
    Control control{catalog, *store, fleet, metrics, sources, options()};
    Caller kim{"uid 1000 (kim)", "", std::nullopt};

    Bench() {
        if (!control.prepare()) qFatal("prepare");
    }
    ControlOptions options() {
        ControlOptions out;
        out.random_hex = random_hex;
        out.port_probe = [this](const std::string& ip, int) -> std::optional<std::string> {
            return busy.contains(ip) ? std::optional<std::string>("redis-server (pid 7)")
                                     : std::nullopt;
        };
        return out;
    }
    schema::CreateCluster orders(int replicas = 2) {
        schema::CreateCluster request;
        request.id = "orders";
        request.replicas = replicas;
        request.automatic_failover = replicas > 0;
        return request;
    }
    /// As the reconciler would leave it.
    void make_available(const std::string& id) {
        (void)catalog.change(Persist::required, [&](Draft& draft) -> Result<void> {
            auto cluster = *draft.state().cluster(id);
            cluster.status = "available";
            cluster.operation.reset();
            cluster.pending.reset();
            draft.put(cluster);
            return boost::outcome_v2::success();
        });
    }
    void create_available(int replicas = 2) {
        const auto created = control.create_cluster(kim, orders(replicas));
        if (!created) qFatal("%s", created.error().message.c_str());
        make_available("orders");
    }
    std::string group(const std::string& name) {
        schema::CreateSecurityGroup request;
        request.name = name;
        return control.create_security_group(kim, request).value().id;
    }
    std::string default_group() { return catalog.read()->default_group().id; }
    schema::AuthorizeInbound from(const std::string& cidr, int first = 6379, int last = 6379) {
        schema::NewInboundRule rule;
        rule.from_port = first;
        rule.to_port = last;
        rule.cidr = cidr;
        return {{rule}};
    }
};

template <class T>
QString code(const Result<T>& result) {
    return result ? QString("accepted") : QString::fromStdString(result.error().code);
}

}  // namespace

class AdminControlTest : public QObject {
    Q_OBJECT

private slots:
    void aNewClusterHasAnOperationAddressesInEveryZoneAndTheDefaultGroup() {
        Bench bench;
        const auto operation = bench.control.create_cluster(bench.kim, bench.orders());
        QVERIFY(operation.has_value());
        QCOMPARE(operation.value().status, std::string("pending"));
        const auto cluster = bench.control.cluster("orders").value();
        QCOMPARE(cluster.status, std::string("creating"));
        QCOMPARE(*cluster.operation, operation.value().id);
        QCOMPARE(cluster.nodes.size(), 3u);
        std::set<std::string> zones,
            addresses{cluster.primary_endpoint.address, cluster.reader_endpoint.address};
        for (const auto& node : cluster.nodes) {
            zones.insert(node.zone);
            addresses.insert(node.address);
        }
        QCOMPARE(zones.size(), 3u);
        QCOMPARE(addresses.size(), 5u);
        QCOMPARE(cluster.nodes[0].id, std::string("orders-001"));
        QCOMPARE(cluster.security_groups, std::vector<std::string>{bench.default_group()});
        QCOMPARE(bench.control.audit(1)[0].outcome, std::string("accepted"));
    }

    void badRequestsAreRefusedWithAwssCodes_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("field");
        QTest::newRow("empty id") << R"({"id":""})"
                                  << "InvalidParameterValue"
                                  << "id";
        QTest::newRow("digit first") << R"({"id":"1a"})"
                                     << "InvalidParameterValue"
                                     << "id";
        QTest::newRow("double hyphen") << R"({"id":"a--b"})"
                                       << "InvalidParameterValue"
                                       << "id";
        QTest::newRow("hyphen at the end") << R"({"id":"ab-"})"
                                           << "InvalidParameterValue"
                                           << "id";
        QTest::newRow("41 characters") << "{\"id\":\"" + QString(41, 'a') + "\"}"
                                       << "InvalidParameterValue"
                                       << "id";
        QTest::newRow("umlaut") << R"({"id":"käse"})"
                                << "InvalidParameterValue"
                                << "id";
        QTest::newRow("40 characters") << "{\"id\":\"" + QString(40, 'a') + "\"}"
                                       << "accepted"
                                       << "";
        QTest::newRow("six replicas") << R"({"id":"a","replicas":6})"
                                      << "InvalidParameterValue"
                                      << "replicas";
        QTest::newRow("minus one") << R"({"id":"a","replicas":-1})"
                                   << "InvalidParameterValue"
                                   << "replicas";
        QTest::newRow("failover alone") << R"({"id":"a","automatic_failover":true})"
                                        << "InvalidParameterCombination"
                                        << "automatic_failover";
        QTest::newRow("node type") << R"({"id":"a","node_type":"cache.huge"})"
                                   << "InvalidParameterValue"
                                   << "node_type";
        QTest::newRow("engine") << R"({"id":"a","engine":"mongodb"})"
                                << "InvalidParameterValue"
                                << "engine";
        QTest::newRow("version") << R"({"id":"a","engine_version":"5.0"})"
                                 << "InvalidParameterValue"
                                 << "engine_version";
        QTest::newRow("port") << R"({"id":"a","port":80})"
                              << "InvalidParameterValue"
                              << "port";
        QTest::newRow("group") << R"({"id":"a","security_groups":["sg-1"]})"
                               << "InvalidParameterValue"
                               << "security_groups[0]";
        QTest::newRow("no group") << R"({"id":"a","security_groups":[]})"
                                  << "InvalidParameterValue"
                                  << "security_groups";
        QTest::newRow("vpc") << R"({"id":"a","vpc":"vpc-1"})"
                             << "InvalidVpcID.NotFound"
                             << "vpc";
        QTest::newRow("subnet group") << R"({"id":"a","subnet_group":"x"})"
                                      << "CacheSubnetGroupNotFoundFault"
                                      << "subnet_group";
        QTest::newRow("zone") << R"({"id":"a","zones":["mars"]})"
                              << "InvalidParameterValue"
                              << "zones";
        QTest::newRow("too many zones") << R"({"id":"a","zones":["local-1a","local-1b"]})"
                                        << "InvalidParameterValue"
                                        << "zones";
        QTest::newRow("tag twice")
            << R"({"id":"a","tags":[{"key":"k","value":""},{"key":"k","value":""}]})"
            << "InvalidParameterValue"
            << "tags[1].key";
        QTest::newRow("taken") << R"({"id":"Taken"})"
                               << "ReplicationGroupAlreadyExists"
                               << "id";
    }
    void badRequestsAreRefusedWithAwssCodes() {
        QFETCH(QString, json);
        QFETCH(QString, code);
        QFETCH(QString, field);
        Bench bench;
        schema::CreateCluster taken;
        taken.id = "taken";
        QVERIFY(bench.control.create_cluster(bench.kim, taken).has_value());
        const auto before = bench.control.clusters();
        const auto result = bench.control.create_cluster(
            bench.kim, schema::from_json_text<schema::CreateCluster>(json.toStdString()).value());
        QCOMPARE(::code(result), code);
        if (result) return;
        QCOMPARE(QString::fromStdString(result.error().field), field);
        QVERIFY(result.error().message.ends_with('.'));
        QCOMPARE(bench.control.clusters().items.size(), before.items.size());
        QCOMPARE(bench.control.audit(1)[0].outcome, "refused: " + code.toStdString());
    }

    void onlyAnAvailableClusterCanBeChanged() {
        Bench bench;
        QVERIFY(bench.control.create_cluster(bench.kim, bench.orders()).has_value());
        schema::ModifyCluster change;
        change.description = "x";
        QCOMPARE(code(bench.control.modify_cluster(bench.kim, "orders", change)),
                 QString("InvalidReplicationGroupState"));
        QCOMPARE(code(bench.control.failover(bench.kim, "orders", {})),
                 QString("InvalidReplicationGroupState"));
        QCOMPARE(code(bench.control.reboot(bench.kim, "orders", {{"orders-001"}})),
                 QString("InvalidReplicationGroupState"));
        QCOMPARE(code(bench.control.delete_cluster(bench.kim, "orders")),
                 QString("InvalidReplicationGroupState"));
        QCOMPARE(code(bench.control.modify_cluster(bench.kim, "nothing", change)),
                 QString("ReplicationGroupNotFoundFault"));
        bench.make_available("orders");
        QVERIFY(bench.control.modify_cluster(bench.kim, "orders", change).has_value());
        QCOMPARE(bench.control.cluster("orders").value().status, std::string("modifying"));
    }

    void anIfMatchThatMovedIsRefused() {
        Bench bench;
        bench.create_available();
        auto caller = bench.kim;
        caller.if_match = bench.control.cluster("orders").value().revision;
        schema::ModifyCluster change;
        change.description = "x";
        QVERIFY(bench.control.modify_cluster(caller, "orders", change).has_value());
        bench.make_available("orders");
        const auto late = bench.control.modify_cluster(caller, "orders", change);
        QCOMPARE(code(late), QString("PreconditionFailed"));
        QCOMPARE(late.error().http_status, 412);
    }

    void theSameKeyGivesTheSameAnswerForFiveMinutes() {
        Bench bench;
        auto caller = bench.kim;
        caller.idempotency_key = "k1";
        const auto first = bench.control.create_cluster(caller, bench.orders());
        const auto again = bench.control.create_cluster(caller, bench.orders());
        QVERIFY(again.has_value());
        QCOMPARE(again.value().id, first.value().id);
        QCOMPARE(code(bench.control.create_cluster(caller, bench.orders(1))),
                 QString("IdempotentParameterMismatch"));
        auto lee = caller;
        lee.who = "uid 1001 (lee)";
        QCOMPARE(code(bench.control.create_cluster(lee, bench.orders())),
                 QString("ReplicationGroupAlreadyExists"));
        bench.now += 5 * 60'000 + 1;
        QCOMPARE(code(bench.control.create_cluster(caller, bench.orders())),
                 QString("ReplicationGroupAlreadyExists"));
    }

    void replicasGrowAndShrinkWithoutTheirPrimary() {
        Bench bench;
        bench.create_available(2);
        schema::ModifyCluster change;
        change.replicas = 3;
        QVERIFY(bench.control.modify_cluster(bench.kim, "orders", change).has_value());
        auto cluster = bench.control.cluster("orders").value();
        QCOMPARE(cluster.nodes.back().id, std::string("orders-004"));
        QCOMPARE(*cluster.pending->replicas, 3);
        bench.make_available("orders");
        (void)bench.catalog.change(Persist::required, [](Draft& draft) -> Result<void> {
            draft.set_live("orders-004", {"available", "primary", "none", 1});
            return boost::outcome_v2::success();
        });
        change.replicas = 1;
        QVERIFY(bench.control.modify_cluster(bench.kim, "orders", change).has_value());
        cluster = bench.control.cluster("orders").value();
        QCOMPARE(cluster.replicas, 1);
        std::vector<std::string> staying;
        for (const auto& node : cluster.nodes)
            if (node.status != "deleting") staying.push_back(node.id);
        QCOMPARE(staying, (std::vector<std::string>{"orders-001", "orders-004"}));
    }

    void aNamedReplicaGoesAndThePrimaryCannot() {
        Bench bench;
        bench.create_available(2);
        schema::ModifyCluster change;
        change.remove_nodes = {"orders-001"};
        QCOMPARE(code(bench.control.modify_cluster(bench.kim, "orders", change)),
                 QString("InvalidParameterValue"));
        change.remove_nodes = {"orders-002"};
        QVERIFY(bench.control.modify_cluster(bench.kim, "orders", change).has_value());
        QCOMPARE(bench.control.cluster("orders").value().nodes[1].status, std::string("deleting"));
    }

    void modificationsAreChecked_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("code");
        QTest::newRow("nothing") << "{}"
                                 << "InvalidParameterCombination";
        QTest::newRow("no replica under failover") << R"({"replicas":0})"
                                                   << "InvalidParameterCombination";
        QTest::newRow("both") << R"({"replicas":0,"automatic_failover":false})"
                              << "accepted";
        QTest::newRow("too many") << R"({"replicas":6})"
                                  << "InvalidParameterValue";
        QTest::newRow("groups") << R"({"security_groups":["sg-x"]})"
                                << "InvalidParameterValue";
        QTest::newRow("type") << R"({"node_type":"x"})"
                              << "InvalidParameterValue";
        QTest::newRow("foreign node") << R"({"remove_nodes":["carts-001"]})"
                                      << "InvalidParameterValue";
        QTest::newRow("count") << R"({"replicas":1,"remove_nodes":["orders-002","orders-003"]})"
                               << "InvalidParameterCombination";
    }
    void modificationsAreChecked() {
        QFETCH(QString, json);
        QFETCH(QString, code);
        Bench bench;
        bench.create_available(2);
        const auto change =
            schema::from_json_text<schema::ModifyCluster>(json.toStdString()).value();
        QCOMPARE(::code(bench.control.modify_cluster(bench.kim, "orders", change)), code);
    }

    void aNodeTypeMayWait() {
        Bench bench;
        bench.create_available(0);
        schema::ModifyCluster change;
        change.node_type = "cache.t4g.small";
        change.apply_immediately = false;
        QVERIFY(bench.control.modify_cluster(bench.kim, "orders", change).has_value());
        bench.make_available("orders");
        auto cluster = bench.control.cluster("orders").value();
        QCOMPARE(cluster.node_type, std::string("cache.t4g.micro"));
        QCOMPARE(*cluster.pending->node_type, std::string("cache.t4g.small"));
        schema::ModifyCluster now;
        now.apply_immediately = true;
        QVERIFY(bench.control.modify_cluster(bench.kim, "orders", now).has_value());
        bench.make_available("orders");
        cluster = bench.control.cluster("orders").value();
        QCOMPARE(cluster.node_type, std::string("cache.t4g.small"));
        QVERIFY(!cluster.pending);
    }

    void failoverAndRebootNameTheirNodes() {
        Bench bench;
        bench.create_available(0);
        QCOMPARE(code(bench.control.failover(bench.kim, "orders", {})),
                 QString("TestFailoverNotAvailableFault"));
        QCOMPARE(code(bench.control.reboot(bench.kim, "orders", {})),
                 QString("InvalidParameterValue"));
        QCOMPARE(code(bench.control.reboot(bench.kim, "orders", {{"orders-009"}})),
                 QString("CacheClusterNotFound"));
        Bench other;
        other.create_available(1);
        QCOMPARE(code(other.control.failover(other.kim, "orders", {"orders-001"})),
                 QString("InvalidParameterValue"));
        QCOMPARE(code(other.control.failover(other.kim, "orders", {"x"})),
                 QString("NodeGroupNotFoundFault"));
        QVERIFY(other.control.failover(other.kim, "orders", {"orders-002"}).has_value());
        QCOMPARE(other.control.events({}).at(0).message,
                 std::string("Test Failover API called for node group 0001"));
    }

    void securityGroupsKeepEc2sRules() {
        Bench bench;
        schema::CreateSecurityGroup request;
        request.name = "sg-mine";
        QCOMPARE(code(bench.control.create_security_group(bench.kim, request)),
                 QString("InvalidParameterValue"));
        const auto id = bench.group("redis-sg");
        request.name = "redis-sg";
        QCOMPARE(code(bench.control.create_security_group(bench.kim, request)),
                 QString("InvalidGroup.Duplicate"));
        QVERIFY(
            bench.control.authorize_inbound(bench.kim, id, bench.from("10.1.2.3/8")).has_value());
        QCOMPARE(*bench.control.security_group(id).value().inbound[0].cidr,
                 std::string("10.0.0.0/8"));
        QCOMPARE(code(bench.control.authorize_inbound(bench.kim, id, bench.from("10.0.0.0/8"))),
                 QString("InvalidPermission.Duplicate"));
        QCOMPARE(code(bench.control.authorize_inbound(bench.kim, id, bench.from("10.0.0.0"))),
                 QString("InvalidParameterValue"));
        QCOMPARE(code(bench.control.authorize_inbound(bench.kim, id, bench.from("1.2.3.256/32"))),
                 QString("InvalidParameterValue"));
        QCOMPARE(
            code(bench.control.authorize_inbound(bench.kim, id, bench.from("0.0.0.0/0", 7, 6))),
            QString("InvalidParameterValue"));
        QCOMPARE(code(bench.control.authorize_inbound(bench.kim, "sg-0", bench.from("0.0.0.0/0"))),
                 QString("InvalidGroup.NotFound"));
        QCOMPARE(code(bench.control.revoke_inbound(bench.kim, id, {"sgr-0"})),
                 QString("InvalidSecurityGroupRuleId.NotFound"));
        QCOMPARE(code(bench.control.delete_security_group(bench.kim, bench.default_group())),
                 QString("CannotDelete"));
        schema::CreateCluster cluster = bench.orders();
        cluster.security_groups = {id};
        QVERIFY(bench.control.create_cluster(bench.kim, cluster).has_value());
        QCOMPARE(bench.control.security_group(id).value().used_by,
                 std::vector<std::string>{"orders"});
        QCOMPARE(code(bench.control.delete_security_group(bench.kim, id)),
                 QString("DependencyViolation"));
        QCOMPARE(code(bench.control.delete_security_group(bench.kim, bench.group("spare"))),
                 QString("accepted"));
    }

    void atMostSixtyRules() {
        Bench bench;
        const auto id = bench.group("many");
        schema::AuthorizeInbound request;
        for (int i = 0; i < 61; ++i)
            request.rules.push_back(bench.from("10.0." + std::to_string(i) + ".0/24").rules[0]);
        QCOMPARE(code(bench.control.authorize_inbound(bench.kim, id, request)),
                 QString("RulesPerSecurityGroupLimitExceeded"));
        QVERIFY(bench.control.security_group(id).value().inbound.empty());
        request.rules.pop_back();
        QVERIFY(bench.control.authorize_inbound(bench.kim, id, request).has_value());
    }

    void rulesCompileToRangesAndTheDefaultGroupLetsNobodyIn() {
        Bench bench;
        bench.create_available(1);
        auto state = bench.catalog.read();
        const auto own = compiled_rules(*state, *state->cluster("orders"));
        QCOMPARE(own.vpc_ranges, std::vector<std::string>{"127.0.0.0/8"});
        // Only the group's own members: no client has such an address.
        QCOMPARE(own.allowed_ranges.size(), 2u);
        QVERIFY(!bench.control.reachability({"orders", "127.0.0.1"}).value().allowed);
        const auto id = bench.group("redis-sg");
        QVERIFY(
            bench.control.authorize_inbound(bench.kim, id, bench.from("127.0.0.0/24", 6000, 6400))
                .has_value());
        QVERIFY(bench.control.authorize_inbound(bench.kim, id, bench.from("0.0.0.0/0", 7000, 7000))
                    .has_value());
        schema::ModifyCluster change;
        change.security_groups = {id};
        QVERIFY(bench.control.modify_cluster(bench.kim, "orders", change).has_value());
        state = bench.catalog.read();
        QCOMPARE(compiled_rules(*state, *state->cluster("orders")).allowed_ranges,
                 std::vector<std::string>{"127.0.0.0/24"});
        const auto allowed = bench.control.reachability({"orders", "127.0.0.1"}).value();
        QVERIFY(allowed.allowed);
        QCOMPARE(*allowed.group, id);
        QVERIFY(!bench.control.reachability({"orders", "127.0.1.1"}).value().allowed);
        QVERIFY(bench.control.reachability({"orders", "10.0.0.1"})
                    .value()
                    .reason.find("outside the VPC") != std::string::npos);
        QCOMPARE(code(bench.control.reachability({"orders", "somewhere"})),
                 QString("InvalidParameterValue"));
    }

    void aRuleFromAGroupAdmitsItsClustersNodes() {
        Bench bench;
        bench.create_available(1);
        const auto id = bench.group("from-orders");
        schema::AuthorizeInbound request = bench.from("x");
        request.rules[0].cidr.reset();
        request.rules[0].group = bench.default_group();
        QVERIFY(bench.control.authorize_inbound(bench.kim, id, request).has_value());
        schema::CreateCluster carts;
        carts.id = "carts";
        carts.security_groups = {id};
        QVERIFY(bench.control.create_cluster(bench.kim, carts).has_value());
        const auto state = bench.catalog.read();
        const auto rules = compiled_rules(*state, *state->cluster("carts"));
        QCOMPARE(rules.allowed_ranges.size(), 2u);
        QVERIFY(
            bench.control
                .reachability({"carts", bench.control.cluster("orders").value().nodes[1].address})
                .value()
                .allowed);
        QCOMPARE(code(bench.control.delete_security_group(bench.kim, bench.default_group())),
                 QString("CannotDelete"));
    }

    void anAddressThatIsTakenIsPassedOverAndTheHolderNamed() {
        Bench bench;
        bench.busy.insert("127.10.1.4");
        QVERIFY(bench.control.create_cluster(bench.kim, bench.orders()).has_value());
        const auto placed = bench.control.cluster("orders").value();
        for (const auto& node : placed.nodes) QVERIFY(node.address != "127.10.1.4");
        for (int third = 1; third <= 3; ++third)
            for (int host = 0; host < 256; ++host)
                bench.busy.insert("127.10." + std::to_string(third) + "." + std::to_string(host));
        schema::CreateCluster carts;
        carts.id = "carts";
        const auto refused = bench.control.create_cluster(bench.kim, carts);
        QCOMPARE(code(refused), QString("InsufficientCacheClusterCapacity"));
        QVERIFY(refused.error().message.find("redis-server (pid 7)") != std::string::npos);
    }

    void addressesGoRound() {
        Bench bench;
        bench.create_available(0);
        const auto first = bench.control.cluster("orders").value().nodes[0].address;
        (void)bench.catalog.change(Persist::required, [](Draft& draft) -> Result<void> {
            draft.erase_cluster("orders");
            return boost::outcome_v2::success();
        });
        bench.create_available(0);
        QVERIFY(bench.control.cluster("orders").value().nodes[0].address != first);
    }

    void tagsAreSetByArnAndReplacedWhole() {
        Bench bench;
        bench.create_available(0);
        const auto arn = cluster_arn("orders");
        QVERIFY(
            bench.control.add_tags(bench.kim, arn, {{"env", "test"}, {"team", "a"}}).has_value());
        QVERIFY(bench.control.add_tags(bench.kim, arn, {{"env", "prod"}}).has_value());
        QCOMPARE(bench.control.tags(arn).value()[0].value, std::string("prod"));
        QCOMPARE(code(bench.control.remove_tags(bench.kim, arn, {"none"})), QString("TagNotFound"));
        QCOMPARE(bench.control.remove_tags(bench.kim, arn, {"env"}).value().size(), 1u);
        QCOMPARE(code(bench.control.tags("arn:aws:elasticache:local-1:000000000000:user:x")),
                 QString("InvalidARN"));
        QCOMPARE(code(bench.control.tags("nonsense")), QString("InvalidARN"));
        QCOMPARE(
            bench.control.replace_tags(bench.kim, "orders", {{"only", "one"}}).value().tags.size(),
            1u);
        QCOMPARE(bench.control.tags("arn:aws:elasticache:local-1:000000000000:cluster:orders-001")
                     .value()[0]
                     .key,
                 std::string("only"));
        QVERIFY(bench.control.add_tags(bench.kim, bench.default_group(), {{"a", "b"}}).has_value());
    }

    void anotherRangeIsRefusedWhileClustersLiveInTheOldOne() {
        Bench bench;
        bench.create_available(0);
        auto options = bench.options();
        options.node_range = "127.30.0.0/16";
        Control moved(bench.catalog, *bench.store, bench.fleet, bench.metrics, bench.sources,
                      options);
        const auto refused = moved.prepare();
        QVERIFY(!refused);
        QVERIFY(refused.error().message.find("127.10.0.0/16") != std::string::npos);
    }

    void metricsAreRatesAndMeansWithGaps() {
        Bench bench;
        bench.create_available(0);
        for (int second = 0; second < 4; ++second) {
            if (second == 2) continue;
            NodeSample sample{"orders-001",
                              "orders",
                              1'000'000 + second * 1000,
                              {{"total_commands_processed", second * 50.0}, {"keys", 7}}};
            bench.metrics.take({sample});
        }
        const auto series =
            bench.control.metrics("orders", {"ops_per_second", "keys"}, 1'000'000, 1'003'000, 1000)
                .value();
        QCOMPARE(series.size(), 2u);
        QCOMPARE(series[0].values[1], 50.0);
        QVERIFY(std::isnan(series[0].values[2]));
        QCOMPARE(series[0].values[3], 50.0);
        QCOMPARE(series[1].values[0], 7.0);
        QCOMPARE(code(bench.control.metrics("orders", {"bogus"}, 0, 1, 1000)),
                 QString("InvalidParameterValue"));
        QCOMPARE(code(bench.control.metrics("orders", {}, 0, 1'000'000'000, 1000)),
                 QString("InvalidParameterValue"));
    }

    void whoeverLearnsOfAChangeByTheStreamReadsItToo() {
        Bench bench;
        bench.create_available(0);
        /// Reads on another thread while each frame is delivered, as a reader of the stream may.
        struct Reader final : Feed::Subscriber {
            explicit Reader(Catalog& read_from) : catalog(read_from) {}
            void deliver(const Feed::Frame&) override {
                reads.push_back(std::async(std::launch::async,
                                           [this] { return catalog.read()->clusters.size(); }));
                reads.back().wait_for(std::chrono::milliseconds(50));
            }
            Catalog& catalog;
            std::vector<std::future<std::size_t>> reads;
        };
        const auto reader = std::make_shared<Reader>(bench.catalog);
        bench.catalog.feed().subscribe(reader, bench.catalog.read()->revision);
        const auto removed = bench.catalog.change(Persist::required, [](Draft& draft) {
            draft.erase_cluster("orders");
            return Result<void>(boost::outcome_v2::success());
        });
        QVERIFY(removed.has_value());
        QVERIFY(!reader->reads.empty());
        for (auto& read : reader->reads) QCOMPARE(read.get(), std::size_t(0));
    }

    void noEventIsReadBeforeTheStateThatItTellsOf() {
        Bench bench;
        /// Tries, while a frame is published, to read the events of the change that is told.
        struct Reader final : Feed::Subscriber {
            explicit Reader(Control& read_from) : control(read_from) {}
            void deliver(const Feed::Frame&) override {
                reads.push_back(
                    std::async(std::launch::async, [this] { return control.events({}).size(); }));
                too_early |= reads.back().wait_for(std::chrono::milliseconds(50)) ==
                             std::future_status::ready;
            }
            Control& control;
            std::vector<std::future<std::size_t>> reads;
            bool too_early = false;
        };
        const auto reader = std::make_shared<Reader>(bench.control);
        bench.catalog.feed().subscribe(reader, bench.catalog.read()->revision);
        const auto told = bench.catalog.change(Persist::required, [](Draft& draft) {
            draft.add_event("cache-cluster", "orders-001", "orders", "info", "It is back.");
            return Result<void>(boost::outcome_v2::success());
        });
        QVERIFY(told.has_value());
        QCOMPARE(reader->reads.size(), std::size_t(1));
        QCOMPARE(reader->reads[0].get(), std::size_t(1));
        QVERIFY(!reader->too_early);
    }

    void aKeyPageIsAssembledFromTheNodesReplies() {
        Bench bench;
        bench.create_available(0);
        const auto bulk = [](std::string text) {
            return millpond::resp::Value{
                millpond::resp::ValueType::bulk_string, 0, 0, std::move(text), {}};
        };
        const auto integer = [](std::int64_t n) {
            return millpond::resp::Value{millpond::resp::ValueType::integer, n, 0, "", {}};
        };
        const auto array = [](std::vector<millpond::resp::Value> items) {
            return millpond::resp::Value{millpond::resp::ValueType::array, 0, 0, "",
                                         std::move(items)};
        };
        bench.fleet.answer("SCAN", array({bulk("17"), array({bulk("a\xff"), bulk("b")})}));
        bench.fleet.answer("DBSIZE", integer(42));
        bench.fleet.answer("TYPE", bulk("hash"));
        bench.fleet.answer("PTTL", integer(-1));
        bench.fleet.answer("MEMORY", integer(99));
        std::atomic<bool> done = false;
        schema::KeyPage page;
        bench.control.keys("orders", {}, [&](Result<schema::KeyPage> result) {
            page = result.value();
            done = true;
        });
        QTRY_VERIFY(done);
        QCOMPARE(page.cursor, std::string("17"));
        QCOMPARE(page.total, 42);
        QCOMPARE(page.keys.size(), 2u);
        QCOMPARE(*from_base64(page.keys[0].key), std::string("a\xff"));
        QCOMPARE(page.keys[0].bytes, 99);
    }

    void base64AndRepliesSurviveAnyBytes() {
        std::string all;
        for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
        for (std::size_t size = 0; size < 256; ++size)
            QCOMPARE(*from_base64(to_base64(all.substr(0, size))), all.substr(0, size));
        for (const char* bad : {"a", "a=b=", "!!!!", "====", "ab==cd=="})
            QVERIFY2(!from_base64(bad), bad);
        QVERIFY(is_utf8("한국어"));
        QVERIFY(!is_utf8("\xc0\xaf"));
        QVERIFY(!is_utf8("\xed\xa0\x80"));
        const millpond::resp::Value reply{millpond::resp::ValueType::bulk_string, 0, 0, "\xff", {}};
        QCOMPARE(QString::fromStdString(schema::to_text(reply_json(reply))),
                 QString(R"({"base64":"/w=="})"));
    }

    void rangesAreParsedStrictly() {
        for (const char* bad : {"", "1.2.3/8", "1.2.3.4", "1.2.3.4/33", "01.2.3.4/8", "1.2.3.4/8x",
                                " 1.2.3.4/8", "::/0", "1.2.3.4/-1"})
            QVERIFY2(!parse_cidr(bad), bad);
        QCOMPARE(parse_cidr("0.0.0.0/0")->text(), std::string("0.0.0.0/0"));
        QVERIFY(parse_cidr("0.0.0.0/0")->contains(0xffffffff));
        QVERIFY(!parse_cidr("127.0.0.1/32")->contains(0x7f000002));
    }
};

QTEST_GUILESS_MAIN(AdminControlTest)
#include "admin_control_test.moc"
