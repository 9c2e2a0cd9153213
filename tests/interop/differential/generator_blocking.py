# SPDX-License-Identifier: Apache-2.0
"""Random blocking commands of a single client: nobody will serve it, so it waits for a millisecond at most."""


class BlockingCommands:
    def timeout(self):
        if self.chance(0.05):
            return self.pick("-1", "x", "nan", "inf", "", "1e30", "-0.5")  # -0.001 is rounded up to 0: for ever
        return self.pick("0.001", "0.0005", "1e-3", "0x1p-10")

    def end(self):
        return self.pick("LEFT", "RIGHT", "left", "right", "LEFT", "RIGHT", "up")

    def make_blpop(self): return ["BLPOP", *self.some_keys("l"), self.timeout()]
    def make_brpop(self): return ["BRPOP", *self.some_keys("l"), self.timeout()]
    def make_blmove(self): return ["BLMOVE", self.key("l"), self.key("l"), self.end(), self.end(), self.timeout()]
    def make_brpoplpush(self): return ["BRPOPLPUSH", self.key("l"), self.key("l"), self.timeout()]
    def make_blmpop(self): return ["BLMPOP", self.timeout(), *self.counted_keys("l"), self.end(), *self.options(["COUNT", self.count()])]
    def make_bzpopmin(self): return ["BZPOPMIN", *self.some_keys("z"), self.timeout()]
    def make_bzpopmax(self): return ["BZPOPMAX", *self.some_keys("z"), self.timeout()]
    def make_bzmpop(self): return ["BZMPOP", self.timeout(), *self.counted_keys("z"), self.pick("MIN", "MAX", "LEFT"), *self.options(["COUNT", self.count()])]
