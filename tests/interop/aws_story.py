# SPDX-License-Identifier: Apache-2.0
"""The story that must always work, told with the AWS CLI and boto3 alone against a real millpond-admin: create
a cluster, open a port, connect, fail over, modify, reboot, delete. Waiters included."""

import configparser
import os
import time
import unittest

from aws_rig import REGION, aws_cli
from harness import Millpond, Redis, wait_for

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

FAST = {"Delay": 1, "MaxAttempts": 60}


def answers(address, source=None):
    try:
        with Redis(address, source=source, timeout=5) as client:
            return client("PING") == "PONG"
    except OSError:
        return False


class Story(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pond = Millpond()
        cls.addClassCleanup(cls.pond.stop)
        cls.pond.start()
        credentials = configparser.ConfigParser()
        credentials.read(os.path.join(cls.pond.state, "credentials"))
        cls.profile = credentials["default"]
        cls.cache = cls.client("elasticache")
        cls.ec2 = cls.client("ec2")

    @classmethod
    def client(cls, service):
        made = boto3.client(
            service,
            endpoint_url=cls.pond.endpoint_url,
            region_name=REGION,
            aws_access_key_id=cls.profile["aws_access_key_id"],
            aws_secret_access_key=cls.profile["aws_secret_access_key"],
            config=Config(retries={"max_attempts": 1}),
        )
        cls.addClassCleanup(made.close)
        return made

    def wait_available(self):
        self.cache.get_waiter("replication_group_available").wait(ReplicationGroupId="orders", WaiterConfig=FAST)
        return self.group()

    def group(self):
        return self.cache.describe_replication_groups(ReplicationGroupId="orders")["ReplicationGroups"][0]

    def primary(self):
        members = self.group()["NodeGroups"][0]["NodeGroupMembers"]
        return next((member["CacheClusterId"] for member in members if member["CurrentRole"] == "primary"), None)

    def test_the_story(self):
        if aws_cli():  # the CLI's own flags, parsing and credentials file, once
            self.pond.aws("elasticache", "create-replication-group", "--replication-group-id", "orders",
                          "--replication-group-description", "the shop", "--num-cache-clusters", "3",
                          "--automatic-failover-enabled", "--multi-az-enabled", "--tags", "Key=team,Value=shop")
        else:
            self.cache.create_replication_group(
                ReplicationGroupId="orders", ReplicationGroupDescription="the shop", NumCacheClusters=3,
                AutomaticFailoverEnabled=True, MultiAZEnabled=True, Tags=[{"Key": "team", "Value": "shop"}])
        begun = time.monotonic()
        group = self.wait_available()
        print(f"available after {time.monotonic() - begun:.2f} s")
        self.assertEqual(group["MemberClusters"], ["orders-001", "orders-002", "orders-003"])
        self.assertEqual(group["MultiAZ"], "enabled")
        endpoint = group["NodeGroups"][0]["PrimaryEndpoint"]["Address"]

        self.assertFalse(answers(endpoint), "the default group lets nobody in")
        self.open_the_port()
        wait_for("the open port answers", lambda: answers(endpoint))
        with Redis(endpoint) as client:
            self.assertEqual(client("SET", "greeting", "hello"), "OK")

        self.fail_over(endpoint)
        self.modify()
        self.close_the_port(endpoint)
        self.assert_events()
        self.delete()

    def open_the_port(self):
        vpc = self.ec2.describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        self.group_id = self.ec2.create_security_group(GroupName="redis-sg", Description="clients", VpcId=vpc)["GroupId"]
        self.permission = {"IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        self.ec2.authorize_security_group_ingress(GroupId=self.group_id, IpPermissions=[self.permission])
        with self.assertRaises(ClientError) as caught:
            self.ec2.authorize_security_group_ingress(GroupId=self.group_id, IpPermissions=[self.permission])
        self.assertEqual(caught.exception.response["Error"]["Code"], "InvalidPermission.Duplicate")
        self.cache.modify_replication_group(ReplicationGroupId="orders", SecurityGroupIds=[self.group_id])
        self.wait_available()
        node = self.cache.describe_cache_clusters(CacheClusterId="orders-001", ShowCacheNodeInfo=True)["CacheClusters"][0]
        self.assertEqual([group["SecurityGroupId"] for group in node["SecurityGroups"]], [self.group_id])
        self.assertEqual(len(node["CacheNodes"]), 1)
        with self.assertRaises(ClientError) as caught:
            self.ec2.delete_security_group(GroupId=self.group_id)
        self.assertEqual(caught.exception.response["Error"]["Code"], "DependencyViolation")

    def fail_over(self, endpoint):
        before = self.primary()
        self.cache.test_failover(ReplicationGroupId="orders", NodeGroupId="0001")
        wait_for("another node is the primary", lambda: self.primary() not in (None, before))
        self.wait_available()
        with Redis(endpoint) as client:
            self.assertEqual(client("GET", "greeting"), b"hello")
            self.assertEqual(client("SET", "greeting", "again"), "OK")

    def modify(self):
        cache = self.cache
        cache.modify_replication_group(
            ReplicationGroupId="orders", ReplicationGroupDescription="fewer", CacheNodeType="cache.t4g.small", ApplyImmediately=True)
        group = self.wait_available()
        self.assertEqual((group["Description"], group["CacheNodeType"]), ("fewer", "cache.t4g.small"))
        going = next(member for member in group["MemberClusters"] if member != self.primary())
        cache.decrease_replica_count(ReplicationGroupId="orders", ReplicasToRemove=[going], ApplyImmediately=True)
        self.assertEqual(self.wait_available()["MemberClusters"],
                         [member for member in group["MemberClusters"] if member != going])
        cache.increase_replica_count(ReplicationGroupId="orders", NewReplicaCount=2, ApplyImmediately=True)
        members = self.wait_available()["MemberClusters"]
        self.assertEqual(len(members), 3)
        replica = next(member for member in members if member != self.primary())
        cache.reboot_cache_cluster(CacheClusterId=replica, CacheNodeIdsToReboot=["0001"])
        cache.get_waiter("cache_cluster_available").wait(CacheClusterId=replica, WaiterConfig=FAST)
        arn = self.wait_available()["ARN"]
        cache.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "stage", "Value": "test"}])
        cache.remove_tags_from_resource(ResourceName=arn, TagKeys=["team"])
        self.assertEqual(cache.list_tags_for_resource(ResourceName=arn)["TagList"], [{"Key": "stage", "Value": "test"}])

    def close_the_port(self, endpoint):
        with Redis(endpoint, timeout=10) as open_before:
            self.assertEqual(open_before("PING"), "PONG")
            self.ec2.revoke_security_group_ingress(GroupId=self.group_id, IpPermissions=[self.permission])
            wait_for("the port is closed", lambda: not answers(endpoint))
            with self.assertRaises(OSError):  # and what the rule had let in is closed
                for _ in range(100):
                    open_before("PING")
                    time.sleep(0.1)

    def assert_events(self):
        pages = self.cache.get_paginator("describe_events").paginate(Duration=60)
        messages = [event["Message"] for page in pages for event in page["Events"]]
        self.assertIn("Test Failover API called for node group 0001", messages)
        self.assertTrue(any(message.startswith("Failover from primary node") for message in messages), messages)

    def delete(self):
        self.cache.delete_replication_group(ReplicationGroupId="orders")
        self.cache.get_waiter("replication_group_deleted").wait(ReplicationGroupId="orders", WaiterConfig=FAST)
        self.ec2.delete_security_group(GroupId=self.group_id)
        self.assertEqual(self.cache.describe_cache_clusters()["CacheClusters"], [])


if __name__ == "__main__":
    unittest.main()
