# SPDX-License-Identifier: Apache-2.0
"""Writes whose effects replicas must see exactly as redis-server would send them, one command a line."""

WRITES = r"""
SET a 1
SET a 2 NX
SET b x EX 100000
SET b y KEEPTTL
SET b z GET
SET b z XX
SETEX c 100000 v
PSETEX c 100000000 v
GETEX c PERSIST
GETEX c EX 100000
GETDEL c
GETSET a 5
INCRBYFLOAT a 1.5
APPEND a x
EXPIRE b 200000
PEXPIRE b 200000000
EXPIREAT b 4102444800
EXPIRE b -1
PERSIST a
RENAME a a2
COPY a2 a3
DEL nokey
DEL a3
UNLINK a2
MSET m1 1 m2 2
MSETNX m1 1 m3 3
HSET h f 1 g 2
HSET h f 1
HSETNX h f 2
HINCRBY h f 2
HINCRBYFLOAT h f 0.25
HDEL h nope
HDEL h f g
RPUSH l a b c d e f
LPOP l
RPOP l 2
BLPOP l 0
RPUSH l b c d e f
BRPOP nokey l 0
BLPOP nokey 0.001
BLMPOP 0 2 nokey l LEFT COUNT 2
BLMOVE l l2 left RIGHT 0
BRPOPLPUSH l l2 0
DEL l l2
ZADD bz 1 a 2 b 3 c 4 d
BZPOPMIN bz 0
BZPOPMAX nokey bz 0
BZMPOP 0 1 bz MIN COUNT 9
RPUSH l a b c d e f
LPOP l 0
LMPOP 2 nokey l LEFT COUNT 2
LMPOP 1 nokey LEFT
LMOVE l l2 LEFT RIGHT
RPOPLPUSH l2 l2
LREM l2 0 nope
LTRIM l2 0 -1
LTRIM l2 1 0
SADD s a b c
SADD s a
SREM s nope
SPOP s 100
SADD s one
SPOP s
SADD s x y
SADD t y z
SMOVE s t x
SMOVE s t nope
SINTERSTORE u s t
SINTERSTORE u s nokey
SINTERSTORE u s nokey
SUNIONSTORE u s t
SDIFFSTORE u u u
ZADD z 1 a 2 b 3 c 4 d 5 e
ZADD z 1 a
ZADD z XX 9 nope
ZADD z INCR 2 a
ZADD z GT CH 1 a
ZINCRBY z 1.5 b
ZREM z nope
ZMPOP 1 z MIN COUNT 2
ZMPOP 2 nokey z MAX
ZPOPMIN z
ZPOPMAX z 0
ZUNIONSTORE zu 2 z t
ZRANGESTORE zr zu 0 1
ZRANGESTORE zr nokey 0 1
ZREMRANGEBYRANK zu 0 0
ZREMRANGEBYSCORE zu 900 1000
ZDIFFSTORE zd 1 nokey
MULTI
SET m 1
INCR m
GET m
SPOP t 100
EXEC
MULTI
SET m 2
EXEC
MULTI
GET m
EXEC
MULTI
EXEC
SELECT 3
SET in3 1
MOVE in3 4
SELECT 0
PUBLISH news hello
SPUBLISH news hello
MULTI
PUBLISH news one
SET afterpublish 1
PUBLISH news two
EXEC
FLUSHDB
EVAL "return redis.call('SET','e1',1)" 0
EVAL "redis.call('SET','e1',1) redis.call('SET','e2',2)" 0
EVAL "return redis.call('GET','e1')" 0
EVAL "redis.call('DEL','nokey') return redis.call('EXISTS','e1')" 0
EVAL "redis.call('SET','e1',0.5) redis.call('INCRBYFLOAT','e1',0.25) redis.call('EXPIRE','e1',100000)" 0
EVAL "redis.call('SET','e1','x') error('then an error')" 0
EVAL "redis.pcall('INCR','e1') redis.call('APPEND','e1','y')" 0
EVAL "redis.set_repl(redis.REPL_NONE) redis.call('SET','e3',1) redis.set_repl(redis.REPL_ALL) redis.call('SET','e4',1)" 0
EVAL "redis.set_repl(redis.REPL_AOF) redis.call('SET','e3',1)" 0
EVAL "redis.set_repl(redis.REPL_REPLICA) redis.call('SET','e3',1)" 0
EVAL "redis.call('SELECT',5) redis.call('SET','in5',1)" 0
EVAL "redis.call('SET','in0',1) redis.call('SELECT',5) redis.call('SET','in5',1)" 0
EVAL "return redis.call('SADD','es','a','b')" 0
EVAL "return redis.call('SPOP','es',100)" 0
EVAL "for i=1,10 do redis.call('RPUSH','el',i) end" 0
EVAL_RO "return redis.call('SET','e1',1)" 0
MULTI
EVAL "redis.call('SET','e5',1)" 0
SET e6 1
EVAL "redis.call('SET','e7',1) redis.call('SET','e8',1)" 0
EXEC
MULTI
EVAL "return 1" 0
EXEC
SCRIPT LOAD "return 1"
SCRIPT FLUSH
FUNCTION LOAD "#!lua name=el\nredis.register_function('ef',function(k,a) redis.call('SET',k[1],a[1]) return redis.call('INCR',k[1]) end)"
FUNCTION LOAD "#!lua name=el\nredis.register_function('ef',function() end)"
FCALL ef 1 e9 5
FUNCTION DELETE el
FUNCTION DELETE el
FUNCTION FLUSH
FUNCTION FLUSH SYNC
FLUSHDB
""".split("\n")[1:-1]
