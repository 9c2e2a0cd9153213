// SPDX-License-Identifier: Apache-2.0
//
// What there is to choose from: engine versions and subnet groups.
#include "admin-api/aws/elasticache.h"

namespace millpond::admin::aws {
namespace {

constexpr const char* engine = "redis";
constexpr const char* engine_version = "7.0";
constexpr const char* family = "redis7";
constexpr const char* default_subnet_group = "default";

bool matches(const std::optional<std::string>& wanted, std::string_view have) {
    return !wanted || wanted->empty() || *wanted == have;
}

void write_subnet_group(Xml parent, const schema::Vpc& vpc, const std::string& region) {
    auto group = put(parent, "CacheSubnetGroup");
    put(group, "CacheSubnetGroupName", default_subnet_group);
    put(group, "CacheSubnetGroupDescription", "The subnets of the default VPC");
    put(group, "VpcId", vpc.id);
    auto subnets = put(group, "Subnets");
    for (const auto& subnet : vpc.subnets) {
        auto item = put(subnets, "Subnet");
        put(item, "SubnetIdentifier", subnet.id);
        put(put(item, "SubnetAvailabilityZone"), "Name", subnet.zone);
        put(put(item, "SupportedNetworkTypes"), "member", "ipv4");
    }
    put(group, "ARN",
        "arn:aws:elasticache:" + region + ":" + account + ":subnetgroup:" + default_subnet_group);
    put(put(group, "SupportedNetworkTypes"), "member", "ipv4");
}

}  // namespace

Result<void> describe_cache_engine_versions(Call& call) {
    auto& params = call.params;
    const auto wanted_engine = params.text("Engine");
    const auto wanted_version = params.text("EngineVersion");
    const auto wanted_family = params.text("CacheParameterGroupFamily");
    BOOST_OUTCOME_TRYV(params.boolean("DefaultOnly"));  // the only one is the default
    BOOST_OUTCOME_TRY(const auto request, read_page(params, elasticache_pages));
    BOOST_OUTCOME_TRYV(params.all_read());
    auto versions = put(call.out, "CacheEngineVersions");
    if (!request.after.empty() || !matches(wanted_engine, engine) ||
        !matches(wanted_version, engine_version) || !matches(wanted_family, family))
        return done();
    auto version = put(versions, "CacheEngineVersion");
    put(version, "Engine", engine);
    put(version, "EngineVersion", engine_version);
    put(version, "CacheParameterGroupFamily", family);
    put(version, "CacheEngineDescription", "Redis-compatible millpond-engine");
    put(version, "CacheEngineVersionDescription", "millpond-engine, compatible with Redis 7.0");
    return done();
}

Result<void> describe_cache_subnet_groups(Call& call) {
    auto& params = call.params;
    const auto name = params.text("CacheSubnetGroupName");
    BOOST_OUTCOME_TRY(const auto request, read_page(params, elasticache_pages));
    BOOST_OUTCOME_TRYV(params.all_read());
    if (!matches(name, default_subnet_group))
        return Error{"CacheSubnetGroupNotFoundFault",
                     "CacheSubnetGroup " + *name + " not found: the only one is " +
                         default_subnet_group + ".",
                     "CacheSubnetGroupName", 400};
    auto groups = put(call.out, "CacheSubnetGroups");
    if (!request.after.empty()) return done();
    const auto region = call.use_cases.info().region;
    for (const auto& vpc : call.use_cases.vpcs().items)
        if (vpc.is_default) write_subnet_group(groups, vpc, region);
    return done();
}

}  // namespace millpond::admin::aws
