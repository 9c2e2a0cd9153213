# SPDX-License-Identifier: Apache-2.0
"""Random commands on strings as bitmaps (keys b0..) and as HyperLogLogs (p0..)."""


class BitCommands:
    def offset(self):
        if self.chance(0.04):
            return self.pick("-1", "x", "", "4294967296", "9223372036854775807", "01")
        return str(self.random.randrange(0, 150))

    def bit(self): return self.pick("0", "1", "1", "0", "1", "2", "-1", "x")
    def unit(self): return self.options([self.pick("BIT", "byte", "BYTE", "bits")])
    def make_setbit(self): return ["SETBIT", self.key("b"), self.offset(), self.bit()]
    def make_setbit_again(self): return self.make_setbit()
    def make_getbit(self): return ["GETBIT", self.key("b"), self.offset()]
    def make_get_bits(self): return ["GET", self.key(self.pick("b", "p"))]
    def make_set_bits(self): return ["SET", self.key("b"), bytes(self.pick(0, 255, self.random.randrange(256)) for _ in range(self.random.randrange(20)))]
    def make_bitcount(self): return ["BITCOUNT", self.key("b"), *self.options([self.integer(), self.integer(), *self.unit()])]
    def make_bitpos(self): return ["BITPOS", self.key("b"), self.bit(), *self.options([self.integer(), *self.options([self.integer(), *self.unit()])])]
    def make_bitop(self):
        operation = self.pick("AND", "or", "XOR", "NOT", "nand" if self.chance(0.1) else "AND")
        return ["BITOP", operation, self.key("b"), *([self.key("b")] if operation == "NOT" and self.chance(0.9) else self.some_keys("b"))]

    def field(self):
        kind = self.pick("u8", "i8", "u1", "i5", "u13", "i16", "u63", "i64", "i1", "u32", "i33")
        if self.chance(0.03):
            kind = self.pick("u64", "i65", "u0", "x8", "u", "i-1", "u08", "")
        return [kind, self.pick("", "", "#") + self.offset()]

    def operand(self): return self.pick("0", "1", "-1", "100", "-100", "255", "256", "9223372036854775807", "-9223372036854775808", str(self.random.randrange(-1000, 1000)), *(["x"] if self.chance(0.1) else []))
    def make_bitfield(self):
        words = []
        for _ in range(self.random.randrange(0, 4)):
            action = self.pick("GET", "SET", "INCRBY", "incrby", "OVERFLOW")
            if action == "OVERFLOW":
                words += [action, self.pick("WRAP", "sat", "FAIL", "x" if self.chance(0.1) else "FAIL")]
            else:
                words += [action, *self.field(), *([self.operand()] if action != "GET" else [])]
        return ["BITFIELD", self.key("b"), *words, *self.options()]
    def make_bitfield_ro(self): return ["BITFIELD_RO", self.key("b"), *[w for _ in range(self.random.randrange(3)) for w in (["GET", *self.field()] if self.chance(0.9) else ["SET", *self.field(), "1"])]]

    # -- HyperLogLogs: their bytes are compared by GET and by the digest ------------------------------------

    def elements(self):
        if self.chance(0.1):
            return [f"e{self.random.randrange(10**6)}" for _ in range(self.random.randrange(300))]
        return [f"e{self.random.randrange(3000)}" for _ in range(self.random.randrange(4))]
    def make_pfadd(self): return ["PFADD", self.key("p"), *self.elements()]
    def make_pfadd_again(self): return self.make_pfadd()
    def make_pfcount(self): return ["PFCOUNT", *self.some_keys("p")]
    def make_pfmerge(self): return ["PFMERGE", *self.some_keys("p")]
    def make_pfdebug(self): return ["PFDEBUG", self.pick("ENCODING", "decode", "todense" if self.chance(0.1) else "ENCODING", "x"), self.key("p")]
    def make_del_sketch(self): return ["DEL", self.key("p")] if self.chance(0.2) else ["STRLEN", self.key("p")]
    # A client may write anything: what is no HyperLogLog, and what only looks like one.
    def make_setrange_sketch(self): return ["SETRANGE", self.key("p"), self.random.randrange(0, 16), bytes([self.random.randrange(256)])] if self.chance(0.1) else ["OBJECT", "ENCODING", self.key("p")]
    def make_dump(self): return ["DUMP", self.pick("s", "b", "p") + str(self.random.randrange(6))]
