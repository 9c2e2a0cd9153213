# SPDX-License-Identifier: Apache-2.0
"""What the grammar-driven run leaves out, or draws seldom, and why. Everything that is in neither list is drawn from the
command table of millpond-engine as it is, so a new command is compared from the moment it is there."""
import itertools

# Names, or the beginnings of names up to "|".
LEFT_OUT = {
    "shutdown": "ends the server",
    "failover": "changes the role; tests of replication",
    "replicaof": "changes the role; tests of replication",
    "slaveof": "changes the role; tests of replication",
    "sync": "turns the connection into a replica's; tests of replication",
    "psync": "turns the connection into a replica's; tests of replication",
    "replconf": "turns the connection into a replica's; tests of replication",
    "monitor": "turns the connection into a stream",
    "subscribe": "several replies, and a connection in another mode; tests of pub/sub",
    "psubscribe": "several replies, and a connection in another mode; tests of pub/sub",
    "ssubscribe": "several replies, and a connection in another mode; tests of pub/sub",
    "unsubscribe": "several replies; tests of pub/sub",
    "punsubscribe": "several replies; tests of pub/sub",
    "sunsubscribe": "several replies; tests of pub/sub",
    "quit": "ends the connection",
    "reset": "ends transactions and the protocol of the run",
    "hello": "changes the protocol of the run; names the server",
    "auth": "changes the user of the run; tests of access control",
    "acl": "rules are drawn by the tests of access control",
    "multi": "the run makes its transactions itself",
    "exec": "the run makes its transactions itself",
    "discard": "the run makes its transactions itself",
    "client|reply": "replies would be missing",
    "client|pause": "stops the run",
    "client|kill": "ends connections",
    "client|unblock": "counts each server's own clients",
    "client|tracking": "pushes between replies; tests of tracking",
    "client|caching": "only with tracking; tests of tracking",
    "config|set": "changes what the run relies on; the corpus of configuration",
    "config|rewrite": "there is no file",
    "debug": "may crash or stop the server on purpose; the corpus of DEBUG",
    "pfselftest": "takes seconds; has no effect",
    "pfdebug": "shows a representation",
    "save": "writes files; tests of persistence",
    "bgsave": "writes files; tests of persistence",
    "bgrewriteaof": "writes files; tests of persistence",
    "migrate": "connects to another server; tests of its own",
    "module": "there are no modules here",
    "cluster": "cluster support is disabled in both; the corpus of cluster",
    "restore-asking": "a command between nodes of a cluster",
    "wait": "waits; tests of replication",
    "waitaof": "waits; not in 7.0",
    "spop": "draws at random and removes; the hand-written generator takes all or none",
    "function|restore": "needs a dump of this server; tests of functions",
    "script|debug": "turns the connection into a debugger's",
    "script|kill": "races with the script",
    "function|kill": "races with the function",
    "latency|doctor": "prose",
    "memory|doctor": "prose",
    "lolwut": "a picture",
}

# Drawn seldom: they undo or fill a lot, or their replies are long.
SELDOM = {
    "flushall": 0.01, "flushdb": 0.03, "swapdb": 0.05, "select": 0.15, "keys": 0.2, "move": 0.3, "del": 0.4, "unlink": 0.4,
    "command": 0.002, "command|info": 0.02, "command|docs": 0.005, "command|list": 0.02, "info": 0.02, "rename": 0.4,
    "scan": 0.2, "zremrangebyrank": 0.3, "zremrangebyscore": 0.3, "function|flush": 0.1, "script|flush": 0.1,
    "xgroup|destroy": 0.2, "copy": 0.5, "sort": 0.4,
}
STREAM_IDS = itertools.count(1)
SERVER_SHARE = 0.12
SERVER_GROUPS = {"server", "connection", "cluster", "transactions", "pubsub"}


def settled(words):
    """A command without what could not be compared later: SORT BY with STORE would keep elements of equal weight, which
    come in no promised order; CONFIG GET * tells directives that only one server has; XADD * takes its id from the clock."""
    upper = [word.upper() for word in words]
    if upper[0] == b"SORT" and b"BY" in upper and b"STORE" in upper:
        at = upper.index(b"STORE")
        return words[:at] + words[at + 2 :]
    if upper[0] == b"XADD":
        return words[:2] + [b"%d-0" % next(STREAM_IDS) if word == b"*" else word for word in words[2:]]
    if upper[:2] == [b"CONFIG", b"GET"]:
        return [word for word in words if b"*" not in word]
    return words


def left_out(name):
    return LEFT_OUT.get(name) or LEFT_OUT.get(name.split("|")[0])


def weigher(forms, known):
    """How often each is drawn; `known`: the names that the other server has."""
    def weight(name):
        if left_out(name) or name not in known:
            return 0
        share = SELDOM.get(name, 1)
        return share * SERVER_SHARE if forms[name].group in SERVER_GROUPS else share
    return weight
