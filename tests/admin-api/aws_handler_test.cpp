// SPDX-License-Identifier: Apache-2.0
//
// The AWS face without sockets: signatures, parameters, pages, filters, errors, replays.
#include <QtTest>
#include <pugixml.hpp>

#include "admin-api/aws/ec2_filter.h"
#include "admin-api/aws/handler.h"
#include "admin-api/aws/page.h"
#include "admin-api/aws/params.h"
#include "admin-api/aws/sigv4.h"
#include "tests/admin-api/aws_fake.h"

using namespace millpond;
using admin::AwsRequest;
using admin::AwsResponse;

namespace {

const admin::AccessKeys keys{"MLPDTESTKEY", "test-secret"};
constexpr std::int64_t now_ms = 1'772'366'400'000;  // 2026-03-01T12:00:00Z
constexpr const char* now_text = "20260301T120000Z";

AwsRequest make_request(const std::string& body) {
    AwsRequest request;
    request.method = "POST";
    request.target = "/";
    request.headers = {{"Host", "127.0.0.1:4566"},
                       {"Content-Type", "application/x-www-form-urlencoded"},
                       {"X-Amz-Date", now_text}};
    request.body = body;
    request.now_ms = now_ms;
    return request;
}

void sign(AwsRequest& request, const std::string& service, const admin::AccessKeys& with = keys,
          const std::string& time = now_text) {
    const std::string names = "content-type;host;x-amz-date";
    const admin::aws::Scope scope{with.id, time.substr(0, 8), "local-1", service};
    const auto value = admin::aws::signature(request, with, scope, names, time);
    request.headers.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=" + with.id + "/" +
                                                      scope.day + "/local-1/" + service +
                                                      "/aws4_request, SignedHeaders=" + names +
                                                      ", Signature=" + value);
}

/// The answer, parsed.
struct Answer {
    AwsResponse response;
    pugi::xml_document xml;

    std::string at(const std::string& path) const {
        return xml.select_node(("/*/" + path).c_str()).node().text().as_string();
    }
    std::size_t count(const std::string& path) const {
        return xml.select_nodes(("/*/" + path).c_str()).size();
    }
    std::string code() const { return xml.select_node("//Error/Code").node().text().as_string(); }
    std::string message() const {
        return xml.select_node("//Error/Message").node().text().as_string();
    }
};

class Rig {
public:
    tests::FakeUseCases use_cases;
    admin::AwsHandler handler{use_cases, keys};

    Answer send(AwsRequest request) {
        Answer answer;
        answer.response = handler.handle(request);
        answer.xml.load_string(answer.response.body.c_str());
        return answer;
    }
    Answer elasticache(const std::string& form, const std::string& invocation = "") {
        return signed_call("elasticache", "2015-02-02", form, invocation);
    }
    Answer ec2(const std::string& form) { return signed_call("ec2", "2016-11-15", form, ""); }

    void create_orders() {
        const auto answer = elasticache(
            "Action=CreateReplicationGroup&ReplicationGroupId=Orders&ReplicationGroupDescription="
            "shop"
            "&NumCacheClusters=3&AutomaticFailoverEnabled=true&MultiAZEnabled=true&Engine=redis"
            "&Tags.Tag.1.Key=team&Tags.Tag.1.Value=shop");
        QCOMPARE(answer.response.status, 200);
    }

private:
    Answer signed_call(const std::string& service, const std::string& version,
                       const std::string& form, const std::string& invocation) {
        auto request = make_request(form + "&Version=" + version);
        if (!invocation.empty()) request.headers.emplace_back("amz-sdk-invocation-id", invocation);
        sign(request, service);
        return send(request);
    }
};

}  // namespace

