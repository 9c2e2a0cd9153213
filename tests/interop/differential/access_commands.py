# SPDX-License-Identifier: Apache-2.0
"""Calls of every command family, for rehearsing what a user may do: keys and channels take their names from K, R, W and C,
so that patterns tell them apart."""

CALLS = """
append W v | auth p | bgsave | bitcount R | bitfield R | bitfield R get u8 0 | bitfield W set u8 0 1 | bitfield_ro R get u8 0
bitop and W R R2 | bitpos R 1 | blmove R W left left 0 | blmove K W left left 0 | blmpop 0 2 R W left | blmpop 0 x R left
blpop R 0 | blpop W K 0 | brpop W 0 | brpoplpush R W 0 | bzmpop 0 1 W min | bzpopmax W 0 | bzpopmin R 0
client getname | client id | client kill x | client list | client setname x | client reply on | client no-evict on
command | command count | command info get | config get x | config set x y | config resetstat | config rewrite
copy R W | copy W R | copy K K2 | dbsize | debug object R | debug sleep 0 | decr W | decr R | decrby W 1 | del W | del R | del K R
discard | dump R | dump W | echo x | eval x 0 | eval x 1 R | eval x 2 R W | eval x 1 K | eval_ro x 1 R | eval_ro x 1 W
evalsha x 1 K | evalsha_ro x 1 R | eval x notanumber | exec | exists R | exists W X | expire W 1 | expire R 1 | expireat W 1
expiretime R | failover | fcall f 1 K | fcall f 1 R | fcall_ro f 1 R | flushall | flushdb | function list | function load x
geoadd W 1 1 m | geodist R a b | geohash R m | geopos R m | georadius R 1 1 1 m | georadius R 1 1 1 m store W
georadius R 1 1 1 m storedist R | georadius_ro R 1 1 1 m | georadiusbymember R m 1 m | georadiusbymember_ro R m 1 m
geosearch R frommember m byradius 1 m | geosearchstore W R frommember m byradius 1 m | geosearchstore R W frommember m byradius 1 m
get R | get W | get X | getbit R 0 | getdel W | getdel R | getdel K | getex R | getex W | getex K ex 1 | getrange R 0 1 | getset W v
getset K v | hdel W f | hello | hello 3 | hexists R f | hget R f | hgetall R | hincrby W f 1 | hincrby K f 1 | hincrbyfloat W f 1
hkeys R | hlen R | hmget R f | hmset W f v | hrandfield R | hscan R 0 | hset W f v | hsetnx W f v | hstrlen R f | hvals R
incr W | incr K | incrby W 1 | incrbyfloat W 1 | info | keys x | lastsave | latency latest | latency doctor | lcs R R2 | lcs R W
lindex R 0 | linsert W before a b | llen R | lmove R W left left | lmove K W left left | lmpop 1 W left | lmpop 1 K left | lmpop 0 K left
lolwut | lpop W | lpop K | lpos R e | lpush W e | lpushx W e | lrange R 0 1 | lrem W 0 e | lset W 0 e | ltrim W 0 1
memory usage R | memory usage W | memory doctor | memory stats | mget R R2 W | mget R R2 | migrate h 1 K 0 1 | migrate h 1 R 0 1
migrate h 1 x22x22 0 1 keys K R | module list | monitor | move W 1 | move R 1 | mset W 1 K 2 | mset W 1 R 2 | msetnx W 1 W2 2 | multi
object encoding R | object encoding W | object freq X | object help | persist W | pexpire W 1 | pexpireat W 1 | pexpiretime R
pfadd W e | pfadd R e | pfcount R | pfcount K | pfmerge W R | pfmerge K R | pfmerge R K | ping | psetex W 1 v | psubscribe C | psubscribe C* D
psync x 1 | pttl R | pttl X | publish C m | publish D m | pubsub channels | punsubscribe D | quit | randomkey | readonly | rename R W
rename K W | rename K R | renamenx K W | replconf a b | replicaof no one | reset | restore W 0 x | restore R 0 x | role
rpop W | rpop K | rpoplpush K W | rpoplpush R W | rpush W e | rpushx W e | sadd W m | save | scan 0 | scard R | script load x
script flush | sdiff R R2 | sdiff R W | sdiffstore W R R2 | sdiffstore K W R | select 0 | select 1 | select 9 | set W v | set W v get
set K v GET | set R v | set R v get | set W v ex 1 | setbit W 0 1 | setbit K 0 1 | setex W 1 v | setnx W v | setrange W 0 v | shutdown
sinter R R2 | sintercard 2 R R2 | sintercard 1 W | sintercard x W | sinterstore W R | sinterstore R W | sismember R m | slaveof no one
slowlog get | slowlog reset | smembers R | smembers W | smismember R m | smove K W m | smove R W m | sort R | sort R store W
sort W store R | sort R by x* get y* store K | sort_ro R | spop W | spop K | spublish C m | spublish D m | srandmember R | srem W m
srem K m | sscan R 0 | ssubscribe C | ssubscribe D | strlen R | subscribe C | subscribe C D | substr R 0 1 | sunion R R2 | sunionstore W R
sunsubscribe D | swapdb 0 1 | sync | time | touch W X | touch R | ttl W | type R | type W | type X | unlink W | unlink R | unsubscribe D
unwatch | wait 0 0 | watch R | watch W | watch X | xack W g 1-1 | xadd W * f v | xadd R * f v | xautoclaim K g c 0 0 | xautoclaim W g c 0 0
xclaim W g c 0 1-1 | xdel W 1-1 | xgroup create W g 0 | xgroup create R g 0 | xgroup destroy W g | xinfo stream R | xinfo groups R | xlen R
xpending R g | xrange R - + | xread streams R 0 | xread count 1 streams R W 0 0 | xreadgroup group g c streams R 0
xreadgroup group g c streams K > | xrevrange R + - | xsetid W 1-1 | xtrim W maxlen 1 | zadd W 1 m | zadd K incr 1 m | zcard R
zcount R 0 1 | zdiff 2 R R2 | zdiff 1 W | zdiffstore W 1 R | zdiffstore R 1 W | zincrby W 1 m | zincrby K 1 m | zinter 1 R
zintercard 1 R | zinterstore W 1 R | zlexcount R - + | zmpop 1 W min | zmpop 1 K min | zmscore R m | zpopmax K | zpopmax W | zpopmin R
zrandmember R | zrange R 0 1 | zrangebylex R - + | zrangebyscore R 0 1 | zrangestore W R 0 1 | zrangestore R W 0 1 | zrank R m
zrem W m | zrem K m | zremrangebylex W - + | zremrangebyrank W 0 1 | zremrangebyscore W 0 1 | zrevrange R 0 1 | zrevrangebylex R + -
zrevrangebyscore R 1 0 | zrevrank R m | zscan R 0 | zscore R m | zunion 2 R W | zunionstore W 2 R R2 | zunionstore K 2 R X | zunionstore W x R
acl whoami | acl setuser x | acl cat | acl log | lolwut version 5 | object freq K | object idletime R | object refcount R
"""

