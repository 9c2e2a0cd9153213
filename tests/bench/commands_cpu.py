# SPDX-License-Identifier: Apache-2.0
"""Server CPU time of many commands, millpond-engine beside redis-server in the same run: where server_cpu.py holds the usual
ones to their targets, this finds what is dearer than it should be. Pipeline 16, one core each, the load on the others.
Names of commands as arguments measure those alone."""
import shlex
import sys

from peers import Peer, Table, alternate

ROUNDS = 3
DEPTH = 16
BIG = 50000  # bytes of a command
SECONDS = 0.25  # of redis-server's CPU, for a round
REQUESTS_MAX = 300000
KEYS = 10000  # as many as are set

VALUE = "v" * 64
MEMBERS = [f"member:{i:012d}" for i in range(15000)]  # as the load draws them


def pairs(count, second):
    return [word for i in range(count) for word in (f"f:{i}", second)]


SETUP = [
    ["MSET", *[word for i in range(KEYS) for word in (f"key:{i:012d}", VALUE)]],
    ["MSET", "number", 1, "kilobytes", "x" * 10000, "hundreds", "x" * 100000],
    ["SET", "volatile", "v", "EX", 100000],
    ["RPUSH", "list", *range(10000)],
    ["RPUSH", "list:20", *range(20)],
    ["HSET", "hash", *pairs(10000, VALUE)],
    ["HSET", "hash:20", *pairs(20, VALUE)],
    ["SADD", "set", *MEMBERS[:10000]],
    ["SADD", "others", *MEMBERS[5000:]],
    ["SADD", "integers", *range(500)],
    ["SADD", "set:20", *range(20), "a"],
    ["SADD", "others:20", *range(10, 30), "a"],
    ["ZADD", "zset", *[word for i in range(10000) for word in (i, MEMBERS[i])]],
    ["ZADD", "zset:50", *[word for i in range(50) for word in (i, f"m:{i}")]],
    ["GEOADD", "places", *[word for i in range(5000) for word in (i % 360 - 179.5, i % 170 - 84.5, f"p{i}")]],
    ["PFADD", "sketch", *range(5000)],
    ["SETBIT", "bits", 1000000, 1],
    *[["XADD", "stream", f"{i + 1}-0", "f", "v", "g", "w"] for i in range(2000)],
    ["XGROUP", "CREATE", "stream", "group", 0],
]

# Every name once: what a line does to its keys leaves them as they are for the others, more or less.
COMMANDS = """
PING
GET number
MGET key:R key:R key:R key:R key:R key:R key:R key:R key:R key:R
GET kilobytes
GET hundreds
SET big:R KILOBYTES
SET one HUNDREDS
APPEND appended 0123456789
SETRANGE kilobytes 5000 abc
GETRANGE kilobytes 100 200
SET volatile:R VALUE EX 1000
EXPIRE key:R 10000
TTL volatile
EXISTS key:R
DEL volatile:R
TYPE key:R
GETEX volatile EX 1000
INCRBYFLOAT float 1.5
SETBIT bits 77777 1
GETBIT bits 77777
BITCOUNT bits
BITPOS bits 1
BITFIELD field INCRBY u8 #3 1
BITOP AND combined kilobytes kilobytes
RPUSH pushed a b c d e f g h i j
LINDEX list 100
LRANGE list:20 0 -1
LSET list:20 5 x
LPOS list:20 15
LMOVE list:20 list:20 LEFT RIGHT
LTRIM list:20 0 19
HGET hash f:500
HGET hash:20 f:15
HMGET hash:20 f:1 f:5 f:9 f:15
HGETALL hash:20
HKEYS hash:20
HINCRBY counters f:R 1
HDEL counters f:R
HSCAN hash 0 COUNT 100
HRANDFIELD hash 5
SISMEMBER set member:R
SMISMEMBER set a member:R
SRANDMEMBER others 10
SMEMBERS set:20
SMEMBERS integers
SINTER set:20 others:20
SINTERCARD 2 set others
SUNION set others
SDIFF set others
SUNIONSTORE united set:20 others:20
SADD small:R a b c
SREM others member:R
SSCAN set 0
ZINCRBY zset 1 member:R
ZSCORE zset member:R
ZRANK zset member:000000005000
ZRANGEBYSCORE zset 500 600
ZREVRANGE zset 0 9 WITHSCORES
ZCOUNT zset 100 9000
ZRANGE zset:50 0 -1 WITHSCORES
ZMSCORE zset:50 m:1 m:30
ZUNIONSTORE joined 2 zset:50 zset:50
ZREM zset member:R
XADD added * f v g w
XADD trimmed MAXLEN ~ 1000 * f v
XRANGE stream - + COUNT 10
XREVRANGE stream + - COUNT 10
XREAD COUNT 10 STREAMS stream 100
XREADGROUP GROUP group consumer COUNT 1 STREAMS stream >
XPENDING stream group - + 10
PFADD sketch R
PFCOUNT sketch
GEOADD located 13.36 38.1 m:R
GEODIST places p1 p2
GEOSEARCH places FROMLONLAT 15 37 BYRADIUS 500 km COUNT 10 ASC
SORT integers LIMIT 0 10
SCAN 0 COUNT 100
RANDOMKEY
DBSIZE
DUMP hash:20
COPY hash:20 copied REPLACE
RENAME number number
PUBLISH channel VALUE
CLIENT ID
INFO
"""
WORDS = {"VALUE": VALUE, "KILOBYTES": "x" * 10000, "HUNDREDS": "x" * 100000}

# What is known to be dearer, by its name or as it stands above, and why.
DEARER = {
    "INFO": (4.0, "counts what 1,024 shards and 16 databases have"),
    "RANDOMKEY": (2.2, "drawn from all keys alike, whichever of the 1,024 shards they are in"),
    "DUMP": (1.7, "a listpack has to be made for it"),
    "SINTER": (1.3, "small sets are searched from their beginning, where those of redis-server 7.0 have a table"),
    "SORT": (1.3, "elements are moved about whole while they are sorted"),
    "COPY": (1.3, "not looked into"),
    "DBSIZE": (1.4, "what each thread has counted is added up"),
}
TARGET = 1.1


def words_of(line):
    return [WORDS.get(word, word.replace("R", "__rand_int__") if word == "R" or word.endswith(":R") else word)
            for word in shlex.split(line, comments=False)]


def main():
    only = {name.upper() for name in sys.argv[1:]}
    table = Table("server CPU, us per operation")
    with Peer("redis") as redis, Peer("millpond") as engine:
        peers = {"redis": redis, "millpond": engine}
        for peer in peers.values():
            peer.pipe(SETUP)
        for line in COMMANDS.strip().splitlines():
            words = words_of(line)
            if only and words[0] not in only:
                continue
            # Sixteen big ones do not fit the sockets' buffers: the load would be measured, waiting.
            depth = DEPTH if sum(map(len, words)) < BIG else 1
            sample = max(redis.benchmark_us(depth, 2000, words, KEYS), 0.5)
            requests = int(min(max(SECONDS * 1e6 / sample, 500), REQUESTS_MAX))
            table.row(line, alternate(peers, ROUNDS, lambda peer: peer.benchmark_us(depth, requests, words, KEYS)),
                      DEARER.get(line, DEARER.get(words[0], (TARGET,)))[0])
    return table.status()


if __name__ == "__main__":
    sys.exit(main())
