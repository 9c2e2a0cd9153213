# SPDX-License-Identifier: Apache-2.0
"""Values for the arguments that COMMAND DOCS names: small pools, so that commands meet each other's keys and members."""

FAR = 100000  # seconds: nothing expires while a run lasts

# A key that holds what the command's group works on; "u" is for bytes that bit commands and counters like.
KINDS = {
    "string": "s", "bitmap": "u", "hyperloglog": "p", "list": "l", "set": "S", "hash": "h", "sorted-set": "z", "stream": "t",
    "geo": "g",
}
ALL_KINDS = "sslShhzzztgpu"
# Bytes order holds among equal scores only.
LEX = {"zrangebylex", "zrevrangebylex", "zlexcount", "zremrangebylex"}
# What reads sets and sorted sets alike.
MIXED = {"zunion", "zinter", "zdiff", "zintercard", "zunionstore", "zinterstore", "zdiffstore"}

ODD = [b"", b"0", b"-0", b"007", b"+1", b" 1", b"3.0", b"\x00\x01", b"a b", b"9223372036854775808", b"-9223372036854775808",
       b"nan", b"1e400", b"abc", b"(", b"[", b"-", b"+", b"*", b"$", b">", b"=", b"~", b"%", b"\xff\xfe", b"-1", b"1.5", b"NX",
       b"COUNT", b"LIMIT", b"WITHSCORES", b"4294967296", b"18446744073709551615", b"99999999999999999999"]
NO_NUMBERS = [b"", b"-0", b"007", b"+1", b" 1", b"3.0", b"\x00\x01", b"9223372036854775808", b"nan", b"abc", b"-1", b"NX", b"GT", b"0"]
TIMES = {"seconds", "milliseconds", "unix-time-seconds", "unix-time-milliseconds", "ttl", "expiration"}
WORDS = [b"m%d" % i for i in range(20)] + [b"%d" % i for i in range(-8, 24)] + [
    b"", b"w" * 70, b"\x00\xff\r\n", b"3.25", b"-1e3", b"007", b"foobar", b"ohmytext", b"mynewtext", b"12345678901234567890"]
IDS = [b"%d-%d" % (ms, seq) for ms in (1, 2, 3, 5, 8) for seq in range(4)] + [
    b"0", b"0-0", b"0-1", b"3", b"9", b"18446744073709551615-18446744073709551615", b"7-*", b"9-*", b"10", b"12-3", b"20-1"]
RANGE_IDS = IDS + [b"-", b"+", b"(2", b"(3-1", b"-", b"+"]
COORDINATES = [(b"13.361389", b"38.115556"), (b"15.087269", b"37.502669"), (b"2.349014", b"48.864716"), (b"-0.127", b"51.507"),
               (b"13.5", b"37.9"), (b"179.9", b"-85"), (b"-179.9", b"85"), (b"0", b"0")]
ENCODINGS = [b"u8", b"i8", b"u1", b"i5", b"u63", b"i64", b"u16", b"i16"]
PATTERNS = [b"*", b"s*", b"[lS]?", b"m1*", b"*0", b"h[^1]", b"", b"\\*", b"w_*", b"#", b"nosort", b"h*->m1", b"*->"]
CHANNELS = [b"news", b"news.1", b"", b"a" * 20]
SCRIPTS = [b"return 1", b"return {1,2,'x',{3}}", b"return redis.call('GET', KEYS[1])", b"return redis.call('SET', KEYS[1], ARGV[1])",
           b"return redis.error_reply('MY ERR')", b"return redis.status_reply('FINE')", b"return redis.pcall('INCR', KEYS[1])",
           b"return ARGV", b"return KEYS", b"return 3.7", b"return nil", b"return false", b"return true", b"syntax error here",
           b"return redis.call('LRANGE', KEYS[1], 0, -1)", b"return redis.call('nosuch')", b"return redis.sha1hex('x')",
           b"return tostring(redis.call('TYPE', KEYS[1]).ok)", b"return cjson.encode({1,2})", b"return #ARGV"]