class AwsHandlerTest : public QObject {
    Q_OBJECT

private slots:
    void signatureIsThatOfThePublishedVector();
    void signatureCoversTheBodyTheHeadersAndTheTarget();
    void refusesWhoeverMayNotCall_data();
    void refusesWhoeverMayNotCall();
    void toleratesFifteenMinutesOfSkew();
    void answersCarryADate();
    void unknownActionsAndVersionsAreInvalidAction();
    void readsParametersAsTrees();
    void refusesBrokenParameters_data();
    void refusesBrokenParameters();
    void createsAndDescribesAReplicationGroup();
    void refusesWhatWouldChangeMeaning_data();
    void refusesWhatWouldChangeMeaning();
    void refusedRequestsChangeNothing();
    void modifiesWhatIsGivenAndNothingElse();
    void changesReplicaCounts();
    void answersARepeatedChangeAsTheFirstTime();
    void pagesNeitherRepeatNorSkip();
    void refusesForeignMarkersAndSizes();
    void describesEventsOfAWindow();
    void opensAndClosesAPort();
    void revokesByPermissionWhateverItsHostPart();
    void filtersSecurityGroups();
    void dryRunChangesNothing();
    void matchesWildcards();
};

void AwsHandlerTest::signatureIsThatOfThePublishedVector() {
    // "get-vanilla" of AWS's Signature Version 4 test suite.
    AwsRequest request;
    request.method = "GET";
    request.target = "/";
    request.headers = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}};
    const admin::AccessKeys example{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
    const auto value =
        admin::aws::signature(request, example, {"AKIDEXAMPLE", "20150830", "us-east-1", "service"},
                              "host;x-amz-date", "20150830T123600Z");
    QCOMPARE(value,
             std::string("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"));
}

void AwsHandlerTest::signatureCoversTheBodyTheHeadersAndTheTarget() {
    auto good = make_request("Action=DescribeEvents&Version=2015-02-02");
    sign(good, "elasticache");
    QVERIFY(admin::aws::verify(good, keys).has_value());
    for (int part = 0; part < 4; ++part) {
        auto bad = good;
        if (part == 0) bad.body += "&MaxRecords=20";
        if (part == 1) bad.headers[0].second = "127.0.0.1:9999";
        if (part == 2) bad.target = "/?x=1";
        if (part == 3) bad.method = "PUT";
        const auto result = admin::aws::verify(bad, keys);
        QVERIFY2(!result.has_value(), std::to_string(part).c_str());
        QCOMPARE(result.error().code, std::string("SignatureDoesNotMatch"));
    }
    // Blanks in a header's value do not count, nor the case of its name.
    auto spaced = good;
    spaced.headers[1] = {"content-type", "  application/x-www-form-urlencoded "};
    QVERIFY(admin::aws::verify(spaced, keys).has_value());
}

void AwsHandlerTest::refusesWhoeverMayNotCall_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("code");
    QTest::addColumn<int>("status");
    QTest::newRow("unsigned") << "unsigned"
                              << "MissingAuthenticationToken" << 403;
    QTest::newRow("foreign key") << "foreign"
                                 << "InvalidClientTokenId" << 403;
    QTest::newRow("wrong secret") << "secret"
                                  << "SignatureDoesNotMatch" << 403;
    QTest::newRow("expired") << "expired"
                             << "RequestExpired" << 400;
    QTest::newRow("no host signed") << "nohost"
                                    << "IncompleteSignature" << 400;
    QTest::newRow("no signature") << "garbage"
                                  << "IncompleteSignature" << 400;
}

void AwsHandlerTest::refusesWhoeverMayNotCall() {
    QFETCH(QString, kind);
    QFETCH(QString, code);
    QFETCH(int, status);
    Rig rig;
    auto request = make_request("Action=DescribeReplicationGroups&Version=2015-02-02");
    if (kind == "foreign") sign(request, "elasticache", {"AKIAIOSFODNN7EXAMPLE", "x"});
    if (kind == "secret") sign(request, "elasticache", {keys.id, "other"});
    if (kind == "expired") {
        sign(request, "elasticache");
        request.now_ms += 16 * 60 * 1000;
    }
    if (kind == "nohost")
        request.headers.emplace_back(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=MLPDTESTKEY/20260301/local-1/elasticache/"
            "aws4_request, SignedHeaders=x-amz-date, Signature=00");
    if (kind == "garbage") request.headers.emplace_back("Authorization", "AWS4-HMAC-SHA256 what");
    const auto answer = rig.send(request);
    QCOMPARE(QString::fromStdString(answer.code()), code);
    QCOMPARE(answer.response.status, status);
    QVERIFY(!answer.message().empty());
    if (kind == "foreign") QVERIFY(answer.message().find("AWS_ACCESS_KEY_ID") != std::string::npos);
}

