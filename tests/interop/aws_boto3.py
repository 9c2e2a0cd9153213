# SPDX-License-Identifier: Apache-2.0
"""boto3 against the AWS face in memory: every action's answer is read back by botocore's own model."""

import datetime
import unittest

from botocore.exceptions import ClientError, WaiterError

from aws_rig import FakeEndpoint, client

FAST = {"Delay": 1, "MaxAttempts": 20}


class AwsFace(unittest.TestCase):
    busy_ms = 0

    def setUp(self):
        self.endpoint = FakeEndpoint(self.busy_ms)
        self.addCleanup(self.endpoint.close)
        self.cache = self.client("elasticache")
        self.ec2 = self.client("ec2")

    def client(self, service, **credentials):
        made = client(self.endpoint, service, **credentials)
        self.addCleanup(made.close)
        return made

    def assert_code(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response

    def create(self, name="orders", **arguments):
        return self.cache.create_replication_group(
            ReplicationGroupId=name, ReplicationGroupDescription="shop", **arguments
        )["ReplicationGroup"]


class ElastiCache(AwsFace):
    def test_a_replication_group_is_read_back_whole(self):
        created = self.create(
            NumCacheClusters=3,
            AutomaticFailoverEnabled=True,
            MultiAZEnabled=True,
            Engine="redis",
            EngineVersion="7.0",
            CacheNodeType="cache.t4g.small",
            Port=6379,
            SecurityGroupIds=["sg-00000000000000001"],
            Tags=[{"Key": "team", "Value": "shop & co <x>"}],
        )
        self.assertEqual(created["MemberClusters"], ["orders-001", "orders-002", "orders-003"])
        group = self.cache.describe_replication_groups(ReplicationGroupId="orders")["ReplicationGroups"][0]
        self.assertEqual(group["Status"], "available")
        self.assertEqual(group["AutomaticFailover"], "enabled")
        self.assertEqual(group["MultiAZ"], "enabled")
        self.assertIs(group["ClusterEnabled"], False)
        self.assertIsInstance(group["ReplicationGroupCreateTime"], datetime.datetime)
        node_group = group["NodeGroups"][0]
        self.assertEqual(node_group["PrimaryEndpoint"], {"Address": "127.10.1.100", "Port": 6379})
        self.assertEqual(node_group["ReaderEndpoint"]["Address"], "127.10.1.101")
        roles = [member["CurrentRole"] for member in node_group["NodeGroupMembers"]]
        self.assertEqual(roles, ["primary", "replica", "replica"])
        tags = self.cache.list_tags_for_resource(ResourceName=group["ARN"])["TagList"]
        self.assertEqual(tags, [{"Key": "team", "Value": "shop & co <x>"}])

    def test_cache_clusters_show_their_node(self):
        self.create(NumCacheClusters=2)
        cluster = self.cache.describe_cache_clusters(CacheClusterId="orders-002", ShowCacheNodeInfo=True)["CacheClusters"][0]
        self.assertEqual(cluster["ReplicationGroupId"], "orders")
        self.assertEqual(cluster["CacheNodes"][0]["CacheNodeId"], "0001")
        self.assertEqual(cluster["CacheNodes"][0]["Endpoint"]["Port"], 6379)
        self.assertEqual(cluster["SecurityGroups"], [{"SecurityGroupId": "sg-00000000000000001", "Status": "active"}])
        self.assertEqual(cluster["CacheParameterGroup"]["CacheParameterGroupName"], "default.redis7")
        without = self.cache.describe_cache_clusters(CacheClusterId="orders-002")["CacheClusters"][0]
        self.assertNotIn("CacheNodes", without)
        strangers = self.cache.describe_cache_clusters(ShowCacheClustersNotInReplicationGroups=True)
        self.assertEqual(strangers["CacheClusters"], [])

    def test_modify_failover_reboot_and_replicas(self):
        self.create(NumCacheClusters=2, AutomaticFailoverEnabled=True)
        group = self.cache.modify_replication_group(
            ReplicationGroupId="orders", ReplicationGroupDescription="new", ApplyImmediately=True
        )["ReplicationGroup"]
        self.assertEqual(group["Description"], "new")
        group = self.cache.test_failover(ReplicationGroupId="orders", NodeGroupId="0001")["ReplicationGroup"]
        self.assertEqual(group["NodeGroups"][0]["NodeGroupMembers"][1]["CurrentRole"], "primary")
        group = self.cache.modify_replication_group(ReplicationGroupId="orders", PrimaryClusterId="orders-001")
        self.assertEqual(group["ReplicationGroup"]["NodeGroups"][0]["NodeGroupMembers"][0]["CurrentRole"], "primary")
        group = self.cache.increase_replica_count(ReplicationGroupId="orders", NewReplicaCount=3, ApplyImmediately=True)
        self.assertEqual(len(group["ReplicationGroup"]["MemberClusters"]), 4)
        group = self.cache.decrease_replica_count(
            ReplicationGroupId="orders",
            ReplicaConfiguration=[{"NodeGroupId": "0001", "NewReplicaCount": 1}],
            ApplyImmediately=True,
        )
        self.assertEqual(len(group["ReplicationGroup"]["MemberClusters"]), 2)
        rebooted = self.cache.reboot_cache_cluster(CacheClusterId="orders-002", CacheNodeIdsToReboot=["0001"])
        self.assertEqual(rebooted["CacheCluster"]["CacheClusterStatus"], "rebooting cluster nodes")

    def test_tags(self):
        arn = self.create(Tags=[{"Key": "a", "Value": "1"}])["ARN"]
        self.cache.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "b", "Value": ""}])
        left = self.cache.remove_tags_from_resource(ResourceName=arn, TagKeys=["a"])["TagList"]
        self.assertEqual(left, [{"Key": "b", "Value": ""}])
        node = arn.replace("replicationgroup:orders", "cluster:orders-001")
        self.assertEqual(self.cache.list_tags_for_resource(ResourceName=node)["TagList"], left)
        self.assert_code("TagNotFound", self.cache.remove_tags_from_resource, ResourceName=arn, TagKeys=["zz"])

    def test_pages_are_walked_by_boto3s_paginator(self):
        for number in range(45):
            self.create(f"c{number:02}")
        pages = list(self.cache.get_paginator("describe_replication_groups").paginate(PaginationConfig={"PageSize": 20}))
        names = [group["ReplicationGroupId"] for page in pages for group in page["ReplicationGroups"]]
        self.assertEqual(len(pages), 3)
        self.assertEqual(names, [f"c{number:02}" for number in range(45)])

    def test_events_engine_versions_and_subnet_groups(self):
        events = self.cache.describe_events()["Events"]
        self.assertEqual(len(events), 25)  # those of the daemon are not AWS's
        self.assertEqual(events[0]["Message"], "Event number 1")
        self.assertIsInstance(events[0]["Date"], datetime.datetime)
        self.assertEqual(self.cache.describe_events(SourceType="cache-cluster")["Events"], [])
        versions = self.cache.describe_cache_engine_versions(Engine="redis", DefaultOnly=True)["CacheEngineVersions"]
        self.assertEqual([version["EngineVersion"] for version in versions], ["7.0"])
        self.assertEqual(self.cache.describe_cache_engine_versions(Engine="memcached")["CacheEngineVersions"], [])
        group = self.cache.describe_cache_subnet_groups()["CacheSubnetGroups"][0]
        self.assertEqual(len(group["Subnets"]), 3)
        self.assert_code("CacheSubnetGroupNotFoundFault", self.cache.describe_cache_subnet_groups, CacheSubnetGroupName="x")

    def test_errors_are_those_of_the_model(self):
        cache = self.cache
        self.create(NumCacheClusters=2)
        with self.assertRaises(cache.exceptions.ReplicationGroupNotFoundFault):
            cache.describe_replication_groups(ReplicationGroupId="none")
        with self.assertRaises(cache.exceptions.CacheClusterNotFoundFault):
            cache.describe_cache_clusters(CacheClusterId="none")
        with self.assertRaises(cache.exceptions.ReplicationGroupAlreadyExistsFault):
            self.create()
        with self.assertRaises(cache.exceptions.NodeGroupNotFoundFault):
            cache.test_failover(ReplicationGroupId="orders", NodeGroupId="0009")
        with self.assertRaises(cache.exceptions.NoOperationFault):
            cache.increase_replica_count(ReplicationGroupId="orders", NewReplicaCount=1, ApplyImmediately=True)
        with self.assertRaises(cache.exceptions.InvalidParameterValueException):
            self.create("other", TransitEncryptionEnabled=True)
        with self.assertRaises(cache.exceptions.InvalidParameterCombinationException):
            self.create("other", NumCacheClusters=2, ReplicasPerNodeGroup=1)
        self.assert_code("InvalidAction", cache.describe_snapshots)


