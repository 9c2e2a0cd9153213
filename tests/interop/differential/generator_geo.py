# SPDX-License-Identifier: Apache-2.0
"""Random commands on positions (sorted sets g0..), and SORT."""


class GeoCommands:
    def longitude(self):
        if self.chance(0.03):
            return self.pick("180", "-180", "180.1", "x", "nan", "0", "inf")
        return repr(round(self.random.uniform(-180, 180), self.pick(0, 2, 9)))

    def latitude(self):
        if self.chance(0.05):
            return self.pick("85.05112878", "-85.05112878", "85.1", "90", "x", "0")
        return repr(round(self.random.uniform(-85, 85), self.pick(0, 2, 9)))

    def near(self):
        """A place in a small region, where searches find several."""
        if self.chance(0.5):
            return [self.longitude(), self.latitude()]
        return [repr(self.random.uniform(13, 14)), repr(self.random.uniform(52, 53))]

    def place(self): return f"place{self.random.randrange(60)}"
    def metres(self): return self.pick("m", "km", "KM", "ft", "mi", "mi", "km", "yd" if self.chance(0.1) else "km")
    def length(self): return self.pick("0", "1", "10", "50.5", "100", "1000", "5000", "20000", "30000", "1e9", *(["-1", "x", "inf"] if self.chance(0.2) else []))
    def make_geoadd(self): return ["GEOADD", self.key("g"), *self.options(["NX"], ["XX"], ["CH"]), *[w for _ in range(self.random.randrange(1, 6)) for w in (*self.near(), self.place())]]
    def make_geoadd_again(self): return ["GEOADD", self.key("g"), *[w for _ in range(8) for w in (*self.near(), self.place())]]
    def make_geopos(self): return ["GEOPOS", self.key("g"), *[self.place() for _ in range(self.random.randrange(3))]]
    def make_geohash(self): return ["GEOHASH", self.key("g"), *[self.place() for _ in range(self.random.randrange(3))]]
    def make_geodist(self): return ["GEODIST", self.key("g"), self.place(), self.place(), *self.options([self.metres()])]
    def with_options(self): return self.options(["WITHDIST"], ["WITHHASH"], ["WITHCOORD"])
    def order_options(self): return self.options([self.pick("ASC", "desc")], ["COUNT", self.count(), *self.options(["ANY"])])
    def centre(self): return self.pick(["FROMMEMBER", self.place()], ["FROMLONLAT", *self.near()], ["fromlonlat", "13.4", "52.5"])
    def shape(self): return self.pick(["BYRADIUS", self.length(), self.metres()], ["BYBOX", self.length(), self.length(), self.metres()])
    def make_geosearch(self): return ["GEOSEARCH", self.key("g"), *self.centre(), *self.shape(), *self.order_options(), *self.with_options()]
    def make_geosearch_again(self): return ["GEOSEARCH", self.key("g"), "FROMLONLAT", *self.near(), *self.shape(), *self.options(["ASC"]), "WITHCOORD", "WITHDIST", "WITHHASH"]
    def make_geosearchstore(self): return ["GEOSEARCHSTORE", self.key("g"), self.key("g"), *self.centre(), *self.shape(), *self.order_options(), *self.options(["STOREDIST"])] if self.chance(0.3) else self.make_geosearch()
    def store_options(self): return [self.pick("STORE", "STOREDIST"), self.key("z")] if self.chance(0.15) else []
    def make_georadius(self): return ["GEORADIUS", self.key("g"), *self.near(), self.length(), self.metres(), *self.order_options(), *(self.store_options() or self.with_options())]
    def make_georadius_ro(self): return ["GEORADIUS_RO", self.key("g"), *self.near(), self.length(), self.metres(), *self.order_options(), *self.with_options(), *self.store_options()]
    def make_georadiusbymember(self): return ["GEORADIUSBYMEMBER", self.key("g"), self.place(), self.length(), self.metres(), *self.order_options(), *(self.store_options() or self.with_options())]
    def make_georadiusbymember_ro(self): return ["GEORADIUSBYMEMBER_RO", self.key("g"), self.place(), self.length(), self.metres(), *self.order_options(), *self.with_options()]
    def make_zrange_places(self): return ["ZRANGE", self.key("g"), "0", "-1", "WITHSCORES"]

    # -- SORT ------------------------------------------------------------------------------------------------
    # Not the sorted sets z0..: in redis-server SORT leaves them a skiplist, which OBJECT ENCODING would show. And not
    # of a set by weights: equal ones would come in the order of the set, which is none.

    def sort_source(self): return self.pick("x0", "x1", "n0", "n1", "n2", self.key("l"), self.key("S"))
    def make_rpush_numbers(self): return ["RPUSH", f"n{self.random.randrange(3)}", *[str(self.random.randrange(-50, 50)) for _ in range(self.random.randrange(1, 30))]]
    def make_ltrim_numbers(self): return ["LTRIM", f"n{self.random.randrange(3)}", "0", "59"]
    def make_set_weight(self): return ["SET", f"w{self.random.randrange(-50, 50)}", str(self.random.randrange(20))]
    def make_hset_weight(self): return ["HSET", f"hw{self.random.randrange(-50, 50)}", "f", self.word()]
    def sort_options(self):
        return self.options(["ALPHA"], [self.pick("ASC", "desc")], ["LIMIT", self.pick("0", "2", "5", "-1", "x"), self.pick("3", "10", "-1", "0")])
    def gets(self): return self.options(["GET", self.pick("#", "w*", "hw*->f", "hw*->", "w", "*", "hw*->g")], ["GET", "#"])
    def weights(self): return self.options(["BY", self.pick("w*", "hw*->f", "nosort", "w*->f")])
    def make_sort(self):
        source = self.sort_source()
        weights = self.weights() if source in ("n0", "n1", "n2") else self.options(["BY", "nosort"]) if source in ("x0", "x1") else []
        return ["SORT", source, *self.sort_options(), *weights, *self.gets(), *(["STORE", f"l{self.random.randrange(6)}"] if self.chance(0.15) else [])]
    def make_sort_numbers(self): return ["SORT", f"n{self.random.randrange(3)}", *self.sort_options(), *self.weights(), *self.gets()]
    def make_sort_ro(self): return ["SORT_RO", f"n{self.random.randrange(3)}", *self.sort_options(), *self.weights(), *self.gets(), *(["STORE", "l0"] if self.chance(0.03) else [])]