void AwsHandlerTest::toleratesFifteenMinutesOfSkew() {
    auto request = make_request("Action=DescribeEvents&Version=2015-02-02");
    sign(request, "elasticache");
    for (const int minutes : {-15, 15}) {
        request.now_ms = now_ms + minutes * 60'000;
        QVERIFY(admin::aws::verify(request, keys).has_value());
    }
    request.now_ms = now_ms - 15 * 60'000 - 1;
    QVERIFY(!admin::aws::verify(request, keys).has_value());
}

void AwsHandlerTest::answersCarryADate() {
    Rig rig;
    const auto answer = rig.elasticache("Action=DescribeReplicationGroups");
    const auto& headers = answer.response.headers;
    const std::pair<std::string, std::string> date{"Date", "Sun, 01 Mar 2026 12:00:00 GMT"};
    QVERIFY(std::find(headers.begin(), headers.end(), date) != headers.end());
}

void AwsHandlerTest::unknownActionsAndVersionsAreInvalidAction() {
    Rig rig;
    const auto unknown = rig.elasticache("Action=MakeCoffee");
    QCOMPARE(unknown.response.status, 400);  // a 5xx would be retried
    QCOMPARE(unknown.code(), std::string("InvalidAction"));
    QCOMPARE(rig.ec2("Action=RunInstances").code(), std::string("InvalidAction"));
    auto old = make_request("Action=DescribeReplicationGroups&Version=2011-01-01");
    sign(old, "elasticache");
    QCOMPARE(rig.send(old).code(), std::string("InvalidAction"));
    auto elsewhere = make_request("Action=ListBuckets&Version=2006-03-01");
    sign(elsewhere, "s3");
    QCOMPARE(rig.send(elsewhere).code(), std::string("InvalidAction"));
}

void AwsHandlerTest::readsParametersAsTrees() {
    auto parsed = admin::aws::Params::parse(
        "Tags.Tag.2.Key=b&Tags.Tag.1.Key=a&Tags.Tag.10.Key=c&Ids.member.1=x&Ids.member.2=y&Flat.1="
        "p&Flat.2=q"
        "&Empty=&Text=a%20b%2Bc+d");
    auto& params = parsed.value();
    std::string order;
    for (admin::aws::Params& tag : params.list("Tags")) order += tag.text("Key").value_or("");
    QCOMPARE(order, std::string("abc"));
    QCOMPARE(params.texts("Ids"), (std::vector<std::string>{"x", "y"}));
    QCOMPARE(params.texts("Flat"), (std::vector<std::string>{"p", "q"}));
    QVERIFY(params.list("Empty").empty());
    QVERIFY(params.has("Empty"));
    QVERIFY(!params.all_read().has_value());
    QCOMPARE(params.text("Text").value_or(""), std::string("a b+c d"));
    QVERIFY(params.all_read().has_value());
}

void AwsHandlerTest::refusesBrokenParameters_data() {
    QTest::addColumn<QString>("form");
    QTest::newRow("twice") << "A=1&A=2";
    QTest::newRow("deep") << "A.b.c.d.e.f.g.h.i.j.k.l=1";
    QTest::newRow("many") << QString("A.1=1&").append(QString("B=1&").repeated(5000));
}

void AwsHandlerTest::refusesBrokenParameters() {
    QFETCH(QString, form);
    QVERIFY(!admin::aws::Params::parse(form.toStdString()).has_value());
}

