# SPDX-License-Identifier: Apache-2.0
"""Random commands of streams and their groups. Ids are made here and rise, since a clock's would differ between the
servers; idle times that are asked for are zero or hours, for the same reason."""


class StreamMakers:
    stream_ms = 1

    def stream(self): return self.key("t")
    def group(self): return self.pick("g0", "g0", "g1", "g2") if self.chance(0.97) else self.pick("absent", b"")
    def consumer(self): return self.pick("c0", "c1", "c2", b"c\x00\xff")

    def new_id(self):
        self.stream_ms += self.random.randrange(3)
        if self.chance(0.03):
            return self.pick("0-0", "0", "x", "1-1", "5-*", "-", "+", "", "18446744073709551616")
        return self.pick(f"{self.stream_ms}-*", f"{self.stream_ms}-{self.random.randrange(4)}", str(self.stream_ms), f"{self.stream_ms}-*")

    def old_id(self):
        """One of the latest ids, or nearly; sometimes none at all."""
        if self.chance(0.05):
            return self.pick("0", "0-1", "x", "", "99999999-1", "18446744073709551615-18446744073709551615")
        return f"{max(0, self.stream_ms - self.random.randrange(40))}-{self.random.randrange(3)}"

    def old_ids(self): return [self.old_id() for _ in range(self.random.randrange(1, 5))]

    def edge(self, end):
        if self.chance(0.4):
            return end
        return self.pick("", "", "(") + self.pick(self.old_id(), self.old_id().partition("-")[0])

    def idle(self): return self.pick("0", "0", "0", "100000000", "-1", "x") if self.chance(0.3) else "0"

    def trimming(self):
        how = self.pick([], [], ["~"], ["="])
        limit = ["LIMIT", self.pick("0", "5", "1000", "-1")] if self.chance(0.15) else []
        if self.chance(0.5):
            return ["MAXLEN", *how, self.pick("5", "20", "60", "x" if self.chance(0.1) else "30"), *limit]
        return ["MINID", *how, self.old_id(), *limit]

    def entry(self):
        if self.chance(0.6):
            return ["field", self.word(), "other", self.word()]
        return [w for _ in range(self.random.randrange(1, 4)) for w in (self.word(), self.word())] + (["odd"] if self.chance(0.02) else [])

    def make_xadd(self): return ["XADD", self.stream(), *self.options(*[["NOMKSTREAM"]] * self.chance(0.2)), self.new_id(), *self.entry()]
    def make_xadd_again(self): return self.make_xadd()
    def make_xadd_more(self): return self.make_xadd()
    def make_xadd_trim(self): return ["XADD", self.stream(), *self.trimming(), self.new_id(), *self.entry()]
    def make_xlen(self): return ["XLEN", self.stream()]
    def make_xrange(self): return ["XRANGE", self.stream(), self.edge("-"), self.edge("+"), *self.options(["COUNT", self.count()])]
    def make_xrevrange(self): return ["XREVRANGE", self.stream(), self.edge("+"), self.edge("-"), *self.options(["COUNT", self.count()])]
    def make_xdel(self): return ["XDEL", self.stream(), *self.old_ids()]
    def make_xtrim(self): return ["XTRIM", self.stream(), *self.trimming()]
    def make_xsetid(self):
        if self.chance(0.7):
            return ["XLEN", self.stream()]
        return ["XSETID", self.stream(), self.pick(self.new_id(), self.old_id()), *self.options(["ENTRIESADDED", self.pick("500", "0", "x")], ["MAXDELETEDID", self.old_id()])]

    def sources(self, *ids):
        keys = [self.stream() for _ in range(self.random.randrange(1, 3))]
        return ["STREAMS", *keys, *[self.pick(*ids) for _ in keys]]

    def make_xread(self): return ["XREAD", *self.options(["COUNT", self.count()]), *self.sources(self.old_id(), self.old_id(), "$", "0")]
    def make_xreadgroup(self):
        return ["XREADGROUP", "GROUP", self.group(), self.consumer(), *self.options(["COUNT", self.count()], ["NOACK"]),
                *self.sources(">", ">", ">", "0", self.old_id())]
    def make_xreadgroup_again(self): return ["XREADGROUP", "GROUP", self.group(), self.consumer(), "COUNT", "3", "STREAMS", self.stream(), ">"]
    def make_xack(self): return ["XACK", self.stream(), self.group(), *self.old_ids()]

    def make_xgroup(self):
        key, group = self.stream(), self.group()
        id = self.pick("0", "$", self.old_id())
        draw = self.random.random()
        if draw < 0.55:
            return ["XGROUP", "CREATE", key, group, id, *self.options(["MKSTREAM"], ["ENTRIESREAD", self.integer()])]
        if draw < 0.7:
            return ["XGROUP", "SETID", key, group, id, *self.options(["ENTRIESREAD", self.integer()])]
        if draw < 0.75:
            return ["XGROUP", "DESTROY", key, group]
        return ["XGROUP", self.pick("CREATECONSUMER", "CREATECONSUMER", "DELCONSUMER"), key, group, self.consumer()]

    def make_xpending(self):
        if self.chance(0.4):
            return ["XPENDING", self.stream(), self.group()]
        return ["XPENDING", self.stream(), self.group(), *self.options(["IDLE", self.idle()]), self.edge("-"), self.edge("+"),
                self.pick("10", "100", self.count()), *self.options([self.consumer()])]

    def make_xclaim(self):
        return ["XCLAIM", self.stream(), self.group(), self.consumer(), self.idle(), *self.old_ids(),
                *self.options(["FORCE"], ["JUSTID"], ["RETRYCOUNT", self.count()], ["IDLE", self.pick("0", "5")], ["LASTID", self.old_id()])]

    def make_xautoclaim(self):
        return ["XAUTOCLAIM", self.stream(), self.group(), self.consumer(), self.idle(), self.edge("0"),
                *self.options(["COUNT", self.count()], ["JUSTID"])]

    def make_xinfo(self):
        return ["XINFO", *self.pick(["STREAM", self.stream()], ["STREAM", self.stream(), "FULL", "COUNT", self.count()],
                                    ["GROUPS", self.stream()], ["CONSUMERS", self.stream(), self.group()])]