class Waiters(AwsFace):
    busy_ms = 1500

    def test_waiters_see_clusters_come_and_go(self):
        self.create(NumCacheClusters=2)
        self.assertEqual(self.status(), "creating")
        self.cache.get_waiter("replication_group_available").wait(ReplicationGroupId="orders", WaiterConfig=FAST)
        self.cache.get_waiter("cache_cluster_available").wait(CacheClusterId="orders-001", WaiterConfig=FAST)
        self.assertEqual(self.status(), "available")
        deleted = self.cache.delete_replication_group(ReplicationGroupId="orders")["ReplicationGroup"]
        self.assertEqual(deleted["Status"], "deleting")
        with self.assertRaises(WaiterError):
            self.cache.get_waiter("cache_cluster_available").wait(CacheClusterId="orders-001", WaiterConfig=FAST)
        self.cache.get_waiter("replication_group_deleted").wait(ReplicationGroupId="orders", WaiterConfig=FAST)
        self.cache.get_waiter("cache_cluster_deleted").wait(CacheClusterId="orders-001", WaiterConfig=FAST)

    def status(self):
        return self.cache.describe_replication_groups(ReplicationGroupId="orders")["ReplicationGroups"][0]["Status"]


class Ec2(AwsFace):
    def test_the_network_is_described(self):
        vpc = self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]
        self.assertEqual(vpc["CidrBlock"], "127.0.0.0/8")
        self.assertIs(vpc["IsDefault"], True)
        subnets = self.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"]
        self.assertEqual([subnet["AvailabilityZone"] for subnet in subnets], ["local-1a", "local-1b", "local-1c"])
        self.assertEqual(subnets[0]["AvailableIpAddressCount"], 200)
        zones = self.ec2.describe_availability_zones(ZoneNames=["local-1b"])["AvailabilityZones"]
        self.assertEqual([zone["State"] for zone in zones], ["available"])
        self.assert_code("InvalidVpcID.NotFound", self.ec2.describe_vpcs, VpcIds=["vpc-9"])

    def test_rules_come_and_go(self):
        ec2 = self.ec2
        group = ec2.create_security_group(
            GroupName="redis-sg",
            Description="d",
            TagSpecifications=[{"ResourceType": "security-group", "Tags": [{"Key": "k", "Value": "v"}]}],
        )
        group_id = group["GroupId"]
        self.assertEqual(group["Tags"], [{"Key": "k", "Value": "v"}])
        permission = {
            "IpProtocol": "tcp",
            "FromPort": 6379,
            "ToPort": 6379,
            "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "everybody"}],
            "UserIdGroupPairs": [{"GroupId": "sg-00000000000000001"}],
        }
        rules = ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[permission])["SecurityGroupRules"]
        self.assertEqual([rule.get("CidrIpv4") for rule in rules], ["0.0.0.0/0", None])
        self.assertEqual(rules[1]["ReferencedGroupInfo"]["GroupId"], "sg-00000000000000001")
        self.assert_code(
            "InvalidPermission.Duplicate", ec2.authorize_security_group_ingress, GroupId=group_id, IpPermissions=[permission]
        )
        shown = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["redis-*"]}])["SecurityGroups"][0]
        self.assertEqual(len(shown["IpPermissions"]), 1)
        self.assertEqual(shown["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"], "sg-00000000000000001")
        self.assertEqual(shown["IpPermissionsEgress"][0]["IpProtocol"], "-1")
        # What was described can be sent back to be revoked, as Terraform does it.
        ec2.revoke_security_group_ingress(GroupId=group_id, IpPermissions=shown["IpPermissions"])
        self.assert_code(
            "InvalidPermission.NotFound", ec2.revoke_security_group_ingress, GroupId=group_id, IpPermissions=[permission]
        )
        flat = ec2.authorize_security_group_ingress(
            GroupId=group_id, IpProtocol="tcp", FromPort=6379, ToPort=6380, CidrIp="127.0.0.0/16"
        )
        rule_id = flat["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        inbound = [
            rule
            for rule in ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group_id]}])["SecurityGroupRules"]
            if not rule["IsEgress"]
        ]
        self.assertEqual([rule["SecurityGroupRuleId"] for rule in inbound], [rule_id])
        ec2.revoke_security_group_ingress(GroupId=group_id, SecurityGroupRuleIds=[rule_id])
        ec2.delete_security_group(GroupId=group_id)
        self.assert_code("InvalidGroup.NotFound", ec2.describe_security_groups, GroupIds=[group_id])
        self.assert_code("InvalidGroup.NotFound", ec2.delete_security_group, GroupId=group_id)
        self.assert_code("DryRunOperation", ec2.describe_vpcs, DryRun=True)


class Signatures(AwsFace):
    def test_who_am_i(self):
        identity = self.client("sts").get_caller_identity()
        self.assertEqual(identity["Account"], "000000000000")

    def test_foreign_and_wrong_keys_are_told_apart(self):
        foreign = self.client("elasticache", key_id="AKIAIOSFODNN7EXAMPLE")
        answer = self.assert_code("InvalidClientTokenId", foreign.describe_replication_groups)
        self.assertIn("--profile", answer["Error"]["Message"])
        wrong = self.client("ec2", secret="wrong")
        answer = self.assert_code("SignatureDoesNotMatch", wrong.describe_vpcs)
        self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], 403)


if __name__ == "__main__":
    unittest.main()