void AwsHandlerTest::createsAndDescribesAReplicationGroup() {
    Rig rig;
    rig.create_orders();
    const auto answer =
        rig.elasticache("Action=DescribeReplicationGroups&ReplicationGroupId=ORDERS");
    const std::string group = "DescribeReplicationGroupsResult/ReplicationGroups/ReplicationGroup/";
    QCOMPARE(answer.at(group + "ReplicationGroupId"), std::string("orders"));
    QCOMPARE(answer.at(group + "Status"), std::string("available"));
    QCOMPARE(answer.at(group + "AutomaticFailover"), std::string("enabled"));
    QCOMPARE(answer.at(group + "MultiAZ"), std::string("enabled"));
    QCOMPARE(answer.count(group + "MemberClusters/ClusterId"), std::size_t(3));
    QCOMPARE(answer.count(group + "NodeGroups/NodeGroup/NodeGroupMembers/NodeGroupMember"),
             std::size_t(3));
    QCOMPARE(answer.at(group + "NodeGroups/NodeGroup/PrimaryEndpoint/Address"),
             std::string("127.10.1.100"));
    const auto node = rig.elasticache(
        "Action=DescribeCacheClusters&CacheClusterId=orders-002&ShowCacheNodeInfo=true");
    const std::string member = "DescribeCacheClustersResult/CacheClusters/CacheCluster/";
    QCOMPARE(node.at(member + "CacheNodes/CacheNode/CacheNodeId"), std::string("0001"));
    QCOMPARE(node.at(member + "SecurityGroups/member/SecurityGroupId"),
             std::string("sg-00000000000000001"));
    QCOMPARE(node.at(member + "ARN"),
             std::string("arn:aws:elasticache:local-1:000000000000:cluster:orders-002"));
    QCOMPARE(
        rig.elasticache("Action=DescribeReplicationGroups&ReplicationGroupId=none").response.status,
        404);
    QCOMPARE(rig.elasticache("Action=DescribeCacheClusters&CacheClusterId=none").code(),
             std::string("CacheClusterNotFound"));
    QCOMPARE(
        rig.elasticache("Action=TestFailover&ReplicationGroupId=orders&NodeGroupId=0002").code(),
        std::string("NodeGroupNotFoundFault"));
}

void AwsHandlerTest::refusesWhatWouldChangeMeaning_data() {
    QTest::addColumn<QString>("extra");
    QTest::addColumn<QString>("code");
    const auto row = [](const char* extra, const char* code = "InvalidParameterValue") {
        QTest::newRow(extra) << extra << code;
    };
    row("TransitEncryptionEnabled=true");
    row("AtRestEncryptionEnabled=true");
    row("AuthToken=0123456789abcdef");
    row("NumNodeGroups=3");
    row("SnapshotRetentionLimit=7");
    row("UserGroupIds.member.1=people");
    row("LogDeliveryConfigurations.LogDeliveryConfigurationRequest.1.LogType=slow-log");
    row("Misspelt=1");
    row("NumCacheClusters=seven");
    row("NumCacheClusters=7");
    row("AutomaticFailoverEnabled=yes");
    row("ReplicasPerNodeGroup=1&NumCacheClusters=2", "InvalidParameterCombination");
    row("MultiAZEnabled=true", "InvalidParameterCombination");
    row("CacheParameterGroupName=mine", "CacheParameterGroupNotFound");
}

void AwsHandlerTest::refusesWhatWouldChangeMeaning() {
    QFETCH(QString, extra);
    QFETCH(QString, code);
    Rig rig;
    const auto answer = rig.elasticache(
        "Action=CreateReplicationGroup&ReplicationGroupId=a&ReplicationGroupDescription=b&" +
        extra.toStdString());
    QCOMPARE(QString::fromStdString(answer.code()), code);
    QVERIFY(rig.use_cases.callers.empty());
    // The neutral values of the same are fine.
    const auto neutral = rig.elasticache(
        "Action=CreateReplicationGroup&ReplicationGroupId=a&ReplicationGroupDescription=b"
        "&TransitEncryptionEnabled=false&NumNodeGroups=1&SnapshotRetentionLimit=0&UserGroupIds="
        "&AutoMinorVersionUpgrade=true&CacheParameterGroupName=default.redis7");
    QCOMPARE(neutral.response.status, 200);
}

