# SPDX-License-Identifier: Apache-2.0
"""The real AWS CLI against the AWS face in memory: the words a user types."""

import tempfile
import unittest

from aws_rig import Cli, FakeEndpoint, aws_cli


@unittest.skipUnless(aws_cli(), "the AWS CLI is not installed")
class AwsCli(unittest.TestCase):
    def setUp(self):
        self.endpoint = FakeEndpoint()
        self.addCleanup(self.endpoint.close)
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        self.aws = Cli(self.endpoint, home.name)

    def test_the_story(self):
        aws = self.aws
        aws("elasticache", "create-replication-group", "--replication-group-id", "orders",
            "--replication-group-description", "shop", "--num-cache-clusters", "3",
            "--automatic-failover-enabled", "--tags", "Key=team,Value=shop")
        group_id = aws("ec2", "create-security-group", "--group-name", "redis-sg", "--description", "d")["GroupId"]
        rules = aws("ec2", "authorize-security-group-ingress", "--group-id", group_id,
                    "--protocol", "tcp", "--port", "6379", "--cidr", "0.0.0.0/0")
        self.assertEqual(rules["SecurityGroupRules"][0]["CidrIpv4"], "0.0.0.0/0")
        group = aws("elasticache", "modify-replication-group", "--replication-group-id", "orders",
                    "--security-group-ids", group_id)
        self.assertEqual(group["ReplicationGroup"]["ReplicationGroupId"], "orders")
        groups = aws("elasticache", "describe-replication-groups")["ReplicationGroups"]
        self.assertEqual(len(groups[0]["NodeGroups"][0]["NodeGroupMembers"]), 3)
        nodes = aws("elasticache", "describe-cache-clusters", "--show-cache-node-info")["CacheClusters"]
        self.assertEqual(nodes[0]["SecurityGroups"][0]["SecurityGroupId"], group_id)
        aws("elasticache", "test-failover", "--replication-group-id", "orders", "--node-group-id", "0001")
        refused = aws.run("ec2", "delete-security-group", "--group-id", group_id)
        self.assertIn("DependencyViolation", refused.stderr)
        aws("ec2", "revoke-security-group-ingress", "--group-id", group_id,
            "--protocol", "tcp", "--port", "6379", "--cidr", "0.0.0.0/0")
        aws("elasticache", "delete-replication-group", "--replication-group-id", "orders")
        aws("elasticache", "wait", "replication-group-deleted", "--replication-group-id", "orders")


if __name__ == "__main__":
    unittest.main()
