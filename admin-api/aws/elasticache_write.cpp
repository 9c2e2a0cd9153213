// SPDX-License-Identifier: Apache-2.0
//
// ReplicationGroup, CacheCluster and TagList as botocore's model of 2015-02-02 names their members.
#include <algorithm>
#include <set>

#include "admin-api/aws/elasticache.h"

namespace millpond::admin::aws {
namespace {

void write_endpoint(Xml parent, const char* name, const std::string& address, int port) {
    if (address.empty()) return;
    auto endpoint = put(parent, name);
    put(endpoint, "Address", address);
    put(endpoint, "Port", port);
}

/// With a primary endpoint, every node's own address answers under AWS's role words.
std::string role_word(const schema::Node& node) {
    return node.role == "primary" ? "primary" : "replica";
}

void write_member(Xml parent, const schema::Node& node) {
    auto member = put(parent, "NodeGroupMember");
    put(member, "CacheClusterId", node.id);
    put(member, "CacheNodeId", cache_node_id);
    write_endpoint(member, "ReadEndpoint", node.address, node.port);
    put(member, "PreferredAvailabilityZone", node.zone);
    put(member, "CurrentRole", role_word(node));
}

std::string node_group_status(const schema::Cluster& cluster) {
    return cluster.status == "create-failed" ? "deleting" : cluster.status;
}

void write_node_group(Xml parent, const schema::Cluster& cluster) {
    auto group = put(put(parent, "NodeGroups"), "NodeGroup");
    put(group, "NodeGroupId", node_group_id);
    put(group, "Status", node_group_status(cluster));
    write_endpoint(group, "PrimaryEndpoint", cluster.primary_endpoint.address,
                   cluster.primary_endpoint.port);
    write_endpoint(group, "ReaderEndpoint", cluster.reader_endpoint.address,
                   cluster.reader_endpoint.port);
    auto members = put(group, "NodeGroupMembers");
    for (const auto& node : cluster.nodes) write_member(members, node);
}

void write_pending(Xml parent, const schema::Cluster& cluster) {
    auto pending = put(parent, "PendingModifiedValues");
    if (cluster.pending && cluster.pending->automatic_failover)
        put(pending, "AutomaticFailoverStatus",
            *cluster.pending->automatic_failover ? "enabled" : "disabled");
}

/// AWS calls it Multi-AZ when failover is automatic and the nodes are spread over zones.
const char* multi_az(const schema::Cluster& cluster) {
    std::set<std::string> zones;
    for (const auto& node : cluster.nodes) zones.insert(node.zone);
    const bool failover =
        cluster.automatic_failover == "enabled" || cluster.automatic_failover == "enabling";
    return failover && zones.size() > 1 ? "enabled" : "disabled";
}

/// A node's own words in AWS's: there is none for a node that is lost and on its way back.
std::string cache_cluster_status(const schema::Cluster& cluster, const schema::Node& node) {
    if (cluster.status == "deleting") return "deleting";
    if (node.status == "rebooting") return "rebooting cluster nodes";
    if (node.status == "recovering") return "modifying";
    if (node.status == "failed") return "restore-failed";
    return node.status;
}

std::string node_arn(const schema::Cluster& cluster, const schema::Node& node) {
    const auto kind = cluster.arn.find(":replicationgroup:");
    return cluster.arn.substr(0, kind) + ":cluster:" + node.id;
}

void write_cache_node(Xml parent, const schema::Node& node, const std::string& status) {
    auto cache_node = put(put(parent, "CacheNodes"), "CacheNode");
    put(cache_node, "CacheNodeId", cache_node_id);
    put(cache_node, "CacheNodeStatus", status);
    put(cache_node, "CacheNodeCreateTime", node.created_at);
    write_endpoint(cache_node, "Endpoint", node.address, node.port);
    put(cache_node, "ParameterGroupStatus", "in-sync");
    put(cache_node, "CustomerAvailabilityZone", node.zone);
}

void write_security_groups(Xml parent, const schema::Cluster& cluster) {
    auto groups = put(parent, "SecurityGroups");
    for (const auto& id : cluster.security_groups) {
        auto member = put(groups, "member");
        put(member, "SecurityGroupId", id);
        put(member, "Status", "active");
    }
}

void write_plain_security(Xml parent) {
    put(parent, "AuthTokenEnabled", false);
    put(parent, "TransitEncryptionEnabled", false);
    put(parent, "AtRestEncryptionEnabled", false);
}

void write_network(Xml parent) {
    put(parent, "AutoMinorVersionUpgrade", false);
    put(parent, "NetworkType", "ipv4");
    put(parent, "IpDiscovery", "ipv4");
}

}  // namespace

void write_replication_group(Xml parent, const schema::Cluster& cluster) {
    auto group = put(parent, "ReplicationGroup");
    put(group, "ReplicationGroupId", cluster.id);
    put(group, "Description", cluster.description);
    put(group, "Status", cluster.status);
    write_pending(group, cluster);
    auto members = put(group, "MemberClusters");
    for (const auto& node : cluster.nodes) put(members, "ClusterId", node.id);
    write_node_group(group, cluster);
    put(group, "AutomaticFailover", cluster.automatic_failover);
    put(group, "MultiAZ", multi_az(cluster));
    put(group, "SnapshotRetentionLimit", 0);
    put(group, "ClusterEnabled", cluster.cluster_mode);
    put(group, "CacheNodeType", cluster.node_type);
    write_plain_security(group);
    put(group, "ARN", cluster.arn);
    put(group, "ReplicationGroupCreateTime", cluster.created_at);
    put(group, "DataTiering", "disabled");
    write_network(group);
    put(group, "ClusterMode", cluster.cluster_mode ? "enabled" : "disabled");
    put(group, "Engine", cluster.engine);
}

void write_cache_cluster(Xml parent, const schema::Cluster& cluster, const schema::Node& node,
                         bool show_nodes) {
    const auto status = cache_cluster_status(cluster, node);
    auto out = put(parent, "CacheCluster");
    put(out, "CacheClusterId", node.id);
    put(out, "CacheNodeType", cluster.node_type);
    put(out, "Engine", cluster.engine);
    put(out, "EngineVersion", cluster.engine_version);
    put(out, "CacheClusterStatus", status);
    put(out, "NumCacheNodes", 1);
    put(out, "PreferredAvailabilityZone", node.zone);
    put(out, "CacheClusterCreateTime", node.created_at);
    auto pending = put(out, "PendingModifiedValues");
    if (cluster.pending && cluster.pending->node_type)
        put(pending, "CacheNodeType", *cluster.pending->node_type);
    put(out, "CacheSecurityGroups");
    auto parameters = put(out, "CacheParameterGroup");
    put(parameters, "CacheParameterGroupName", default_parameter_group);
    put(parameters, "ParameterApplyStatus", "in-sync");
    put(parameters, "CacheNodeIdsToReboot");
    put(out, "CacheSubnetGroupName", cluster.subnet_group);
    if (show_nodes) write_cache_node(out, node, status);
    write_security_groups(out, cluster);
    put(out, "ReplicationGroupId", cluster.id);
    put(out, "SnapshotRetentionLimit", 0);
    write_plain_security(out);
    put(out, "ARN", node_arn(cluster, node));
    put(out, "ReplicationGroupLogDeliveryEnabled", false);
    write_network(out);
}

void write_tag_list(Xml parent, const std::vector<schema::Tag>& tags) {
    auto list = put(parent, "TagList");
    for (const auto& tag : tags) {
        auto item = put(list, "Tag");
        put(item, "Key", tag.key);
        put(item, "Value", tag.value);
    }
}

}  // namespace millpond::admin::aws