void AwsHandlerTest::refusedRequestsChangeNothing() {
    Rig rig;
    rig.create_orders();
    const auto before = rig.use_cases.callers.size();
    for (const char* form :
         {"Action=ModifyReplicationGroup&ReplicationGroupId=orders&AuthToken=x&"
          "ReplicationGroupDescription=z",
          "Action=ModifyReplicationGroup&ReplicationGroupId=orders",
          "Action=DeleteReplicationGroup&ReplicationGroupId=orders&FinalSnapshotIdentifier=s",
          "Action=IncreaseReplicaCount&ReplicationGroupId=orders&NewReplicaCount=3&"
          "ApplyImmediately=false",
          "Action=RebootCacheCluster&CacheClusterId=orders-001&CacheNodeIdsToReboot.CacheNodeId.1="
          "0002",
          "Action=TestFailover&ReplicationGroupId=orders"}) {
        QVERIFY2(rig.elasticache(form).response.status == 400, form);
    }
    QCOMPARE(rig.use_cases.callers.size(), before);
}

void AwsHandlerTest::modifiesWhatIsGivenAndNothingElse() {
    Rig rig;
    rig.create_orders();
    const auto answer = rig.elasticache(
        "Action=ModifyReplicationGroup&ReplicationGroupId=orders&SecurityGroupIds.SecurityGroupId."
        "1=sg-x"
        "&CacheNodeType=cache.t4g.small&EngineVersion=7.0");
    QCOMPARE(answer.response.status, 200);
    const auto& modify = rig.use_cases.last_modify;
    QCOMPARE(*modify.security_groups, (std::vector<std::string>{"sg-x"}));
    QCOMPARE(*modify.node_type, std::string("cache.t4g.small"));
    QCOMPARE(*modify.apply_immediately, false);
    QVERIFY(!modify.description && !modify.automatic_failover && !modify.replicas);
    const auto nodes = rig.elasticache("Action=DescribeCacheClusters");
    QCOMPARE(nodes.at("DescribeCacheClustersResult/CacheClusters/CacheCluster[1]/"
                      "PendingModifiedValues/CacheNodeType"),
             std::string("cache.t4g.small"));
    QCOMPARE(
        rig.elasticache("Action=ModifyReplicationGroup&ReplicationGroupId=orders&EngineVersion=6.2")
            .code(),
        std::string("InvalidParameterValue"));
}

void AwsHandlerTest::changesReplicaCounts() {
    Rig rig;
    rig.create_orders();
    const std::string more =
        "Action=IncreaseReplicaCount&ReplicationGroupId=orders&ApplyImmediately=true&"
        "NewReplicaCount=";
    const std::string fewer =
        "Action=DecreaseReplicaCount&ReplicationGroupId=orders&ApplyImmediately=true&"
        "NewReplicaCount=";
    QCOMPARE(rig.elasticache(more + "2").code(), std::string("NoOperationFault"));
    QCOMPARE(rig.elasticache(more + "1").code(), std::string("InvalidParameterValue"));
    QCOMPARE(rig.elasticache(more + "4").response.status, 200);
    QCOMPARE(*rig.use_cases.last_modify.replicas, 4);
    QCOMPARE(rig.elasticache(fewer + "5").code(), std::string("InvalidParameterValue"));
    QCOMPARE(rig.elasticache(
                    "Action=DecreaseReplicaCount&ReplicationGroupId=orders&ApplyImmediately=true"
                    "&ReplicaConfiguration.ConfigureShard.1.NodeGroupId=0001"
                    "&ReplicaConfiguration.ConfigureShard.1.NewReplicaCount=1")
                 .response.status,
             200);
    QCOMPARE(*rig.use_cases.last_modify.replicas, 1);
    QVERIFY(!rig.use_cases.last_modify.remove_nodes);
    const std::string without =
        "Action=DecreaseReplicaCount&ReplicationGroupId=orders&ApplyImmediately=true";
    QCOMPARE(rig.elasticache(without).code(), std::string("MissingParameter"));
    rig.elasticache(more + "2");
    QCOMPARE(rig.elasticache(without + "&ReplicasToRemove.member.1=orders-002").response.status,
             200);
    QCOMPARE(*rig.use_cases.last_modify.replicas, 1);
    QCOMPARE(*rig.use_cases.last_modify.remove_nodes, std::vector<std::string>{"orders-002"});
}