SHAS = [b"e0e1f9fabfc9d4800c877a703b823ac0578ff8db", b"ffffffffffffffffffffffffffffffffffffffff", b"x"]
LIBRARIES = [b"#!lua name=lib%d\nredis.register_function('fn%d', function(keys, args) return #keys end)" % (i, i) for i in range(2)]


class Values:
    def __init__(self, random):
        self.random = random
        self.by_name = {
            name[len("name_"):].replace("__", "|"): getattr(self, name) for name in dir(self) if name.startswith("name_")
        }
        self.lifetime = FAR
        self.coordinates = COORDINATES[0]  # a longitude may be left out of the first GEOADD

    def begin(self, form):
        self.lex = form.name in LEX or form.name in ("zrange", "zrangestore") and self.random.random() < 0.3
        self.by_score = form.name in ("zrangebyscore", "zrevrangebyscore", "zcount", "zremrangebyscore")

    def pick(self, pool):
        return pool[int(self.random.random() * len(pool))]

    def token(self, token):
        draw = self.random.random()
        return token if draw < 0.9 else token.lower() if draw < 0.995 else token + b"x"

    def garbage(self):
        return self.pick(ODD) if self.random.random() < 0.7 else self.pick(WORDS)

    def choose(self, form, node):
        """Of the alternatives of a `oneof`."""
        children = node.children
        if form.name.startswith("xadd") and node.name == "id_or_auto":
            return children[0] if len(children) < 2 else self.not_auto(children)
        if self.lex and node.name == "sortby":
            return children[1]
        return self.pick(children)

    def not_auto(self, children):
        """An id that the clock makes differs between two servers."""
        return next((child for child in children if child.type == "string"), children[-1])

    def draw(self, form, node):
        if self.random.random() < 0.015:
            return self.pick(NO_NUMBERS) if node.name in TIMES or node.type == "unix-time" else self.garbage()
        maker = self.by_name.get(form.name + "|" + node.name) or self.by_name.get(node.name)
        if maker:
            return maker(form)
        return getattr(self, "type_" + node.type.replace("-", "_"))(form)

    # -- By type ---------------------------------------------------------------------------------------------

    def type_key(self, form):
        if self.lex:
            return b"x%d" % self.random.randrange(3)
        kind = KINDS.get(form.group) or self.pick(ALL_KINDS)
        if form.name in MIXED and self.random.random() < 0.3:
            kind = "S"
        draw = self.random.random()
        if draw < 0.03:
            kind = self.pick(ALL_KINDS)
        elif draw < 0.04:
            return self.pick((b"", b"k\x00\xff\r\n", b"absent"))
        return b"%s%d" % (kind.encode(), int(self.random.random() * 5))

    def type_string(self, form):
        return self.pick(WORDS)

    def type_integer(self, form):
        return b"%d" % self.random.randrange(-6, 16)

    def type_double(self, form):
        draw = self.random.random()
        if draw < 0.08:
            return self.pick((b"inf", b"-inf", b"+inf", b"1e300", b"-0", b"0x10", b"1e-300"))
        if draw < 0.5:
            return repr(round(self.random.uniform(-100, 100), 3)).encode()
        return b"%d" % self.random.randrange(-20, 20)

    def type_pattern(self, form):
        return self.pick(PATTERNS)

    def type_unix_time(self, form):
        return b"%d" % self.random.randrange(4102444800, 4202444800)

    def type_pure_token(self, form):
        return b""

    # -- By name ---------------------------------------------------------------------------------------------

    def name_seconds(self, form):
        # No two are equal: with GT and LT, the millisecond would decide.
        self.lifetime += self.random.randrange(10, 30)
        return b"%d" % self.lifetime if self.random.random() < 0.9 else self.pick((b"0", b"-1", b"9223372036854775807", b"-99"))

    def name_milliseconds(self, form):
        seconds = self.name_seconds(form)
        return seconds + b"000" if len(seconds) > 4 else seconds

    def name_ttl(self, form):
        return self.pick((b"0", b"0", b"900000000", b"-1"))

    def name_unix_time_milliseconds(self, form):
        return self.type_unix_time(form) + b"000"

    def name_timeout(self, form):
        return self.pick((b"0", b"0.5", b"10", b"-1", b"1"))

    def name_count(self, form):
        return b"%d" % self.random.randrange(0, 9) if self.random.random() < 0.93 else self.pick((b"-1", b"-3", b"100"))

    def name_min(self, form):
        if self.lex:
            return self.pick((b"-", b"[m1", b"(m2", b"[", b"(", b"+", b"[5", b"(\xff"))
        if form.group == "stream":
            return self.pick(RANGE_IDS)
        bound = self.type_double(form)
        return b"(" + bound if self.random.random() < 0.3 else bound

    def name_max(self, form):
        if self.lex:
            return self.pick((b"+", b"+", b"[m9", b"(m3", b"[9", b"-", b"(\xff"))
        return self.name_min(form)

    def name_start(self, form):
        if form.group == "stream":
            return self.pick(RANGE_IDS)
        return self.name_min(form) if self.lex else self.type_integer(form)

    def name_end(self, form):
        return self.name_start(form)

    def name_stop(self, form):
        return self.name_max(form) if self.lex else self.type_integer(form)

    def name_score(self, form):
        return b"0" if self.lex else self.type_double(form)

    def name_offset(self, form):
        return self.pick((b"0", b"1", b"3", b"7", b"#1", b"100", b"-1")) if form.group in ("bitmap",) else self.pick((b"0", b"0", b"1", b"2", b"50"))

    def name_encoding(self, form):
        return self.pick(ENCODINGS)

    def name_bit(self, form):
        return self.pick((b"0", b"1", b"1", b"2"))

    def name_increment(self, form):
        return self.type_double(form) if "float" in form.name or form.group == "sorted-set" else self.type_integer(form)

    def name_id(self, form):
        return self.pick(IDS)

    name_last_delivered_id = name_lastid = name_last_id = name_max_deleted_entry_id = name_new_id = name_threshold_id = name_id

    def name_threshold(self, form):
        return self.pick((b"0", b"1", b"3", b"10", b"5", b"2-1", b"3"))

    def name_ID(self, form):
        return self.pick(IDS + [b">", b"$", b">"]) if form.name in ("xread", "xreadgroup") else self.pick(IDS)

    def name_groupname(self, form):
        return self.pick((b"grp1", b"grp2"))

    name_group = name_groupname

    def name_consumer(self, form):
        return self.pick((b"alice", b"bob"))

    name_consumername = name_consumer

    def name_min_idle_time(self, form):
        return self.pick((b"0", b"0", b"99999999", b"-1"))

    def name_longitude(self, form):
        self.coordinates = self.pick(COORDINATES)
        return self.coordinates[0]

    def name_latitude(self, form):
        return self.coordinates[1]

    def name_radius(self, form):
        return self.pick((b"1", b"100", b"200", b"5000", b"0", b"-1", b"1e6"))

    name_width = name_height = name_radius

    def name_cursor(self, form):
        return b"0"

    def name_db(self, form):
        return self.pick((b"0", b"1", b"15", b"16", b"x", b"-1"))

    name_index1 = name_index2 = name_destination_db = name_db

    def name_script(self, form):
        return self.pick(SCRIPTS)

    def name_sha1(self, form):
        return self.pick(SHAS)

    def name_function(self, form):
        return self.pick((b"fn0", b"fn1", b"nosuch"))

    def name_function_code(self, form):
        return self.pick(LIBRARIES)

    def name_library_name(self, form):
        return self.pick((b"lib0", b"lib1", b"nosuch"))

    def name_username(self, form):
        return self.pick((b"ann", b"ben", b"nosuch"))

    def name_channel(self, form):
        return self.pick(CHANNELS)

    name_shardchannel = name_channel

    def name_type(self, form):
        return self.pick((b"string", b"list", b"set", b"zset", b"hash", b"stream", b"nosuch"))

    def name_serialized_value(self, form):
        return self.pick((b"", b"x", b"\x00\x01a\x0a\x00", b"\x00\xc0\x05\x0a\x00\x89\x2c\xd9\x76\xbc\x53\x64\x6f"))

    def name_numlocal(self, form):
        return b"0"

    def name_numreplicas(self, form):
        return b"0"

    def name_section(self, form):
        return self.pick((b"server", b"clients", b"memory", b"stats", b"keyspace", b"all", b"nosuch", b"modules"))
