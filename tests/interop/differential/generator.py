# SPDX-License-Identifier: Apache-2.0
"""Random commands over a small key space, so that they meet each other: every one is likely enough to find a key of
its type, and now and then one of another type, an absent one, a bad number or an odd option."""

from generator_blocking import BlockingCommands
from generator_streams import StreamMakers
from generator_bits import BitCommands
from generator_geo import GeoCommands

FAR = 100000  # seconds: so that nothing expires while a run lasts


class Generator(BlockingCommands, StreamMakers, BitCommands, GeoCommands):
    def __init__(self, random):
        self.random = random
        self.makers = {
            name[len("make_"):]: getattr(self, name) for name in sorted(dir(self)) if name.startswith("make_")
        }

    # -- Arguments ------------------------------------------------------------------------------------------

    def chance(self, share):
        return self.random.random() < share

    def pick(self, *choices):
        return self.random.choice(choices)

    def key(self, kind):
        """A key that mostly holds this kind: s, l, S, h, z or t (a stream)."""
        if self.chance(0.04):
            kind = self.pick(*self.KINDS)
        if self.chance(0.02):
            return self.pick(b"", b"k\x00\xff\r\n", b"absent")
        return f"{kind}{self.random.randrange(6)}"

    def word(self):
        draw = self.random.random()
        if draw < 0.5:
            return f"m{self.random.randrange(40)}"
        if draw < 0.8:
            return str(self.random.randrange(-30, 60))
        if draw < 0.88:
            return str(self.random.randrange(-(2**63), 2**63))
        if draw < 0.92:
            return self.pick(b"", b"0", b"-0", b"007", b"+1", b" 1", b"3.0", b"\x00\x01", b"a b", "9223372036854775808")
        if draw < 0.98:
            return "w" * self.random.randrange(100)
        return bytes(self.random.randrange(256) for _ in range(self.random.randrange(1, 700)))

    def words(self, most=4):
        return [self.word() for _ in range(self.random.randrange(1, most + 1))]

    def integer(self):
        if self.chance(0.05):
            return self.pick("abc", "", "1.5", "9223372036854775807", "-9223372036854775808", "9223372036854775808", " 1",
                             "01", "-0", "+3")
        return str(self.random.randrange(-12, 25))

    def count(self):
        if self.chance(0.08):
            return self.pick("0", "-1", "x", "-9223372036854775808", "9223372036854775807")
        return str(self.random.randrange(0, 12))

    def score(self):
        draw = self.random.random()
        if draw < 0.06:
            return self.pick("inf", "-inf", "+inf", "nan", "abc", "1e400", "-0", "0x10", "1e-300", "")
        if draw < 0.4:
            return repr(self.random.uniform(-1000, 1000))
        if draw < 0.5:
            return repr(self.random.uniform(-1, 1) * 10 ** self.random.randrange(-20, 25))
        return str(self.random.randrange(-20, 20))

    def bound(self):
        return self.pick("", "", "(") + self.pick("-inf", "+inf", self.score(), self.score(), self.score())

    def lex(self):
        if self.chance(0.2):
            return self.pick("-", "+", "x", "", "(")
        word = self.word()
        return self.pick(b"[", b"(") + (word if isinstance(word, bytes) else word.encode())

    def options(self, *choices):
        """Each choice, a list of words, with a chance of a third."""
        chosen = [word for choice in choices if self.chance(0.33) for word in choice]
        return chosen + (["BOGUS"] if self.chance(0.02) else [])

    def counted_keys(self, kinds):
        keys = [self.key(self.pick(*kinds)) for _ in range(self.random.randrange(1, 4))]
        wrong = self.pick("0", "-1", "x", "99")
        return [wrong if self.chance(0.03) else str(len(keys)), *keys]

    def some_keys(self, kind, most=3):
        return [self.key(kind) for _ in range(self.random.randrange(1, most + 1))]

    # -- Strings --------------------------------------------------------------------------------------------

    def make_get(self): return ["GET", self.key("s")]
    def make_set(self):
        return ["SET", self.key("s"), self.word(),
                *self.options(["NX"], ["GET"], [self.pick("KEEPTTL", "XX")], [self.pick("EX", "PX"), self.pick(self.lifetime(), self.lifetime() * 1000, "0", "-1", "x")])]
    def make_setnx(self): return ["SETNX", self.key("s"), self.word()]
    def make_setex(self): return ["SETEX", self.key("s"), self.pick(self.lifetime(), self.lifetime(), "0", "x"), self.word()]
    def make_psetex(self): return ["PSETEX", self.key("s"), self.pick(self.lifetime() * 1000, "-5"), self.word()]
    def make_getset(self): return ["GETSET", self.key("s"), self.word()]
    def make_getdel(self): return ["GETDEL", self.key("s")]
    def make_getex(self): return ["GETEX", self.key("s"), *self.options(["PERSIST"], ["EX", self.lifetime()])]
    def make_mget(self): return ["MGET", *self.some_keys("s")]
    def make_mset(self): return ["MSET", *[w for k in self.some_keys("s") for w in (k, self.word())], *self.options(["odd"])]
    def make_msetnx(self): return ["MSETNX", *[w for k in self.some_keys("s", 2) for w in (k, self.word())]]
    def make_append(self): return ["APPEND", self.key("s"), self.word()]
    def make_strlen(self): return ["STRLEN", self.key("s")]
    def make_incr(self): return ["INCR", self.key("s")]
    def make_decr(self): return ["DECR", self.key("s")]
    def make_incrby(self): return ["INCRBY", self.key("s"), self.integer()]
    def make_decrby(self): return ["DECRBY", self.key("s"), self.integer()]
    def make_incrbyfloat(self): return ["INCRBYFLOAT", self.key("s"), self.score()]
    def make_getrange(self): return ["GETRANGE", self.key("s"), self.integer(), self.integer()]
    def make_substr(self): return ["SUBSTR", self.key("s"), self.integer(), self.integer()]
    def make_setrange(self): return ["SETRANGE", self.key("s"), self.pick("0", "3", "50", "-1", "x"), self.word()]
    def make_lcs(self): return ["LCS", self.key("s"), self.key("s"), *self.options(["LEN"], ["IDX"], ["MINMATCHLEN", self.integer()], ["WITHMATCHLEN"])]

    # -- Keys -----------------------------------------------------------------------------------------------

    KINDS = ("s", "l", "S", "h", "z", "t")

    def any_key(self): return self.key(self.pick(*self.KINDS))
    def make_del(self): return ["DEL", self.any_key()] if self.chance(0.3) else ["EXISTS", self.any_key()]
    def make_unlink(self): return ["UNLINK", self.any_key(), self.any_key()] if self.chance(0.2) else ["TYPE", self.any_key()]
    def make_exists(self): return ["EXISTS", self.any_key(), self.any_key(), self.any_key()]
    def make_touch(self): return ["TOUCH", self.any_key(), self.any_key()]
    def make_type(self): return ["TYPE", self.any_key()]
    def make_rename(self): return ["RENAME", *self.same_kind()] if self.chance(0.4) else ["TTL", self.any_key()]
    def make_renamenx(self): return ["RENAMENX", *self.same_kind()]
    def make_copy(self): return ["COPY", *self.same_kind(), *self.options(["REPLACE"], ["DB", self.pick("0", "1", "99", "x")])]
    def make_move(self): return ["MOVE", self.any_key(), self.pick("1", "0", "99", "x")] if self.chance(0.4) else ["PTTL", self.any_key()]
    def same_kind(self):
        kind = self.pick(*self.KINDS)
        return [self.key(kind), self.key(kind)]
    def make_expire(self): return ["EXPIRE", self.any_key(), self.pick(*[self.lifetime()] * 3, "x", "9223372036854775807"), *self.options([self.pick("NX", "XX", "GT", "LT")])]
    def make_pexpire(self): return ["PEXPIRE", self.any_key(), self.lifetime() * 1000, *self.options([self.pick("NX", "XX", "GT", "LT")])]
    def make_expireat(self): return ["EXPIREAT", self.any_key(), self.pick(4102444800, 4102444900) if self.chance(0.9) else "1", *self.options([self.pick("NX", "XX", "GT", "LT")])]
    def make_pexpireat(self): return ["PEXPIREAT", self.any_key(), self.pick(4102444800000, 4102444900000)]
    def make_persist(self): return ["PERSIST", self.any_key()]
    def make_ttl(self): return ["TTL", self.any_key()]
    def make_pttl(self): return ["PTTL", self.any_key()]
    def make_expiretime(self): return ["EXPIRETIME", self.any_key()]
    def make_pexpiretime(self): return ["PEXPIRETIME", self.any_key()]
    def make_object(self): return ["OBJECT", self.pick("ENCODING", "ENCODING", "REFCOUNT", "BOGUS"), self.any_key()]
    def make_keys(self): return ["KEYS", self.pick("*", "s*", "[lS]?", "\\*", "", "*0", "h[^1]")]
    def make_dbsize(self): return ["DBSIZE"]
    def make_scan(self): return ["SCAN", self.pick("0", "0", "x"), *self.options(["COUNT", self.count()], ["MATCH", "s*"], ["TYPE", "hash"])]
    def make_randomkey(self): return ["RANDOMKEY"]
    def make_debug(self): return ["DEBUG", "DIGEST-VALUE", self.any_key(), self.any_key()]
    def make_echo(self): return ["ECHO", self.word()]
    def make_ping(self): return ["PING", *self.options(["hello"])]
    def make_wait(self): return ["WAIT", "0", "1"]

    # -- Hashes ---------------------------------------------------------------------------------------------

    def pairs(self): return [w for _ in range(self.random.randrange(1, 4)) for w in (self.word(), self.word())]
    def make_hset(self): return ["HSET", self.key("h"), *self.pairs(), *self.options()]
    def make_hset_again(self): return self.make_hset()
    def make_hmset(self): return ["HMSET", self.key("h"), *self.pairs()]
    def make_hsetnx(self): return ["HSETNX", self.key("h"), self.word(), self.word()]
    def make_hget(self): return ["HGET", self.key("h"), self.word()]
    def make_hmget(self): return ["HMGET", self.key("h"), *self.words()]
    def make_hdel(self): return ["HDEL", self.key("h"), *self.words()]
    def make_hlen(self): return ["HLEN", self.key("h")]
    def make_hstrlen(self): return ["HSTRLEN", self.key("h"), self.word()]
    def make_hincrby(self): return ["HINCRBY", self.key("h"), self.word(), self.integer()]
    def make_hincrbyfloat(self): return ["HINCRBYFLOAT", self.key("h"), self.word(), self.score()]
    def make_hkeys(self): return ["HKEYS", self.key("h")]
    def make_hvals(self): return ["HVALS", self.key("h")]
    def make_hgetall(self): return ["HGETALL", self.key("h")]
    def make_hexists(self): return ["HEXISTS", self.key("h"), self.word()]
    def make_hscan(self): return ["HSCAN", self.key("h"), "0", *self.options(["COUNT", self.count()], ["MATCH", "m*"])]
    def make_hrandfield(self): return ["HRANDFIELD", self.key("h"), *self.options([self.small_draw(), "WITHVALUES"])]
    def small_draw(self): return self.pick("-3", "0", "2", "100", "x")

    # -- Lists ----------------------------------------------------------------------------------------------

    def make_lpush(self): return ["LPUSH", self.key("l"), *self.words()]
    def make_rpush(self): return ["RPUSH", self.key("l"), *self.words(8)]
    def make_lpushx(self): return ["LPUSHX", self.key("l"), *self.words()]
    def make_rpushx(self): return ["RPUSHX", self.key("l"), *self.words()]
    def make_lpop(self): return ["LPOP", self.key("l"), *self.options([self.count()])]
    def make_rpop(self): return ["RPOP", self.key("l"), *self.options([self.count()])]
    def make_llen(self): return ["LLEN", self.key("l")]
    def make_lindex(self): return ["LINDEX", self.key("l"), self.integer()]
    def make_lset(self): return ["LSET", self.key("l"), self.integer(), self.word()]
    def make_lrange(self): return ["LRANGE", self.key("l"), self.integer(), self.integer()]
    def make_ltrim(self): return ["LTRIM", self.key("l"), self.pick("0", "1", "-50"), self.pick("-1", "60", "-2")] if self.chance(0.9) else ["LTRIM", self.key("l"), self.integer(), self.integer()]
    def make_lrem(self): return ["LREM", self.key("l"), self.integer(), self.word()]
    def make_linsert(self): return ["LINSERT", self.key("l"), self.pick("BEFORE", "after", "x"), self.word(), self.word()]
    def make_lpos(self): return ["LPOS", self.key("l"), self.word(), *self.options(["RANK", self.integer()], ["COUNT", self.count()], ["MAXLEN", self.count()])]
    def make_rpoplpush(self): return ["RPOPLPUSH", self.key("l"), self.key("l")]
    def make_lmove(self): return ["LMOVE", self.key("l"), self.key("l"), self.pick("LEFT", "RIGHT"), self.pick("left", "right", "up")]
    def make_lmpop(self): return ["LMPOP", *self.counted_keys("l"), self.pick("LEFT", "RIGHT", "MIN"), *self.options(["COUNT", self.count()])]

    # -- Sets -----------------------------------------------------------------------------------------------

    def integers(self): return [str(self.random.randrange(-40, 40)) for _ in range(self.random.randrange(1, 8))]
    def make_sadd(self): return ["SADD", self.key("S"), *(self.words(6) if self.chance(0.5) else self.integers())]
    def make_srem(self): return ["SREM", self.key("S"), *self.words()]
    def make_spop(self): return ["SPOP", self.key("S"), self.pick("10000", "10000", "0", "-1", "x")]
    def make_srandmember(self): return ["SRANDMEMBER", self.key("S"), *self.options([self.small_draw()])]
    def make_smembers(self): return ["SMEMBERS", self.key("S")]
    def make_sismember(self): return ["SISMEMBER", self.key("S"), self.word()]
    def make_smismember(self): return ["SMISMEMBER", self.key("S"), *self.words()]
    def make_scard(self): return ["SCARD", self.key("S")]
    def make_smove(self): return ["SMOVE", self.key("S"), self.key("S"), self.word()]
    def make_sinter(self): return ["SINTER", *self.some_keys("S")]
    def make_sunion(self): return ["SUNION", *self.some_keys("S")]
    def make_sdiff(self): return ["SDIFF", *self.some_keys("S")]
    def make_sinterstore(self): return ["SINTERSTORE", self.key("S"), *self.some_keys("S", 2)]
    def make_sunionstore(self): return ["SUNIONSTORE", self.key("S"), *self.some_keys("S")]
    def make_sdiffstore(self): return ["SDIFFSTORE", self.key("S"), *self.some_keys("S")]
    def make_sintercard(self): return ["SINTERCARD", *self.counted_keys("S"), *self.options(["LIMIT", self.count()])]
    def make_sscan(self): return ["SSCAN", self.key("S"), "0", *self.options(["COUNT", self.count()], ["MATCH", "*1*"])]

    # -- Sorted sets ----------------------------------------------------------------------------------------

    def scored(self): return [w for _ in range(self.random.randrange(1, 5)) for w in (self.score(), self.word())]
    def make_zadd(self): return ["ZADD", self.key("z"), *self.scored()]
    def make_zadd_options(self): return ["ZADD", self.key("z"), *self.options(["NX"], ["XX"], ["GT"], ["LT"], ["CH"], ["INCR"]), *self.scored()[: self.pick(2, 2, 4)]]
    def make_zincrby(self): return ["ZINCRBY", self.key("z"), self.score(), self.word()]
    def make_zrem(self): return ["ZREM", self.key("z"), *self.words()]
    def make_zcard(self): return ["ZCARD", self.key("z")]
    def make_zcount(self): return ["ZCOUNT", self.key("z"), self.bound(), self.bound()]
    # Bytes order is defined among equal scores only, so the lex family has keys of its own.
    def lexkey(self): return self.pick("x0", "x1", "x2")
    def make_zadd_lex(self): return ["ZADD", self.lexkey(), *[w for word in self.words(6) for w in ("0", word)]]
    def make_zlexcount(self): return ["ZLEXCOUNT", self.lexkey(), self.lex(), self.lex()]
    def make_zrangebylex(self): return ["ZRANGEBYLEX", self.lexkey(), self.lex(), self.lex(), *self.limit()]
    def make_zrevrangebylex(self): return ["ZREVRANGEBYLEX", self.lexkey(), self.lex(), self.lex(), *self.limit()]
    def make_zremrangebylex(self): return ["ZREMRANGEBYLEX", self.lexkey(), self.lex(), self.lex()]
    def make_zrange_lex(self): return ["ZRANGE", self.lexkey(), self.lex(), self.lex(), "BYLEX", *self.options(["REV"]), *self.limit()]
    def limit(self): return self.options(["LIMIT", self.pick("0", "1", "3", "-1"), self.pick("-1", "0", "2", "10", "x")])
    def make_zscore(self): return ["ZSCORE", self.key("z"), self.word()]
    def make_zmscore(self): return ["ZMSCORE", self.key("z"), *self.words()]
    def make_zrank(self): return ["ZRANK", self.key("z"), self.word()]
    def make_zrevrank(self): return ["ZREVRANK", self.key("z"), self.word()]
    def make_zrange(self): return ["ZRANGE", self.key("z"), self.integer(), self.integer(), *self.options(["WITHSCORES"], ["REV"]), *(self.limit() if self.chance(0.1) else [])]
    def make_zrange_score(self): return ["ZRANGE", self.key("z"), self.bound(), self.bound(), "BYSCORE", *self.options(["WITHSCORES"], ["REV"]), *self.limit()]
    def make_zrangestore(self): return ["ZRANGESTORE", self.key("z"), self.key("z"), self.pick("0", "1"), self.pick("-1", "9")] if self.chance(0.5) else ["ZRANGESTORE", self.key("z"), self.key("z"), self.bound(), self.bound(), "BYSCORE", *self.options(["REV"]), *self.limit()]
    def make_zrevrange(self): return ["ZREVRANGE", self.key("z"), self.integer(), self.integer(), *self.options(["WITHSCORES"])]
    def make_zrangebyscore(self): return ["ZRANGEBYSCORE", self.key("z"), self.bound(), self.bound(), *self.options(["WITHSCORES"]), *self.limit()]
    def make_zrevrangebyscore(self): return ["ZREVRANGEBYSCORE", self.key("z"), self.bound(), self.bound(), *self.options(["WITHSCORES"]), *self.limit()]
    def make_zremrangebyrank(self): return ["ZREMRANGEBYRANK", self.key("z"), self.pick("0", "5", "x"), self.pick("1", "7")]
    def make_zremrangebyscore(self): return ["ZREMRANGEBYSCORE", self.key("z"), self.bound(), self.bound()] if self.chance(0.4) else ["ZCARD", self.key("z")]
    def make_zpopmin(self): return ["ZPOPMIN", self.key("z"), *self.options([self.count()])]
    def make_zpopmax(self): return ["ZPOPMAX", self.key("z"), *self.options([self.count()])]
    def make_zmpop(self): return ["ZMPOP", *self.counted_keys("z"), self.pick("MIN", "MAX", "LEFT"), *self.options(["COUNT", self.count()])]
    def algebra(self):
        keys = self.counted_keys("zzS")
        weights = ["WEIGHTS", *[self.score() for _ in keys[1:]]]
        return keys + self.options(weights, ["AGGREGATE", self.pick("SUM", "MIN", "MAX", "avg")])
    def make_zunion(self): return ["ZUNION", *self.algebra(), *self.options(["WITHSCORES"])]
    def make_zinter(self): return ["ZINTER", *self.algebra(), *self.options(["WITHSCORES"])]
    def make_zdiff(self): return ["ZDIFF", *self.counted_keys("zzS"), *self.options(["WITHSCORES"])]
    def make_zintercard(self): return ["ZINTERCARD", *self.counted_keys("zzS"), *self.options(["LIMIT", self.count()])]
    def make_zunionstore(self): return ["ZUNIONSTORE", self.key("z"), *self.algebra()]
    def make_zinterstore(self): return ["ZINTERSTORE", self.key("z"), *self.algebra()]
    def make_zdiffstore(self): return ["ZDIFFSTORE", self.key("z"), *self.counted_keys("zzS")]
    def make_zrandmember(self): return ["ZRANDMEMBER", self.key("z"), *self.options([self.small_draw(), "WITHSCORES"])]
    def make_zscan(self): return ["ZSCAN", self.key("z"), "0", *self.options(["COUNT", self.count()], ["MATCH", "m*"])]

    # A time to live that no other equals: with GT and LT, equal ones would be decided by the millisecond.
    def lifetime(self): return self.random.randrange(FAR, 10 * FAR)

    # -- Streams of commands --------------------------------------------------------------------------------

    # Each leads to a whole-collection form past its thresholds, where single commands seldom come.
    def make_large(self):
        kind = self.pick("h", "S", "z", "l")
        names = [f"big{i}" for i in self.random.sample(range(400), 150)]
        if kind == "h":
            return ["HSET", self.key("h"), *[w for name in names for w in (name, self.word())]]
        if kind == "z":
            return ["ZADD", self.key("z"), *[w for name in names for w in (str(self.random.randrange(50)), name)]]
        if kind == "S":
            return ["SADD", self.key("S"), *(str(self.random.randrange(9999)) for _ in range(600))]
        return ["RPUSH", self.key("l"), *names]

    RARE = {"large": 0.08, "keys": 0.2, "dbsize": 0.2, "wait": 0.1, "randomkey": 0.1, "spop": 0.3}

    def command(self):
        while True:
            name = self.random.choice(list(self.makers))
            if self.chance(self.RARE.get(name, 1)):
                return self.makers[name]()

    def commands(self, count):
        """A stream in which transactions occur; MULTI is always ended."""
        left = 0
        for _ in range(count):
            if left == 0 and self.chance(0.02):
                left = self.random.randrange(1, 6)
                yield ["WATCH", self.any_key()] if self.chance(0.3) else ["UNWATCH"]
                yield ["MULTI"]
            yield self.command()
            if left > 0:
                left -= 1
                if left == 0:
                    yield [self.pick("EXEC", "EXEC", "EXEC", "DISCARD")]
        if left > 0:
            yield ["EXEC"]