void AwsHandlerTest::answersARepeatedChangeAsTheFirstTime() {
    Rig rig;
    rig.create_orders();
    const std::string form =
        "Action=IncreaseReplicaCount&ReplicationGroupId=orders&ApplyImmediately=true&"
        "NewReplicaCount=4";
    const auto first = rig.elasticache(form, "11111111-2222");
    const auto calls = rig.use_cases.callers.size();
    QCOMPARE(rig.use_cases.callers.back().idempotency_key, std::string("11111111-2222"));
    const auto again = rig.elasticache(form, "11111111-2222");
    QCOMPARE(again.response.body, first.response.body);
    QCOMPARE(rig.use_cases.callers.size(), calls);
    QCOMPARE(rig.elasticache(form, "33333333-4444").code(), std::string("NoOperationFault"));
}

void AwsHandlerTest::pagesNeitherRepeatNorSkip() {
    Rig rig;
    for (int i = 10; i < 45; ++i) {
        admin::schema::CreateCluster create;
        create.id = "c" + std::to_string(i);
        QVERIFY(rig.use_cases.create_cluster({}, create).has_value());
    }
    const auto first = rig.elasticache("Action=DescribeReplicationGroups&MaxRecords=20");
    const std::string result = "DescribeReplicationGroupsResult/";
    QCOMPARE(first.count(result + "ReplicationGroups/ReplicationGroup"), std::size_t(20));
    const auto marker = first.at(result + "Marker");
    const auto second =
        rig.elasticache("Action=DescribeReplicationGroups&MaxRecords=20&Marker=" + marker);
    QCOMPARE(second.count(result + "ReplicationGroups/ReplicationGroup"), std::size_t(15));
    QCOMPARE(second.at(result + "ReplicationGroups/ReplicationGroup[1]/ReplicationGroupId"),
             std::string("c30"));
    QCOMPARE(second.count(result + "Marker"), std::size_t(0));
}

void AwsHandlerTest::refusesForeignMarkersAndSizes() {
    Rig rig;
    for (const char* extra : {"MaxRecords=19", "MaxRecords=101", "MaxRecords=x", "Marker=orders",
                              "Marker=mp1-0", "Marker=mp1-zz"}) {
        const auto answer =
            rig.elasticache(std::string("Action=DescribeReplicationGroups&") + extra);
        QVERIFY2(answer.code() == "InvalidParameterValue", extra);
    }
}

void AwsHandlerTest::describesEventsOfAWindow() {
    Rig rig;
    constexpr std::int64_t minute = 60'000;
    rig.use_cases.add_event(1, "replication-group", "orders", "old", now_ms - 90 * minute);
    rig.use_cases.add_event(2, "replication-group", "orders", "one", now_ms - 30 * minute);
    rig.use_cases.add_event(3, "cache-cluster", "orders-001", "two", now_ms - 20 * minute);
    rig.use_cases.add_event(4, "daemon", "daemon", "not for AWS", now_ms - 10 * minute);
    const auto count = [&](const std::string& extra) {
        return rig.elasticache("Action=DescribeEvents" + extra)
            .count("DescribeEventsResult/Events/Event");
    };
    QCOMPARE(count(""), std::size_t(2));
    QCOMPARE(count("&Duration=120"), std::size_t(3));
    QCOMPARE(count("&SourceType=cache-cluster"), std::size_t(1));
    QCOMPARE(count("&SourceType=replication-group&SourceIdentifier=orders&Duration=120"),
             std::size_t(2));
    QCOMPARE(count("&StartTime=2026-03-01T11%3A35%3A00Z&EndTime=2026-03-01T11%3A45%3A00Z"),
             std::size_t(1));
    for (int i = 0; i < 2500; ++i)
        rig.use_cases.add_event(10 + i, "cache-cluster", "busy-001", "many",
                                now_ms - 5 * minute + i);
    std::size_t seen = 0;
    std::string marker;
    do {
        const auto page =
            rig.elasticache("Action=DescribeEvents&SourceType=cache-cluster" + marker);
        seen += page.count("DescribeEventsResult/Events/Event");
        marker = page.at("DescribeEventsResult/Marker");
        if (!marker.empty()) marker.insert(0, "&Marker=");
    } while (!marker.empty());
    QCOMPARE(seen, std::size_t(2501));
    QCOMPARE(rig.elasticache("Action=DescribeEvents&SourceType=tea").code(),
             std::string("InvalidParameterValue"));
    QCOMPARE(rig.elasticache("Action=DescribeEvents&StartTime=noon").code(),
             std::string("InvalidParameterValue"));
    QCOMPARE(rig.elasticache("Action=DescribeEvents&Duration=0").code(),
             std::string("InvalidParameterValue"));
}