NAMES = {"K": "key:both", "K2": "key:two", "R": "read:one", "R2": "read:two", "W": "write:one", "W2": "write:two", "X": "other", "C": "news:a",
         "C*": "news:*", "D": "secret"}


def calls():
    """Every call as a list of words."""
    return [[NAMES.get(word, word) for word in call.split()] for line in CALLS.strip().splitlines() for call in line.split("|")]


# Each is one user's rules.
RULES = [
    [],
    ["allkeys", "allchannels", "allcommands"],
    ["allkeys", "allchannels"],
    ["+@all"],
    ["+@all", "~key:*"],
    ["+@all", "~key:*", "%R~read:*", "%W~write:*", "&news:*"],
    ["+@all", "%R~*"],
    ["+@all", "%W~*"],
    ["+@all", "%R~*", "%W~*"],
    ["+@all", "%RW~*", "&secret"],
    ["+@all", "%R~read:*", "%W~write:*", "%W~read:two"],
    ["+@all", "~*", "&news:a"],
    ["+@all", "~*", "&news:*"],
    ["+@all", "~*", "&news:\\*"],
    ["+@read", "~*"],
    ["+@write", "~*"],
    ["+@all", "-@write", "~*", "&*"],
    ["+@fast", "~*"],
    ["+@all", "-@slow", "~*"],
    ["+@all", "-@dangerous", "~*", "&*"],
    ["+@all", "-@admin", "-@pubsub", "+publish", "~*", "&*"],
    ["+@connection", "+@transaction", "+select|1"],
    ["+select|0", "+select|9", "+client|id", "+config|get", "+get", "~read:*"],
    ["-@all", "+config", "-config|set", "+object|encoding", "+memory", "~read:*"],
    ["+get", "~key:*", "(+get +mget %R~read:*)", "(+set %W~write:*)"],
    ["(+@all ~key:*)", "(+@read %R~read:*)", "(+@write %W~write:*)"],
    ["(+@all ~* resetchannels)", "(+publish &news:*)", "(+subscribe +psubscribe &secret)"],
    ["+@all", "~read:one", "~write:one", "&*", "(~* +exists)"],
    ["+eval", "+evalsha", "+fcall", "%RW~key:*", "(+eval_ro +fcall_ro %R~read:*)"],
    ["+sort", "%R~read:*", "(+sort ~read:* %W~write:*)", "(+@sortedset +@geo ~read:* %W~write:*)"],
]
