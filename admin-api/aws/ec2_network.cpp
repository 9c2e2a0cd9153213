// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "admin-api/aws/ec2.h"

namespace millpond::admin::aws {
namespace {

bool wanted(const std::vector<std::string>& ids, const std::string& id) {
    return ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// Fails with `code` on the first id that is not among `have`.
template <class T>
Result<void> all_exist(const std::vector<std::string>& ids, const std::vector<T>& have,
                       const char* code, const std::string& kind) {
    for (const auto& id : ids)
        if (std::none_of(have.begin(), have.end(), [&](const T& item) { return item.id == id; }))
            return Error{code, "The " + kind + " ID '" + id + "' does not exist.", "", 400};
    return done();
}

Facts facts_of(const schema::Vpc& vpc) {
    Facts facts;
    facts.add("vpc-id", vpc.id);
    facts.add("is-default", vpc.is_default);
    facts.add("isDefault", vpc.is_default);
    facts.add("cidr", vpc.cidr);
    facts.add("cidr-block", vpc.cidr);
    facts.add("cidr-block-association.cidr-block", vpc.cidr);
    facts.add("state", std::string("available"));
    facts.add("owner-id", std::string(account));
    if (!vpc.name.empty()) facts.add_tags({{"Name", vpc.name}});
    return facts;
}

Facts facts_of(const schema::Subnet& subnet) {
    Facts facts;
    facts.add("subnet-id", subnet.id);
    facts.add("vpc-id", subnet.vpc);
    for (const auto* name : {"cidr", "cidr-block", "cidrBlock"}) facts.add(name, subnet.cidr);
    for (const auto* name : {"availability-zone", "availabilityZone"}) facts.add(name, subnet.zone);
    for (const auto* name : {"default-for-az", "defaultForAz"}) facts.add(name, true);
    facts.add("state", std::string("available"));
    facts.add("owner-id", std::string(account));
    return facts;
}

void write_vpc(Xml parent, const schema::Vpc& vpc) {
    auto item = put(parent, "item");
    put(item, "vpcId", vpc.id);
    put(item, "ownerId", account);
    put(item, "state", "available");
    put(item, "cidrBlock", vpc.cidr);
    auto association = put(put(item, "cidrBlockAssociationSet"), "item");
    put(association, "cidrBlock", vpc.cidr);
    put(association, "associationId", "vpc-cidr-assoc-" + vpc.id.substr(vpc.id.find('-') + 1));
    put(put(association, "cidrBlockState"), "state", "associated");
    put(item, "instanceTenancy", "default");
    put(item, "isDefault", vpc.is_default);
    write_ec2_tags(item, vpc.name.empty() ? std::vector<schema::Tag>{}
                                          : std::vector<schema::Tag>{{"Name", vpc.name}});
}

void write_subnet(Xml parent, const schema::Subnet& subnet, const std::string& region) {
    auto item = put(parent, "item");
    put(item, "subnetId", subnet.id);
    put(item, "subnetArn", "arn:aws:ec2:" + region + ":" + account + ":subnet/" + subnet.id);
    put(item, "state", "available");
    put(item, "ownerId", account);
    put(item, "vpcId", subnet.vpc);
    put(item, "cidrBlock", subnet.cidr);
    put(item, "availableIpAddressCount", subnet.available_addresses);
    put(item, "availabilityZone", subnet.zone);
    put(item, "defaultForAz", true);
    put(item, "mapPublicIpOnLaunch", false);
    put(item, "assignIpv6AddressOnCreation", false);
    write_ec2_tags(item, {});
}

std::vector<schema::Subnet> all_subnets(Call& call) {
    std::vector<schema::Subnet> subnets;
    for (const auto& vpc : call.use_cases.vpcs().items)
        subnets.insert(subnets.end(), vpc.subnets.begin(), vpc.subnets.end());
    return subnets;
}

void write_zone(Xml parent, const std::string& zone, const std::string& region) {
    auto item = put(parent, "item");
    put(item, "zoneName", zone);
    put(item, "zoneId", zone);
    put(item, "zoneState", "available");
    put(item, "regionName", region);
    put(item, "groupName", region);
    put(item, "networkBorderGroup", region);
    put(item, "zoneType", "availability-zone");
    put(item, "optInStatus", "opt-in-not-required");
    put(item, "messageSet");
}

}  // namespace

Result<void> describe_vpcs(Call& call) {
    auto& params = call.params;
    const auto ids = params.texts("VpcId");
    BOOST_OUTCOME_TRY(const auto filters,
                      Filters::read(params, {"vpc-id", "is-default", "isDefault", "cidr",
                                             "cidr-block", "cidr-block-association.cidr-block",
                                             "state", "owner-id", "tag:", "tag-key"}));
    BOOST_OUTCOME_TRY(const auto request, read_page(params, ec2_pages));
    BOOST_OUTCOME_TRYV(ready(call));
    auto found = call.use_cases.vpcs().items;
    BOOST_OUTCOME_TRYV(all_exist(ids, found, "InvalidVpcID.NotFound", "vpc"));
    std::erase_if(found, [&](const auto& vpc) {
        return !wanted(ids, vpc.id) || !filters.match(facts_of(vpc));
    });
    const auto page = cut(std::move(found), request, [](const auto& vpc) { return vpc.id; });
    auto set = put(call.out, "vpcSet");
    for (const auto& vpc : page.items) write_vpc(set, vpc);
    if (!page.next.empty()) put(call.out, "nextToken", page.next);
    return done();
}

Result<void> describe_subnets(Call& call) {
    auto& params = call.params;
    const auto ids = params.texts("SubnetId");
    BOOST_OUTCOME_TRY(
        const auto filters,
        Filters::read(params, {"subnet-id", "vpc-id", "cidr", "cidr-block", "cidrBlock",
                               "availability-zone", "availabilityZone", "default-for-az",
                               "defaultForAz", "state", "owner-id", "tag:", "tag-key"}));
    BOOST_OUTCOME_TRY(const auto request, read_page(params, ec2_pages));
    BOOST_OUTCOME_TRYV(ready(call));
    auto found = all_subnets(call);
    BOOST_OUTCOME_TRYV(all_exist(ids, found, "InvalidSubnetID.NotFound", "subnet"));
    std::erase_if(found, [&](const auto& subnet) {
        return !wanted(ids, subnet.id) || !filters.match(facts_of(subnet));
    });
    const auto page = cut(std::move(found), request, [](const auto& subnet) { return subnet.id; });
    const auto region = call.use_cases.info().region;
    auto set = put(call.out, "subnetSet");
    for (const auto& subnet : page.items) write_subnet(set, subnet, region);
    if (!page.next.empty()) put(call.out, "nextToken", page.next);
    return done();
}

Result<void> describe_availability_zones(Call& call) {
    auto& params = call.params;
    auto names = params.texts("ZoneName");
    for (auto& id : params.texts("ZoneId")) names.push_back(std::move(id));
    BOOST_OUTCOME_TRYV(params.boolean("AllAvailabilityZones"));  // all are opted in
    BOOST_OUTCOME_TRY(const auto filters,
                      Filters::read(params, {"zone-name", "zone-id", "state", "region-name",
                                             "zone-type", "opt-in-status", "group-name"}));
    BOOST_OUTCOME_TRYV(ready(call));
    const auto region = call.use_cases.info().region;
    std::map<std::string, Facts> zones;
    for (const auto& subnet : all_subnets(call)) {
        if (zones.contains(subnet.zone)) continue;
        auto& facts = zones[subnet.zone];
        facts.add("zone-name", subnet.zone);
        facts.add("zone-id", subnet.zone);
        facts.add("state", std::string("available"));
        facts.add("region-name", region);
        facts.add("group-name", region);
        facts.add("zone-type", std::string("availability-zone"));
        facts.add("opt-in-status", std::string("opt-in-not-required"));
    }
    for (const auto& name : names)
        if (!zones.contains(name))
            return invalid_value("ZoneName", "There is no availability zone '" + name + "'.");
    auto set = put(call.out, "availabilityZoneInfo");
    for (const auto& [zone, facts] : zones)
        if (wanted(names, zone) && filters.match(facts)) write_zone(set, zone, region);
    return done();
}

}  // namespace millpond::admin::aws