void AwsHandlerTest::opensAndClosesAPort() {
    Rig rig;
    const auto created = rig.ec2(
        "Action=CreateSecurityGroup&GroupName=redis-sg&GroupDescription=d"
        "&TagSpecification.1.ResourceType=security-group&TagSpecification.1.Tag.1.Key=k"
        "&TagSpecification.1.Tag.1.Value=v");
    const auto id = created.at("groupId");
    QVERIFY(!id.empty());
    QCOMPARE(created.at("tagSet/item/key"), std::string("k"));
    const auto allowed = rig.ec2(
        "Action=AuthorizeSecurityGroupIngress&GroupId=" + id +
        "&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=6379&IpPermissions.1.ToPort=6379"
        "&IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0%2F0&IpPermissions.1.IpRanges.1.Description=all"
        "&IpPermissions.1.Groups.1.GroupName=default");
    QCOMPARE(allowed.count("securityGroupRuleSet/item"), std::size_t(2));
    QCOMPARE(allowed.at("return"), std::string("true"));
    const auto flat = rig.ec2(
        "Action=AuthorizeSecurityGroupIngress&GroupName=redis-sg&IpProtocol=tcp"
        "&FromPort=1&ToPort=2&CidrIp=127.0.0.0%2F16");
    const auto rule = flat.at("securityGroupRuleSet/item/securityGroupRuleId");
    const auto shown = rig.ec2("Action=DescribeSecurityGroups&GroupId.1=" + id);
    QCOMPARE(shown.count("securityGroupInfo/item/ipPermissions/item"), std::size_t(2));
    QCOMPARE(shown.at("securityGroupInfo/item/ipPermissionsEgress/item/ipRanges/item/cidrIp"),
             std::string("0.0.0.0/0"));
    QCOMPARE(
        rig.ec2("Action=DescribeSecurityGroupRules&Filter.1.Name=group-id&Filter.1.Value.1=" + id)
            .count("securityGroupRuleSet/item"),
        std::size_t(4));  // the outbound one, too
    QCOMPARE(rig.ec2("Action=RevokeSecurityGroupIngress&GroupId=" + id +
                     "&SecurityGroupRuleId.1=" + rule)
                 .response.status,
             200);
    QCOMPARE(rig.ec2("Action=RevokeSecurityGroupIngress&GroupId=" + id +
                     "&SecurityGroupRuleId.1=" + rule)
                 .code(),
             std::string("InvalidSecurityGroupRuleId.NotFound"));
    for (const char* bad :
         {"&IpPermissions.1.IpProtocol=udp&IpPermissions.1.FromPort=1&IpPermissions.1.ToPort=1"
          "&IpPermissions.1.IpRanges.1.CidrIp=1.2.3.4%2F32",
          "&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=1&IpPermissions.1.ToPort=1"
          "&IpPermissions.1.Ipv6Ranges.1.CidrIpv6=%3A%3A%2F0"})
        QCOMPARE(rig.ec2("Action=AuthorizeSecurityGroupIngress&GroupId=" + id + bad).code(),
                 std::string("InvalidParameterValue"));
    QCOMPARE(rig.ec2("Action=AuthorizeSecurityGroupIngress&GroupId=" + id).code(),
             std::string("MissingParameter"));
    QCOMPARE(rig.ec2("Action=DeleteSecurityGroup&GroupId=" + id).response.status, 200);
    const auto gone = rig.ec2("Action=DescribeSecurityGroups&GroupId.1=" + id);
    QCOMPARE(gone.code(), std::string("InvalidGroup.NotFound"));
    QCOMPARE(gone.response.status, 400);
}

void AwsHandlerTest::revokesByPermissionWhateverItsHostPart() {
    Rig rig;
    const std::string permission =
        "&GroupId=sg-00000000000000001&IpPermissions.1.IpProtocol=6&IpPermissions.1.FromPort=6379"
        "&IpPermissions.1.ToPort=6379&IpPermissions.1.IpRanges.1.CidrIp=127.0.";
    QCOMPARE(
        rig.ec2("Action=AuthorizeSecurityGroupIngress" + permission + "0.0%2F16").response.status,
        200);
    QCOMPARE(rig.ec2("Action=RevokeSecurityGroupIngress" + permission + "0.0%2F17").code(),
             std::string("InvalidPermission.NotFound"));
    QCOMPARE(rig.ec2("Action=RevokeSecurityGroupIngress" + permission + "3.7%2F16").response.status,
             200);
}

void AwsHandlerTest::filtersSecurityGroups() {
    Rig rig;
    for (const char* name : {"redis-a", "redis-b", "other"})
        QCOMPARE(
            rig.ec2(std::string("Action=CreateSecurityGroup&GroupDescription=d&GroupName=") + name)
                .response.status,
            200);
    const auto count = [&](const std::string& filter) {
        return rig.ec2("Action=DescribeSecurityGroups&" + filter).count("securityGroupInfo/item");
    };
    QCOMPARE(count("Filter.1.Name=group-name&Filter.1.Value.1=redis-*"), std::size_t(2));
    QCOMPARE(count("Filter.1.Name=group-name&Filter.1.Value.1=redis-a&Filter.1.Value.2=other"),
             std::size_t(2));
    QCOMPARE(count("Filter.1.Name=group-name&Filter.1.Value.1=redis-a&Filter.2.Name=vpc-id&Filter."
                   "2.Value.1=vpc-9"),
             std::size_t(0));
    QCOMPARE(count("Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-00000000000000001"), std::size_t(4));
    QCOMPARE(
        rig.ec2("Action=DescribeSecurityGroups&Filter.1.Name=colour&Filter.1.Value.1=red").code(),
        std::string("InvalidParameterValue"));
    QCOMPARE(rig.ec2("Action=DescribeVpcs&Filter.1.Name=isDefault&Filter.1.Value.1=true")
                 .count("vpcSet/item"),
             std::size_t(1));
    QCOMPARE(rig.ec2("Action=DescribeSubnets&SubnetId.1=subnet-9").code(),
             std::string("InvalidSubnetID.NotFound"));
    QCOMPARE(rig.ec2("Action=DescribeAvailabilityZones").count("availabilityZoneInfo/item"),
             std::size_t(3));
}

void AwsHandlerTest::dryRunChangesNothing() {
    Rig rig;
    const auto answer =
        rig.ec2("Action=CreateSecurityGroup&GroupName=x&GroupDescription=y&DryRun=true");
    QCOMPARE(answer.code(), std::string("DryRunOperation"));
    QCOMPARE(answer.response.status, 412);
    QVERIFY(rig.use_cases.callers.empty());
}

void AwsHandlerTest::matchesWildcards() {
    using admin::aws::matches_pattern;
    QVERIFY(matches_pattern("*", ""));
    QVERIFY(matches_pattern("a*c", "abbbc"));
    QVERIFY(matches_pattern("a*b*c", "axbxbc"));
    QVERIFY(matches_pattern("?b", "ab"));
    QVERIFY(!matches_pattern("?b", "b"));
    QVERIFY(!matches_pattern("a*c", "abb"));
    QVERIFY(!matches_pattern("", "a"));
}

QTEST_GUILESS_MAIN(AwsHandlerTest)
#include "aws_handler_test.moc"
