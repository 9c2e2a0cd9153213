# SPDX-License-Identifier: Apache-2.0
"""What is known to differ from redis-server 7.0, and why. compatibility.py makes engine/COMPATIBILITY.md of it; what a
comparison leaves out beyond this is in compare.py and grammar_choice.py, with its reason."""

# Of the whole engine.
GENERAL = {
    "Order of what has none": "Redis's order of sets, hashes and keys follows its hash function; Millpond has its own. "
    "Sorted sets, lists and streams have the same order.",
    "Cursors": "SCAN's cursors are each server's own; a whole iteration returns the same elements.",
    "Keys are expired on time": "an expired key is gone within 100 ms, however many volatile keys there are; Redis samples, "
    "and DBSIZE and KEYS may count expired keys for longer. What SCAN and KEYS find expired they pass over, and leave to that.",
    "Memory": "a command that is only read makes no room at maxmemory; what makes it then is a thread of its own, within 100 ms. What "
    "a client announces but does not send takes no memory. An empty node takes 1.6 MB, and the tables of its first thousands of keys half "
    "a megabyte, which no eviction gives back: a maxmemory below 2mb is too little.",
    "Prose": "the texts of HELP, DOCTOR, LOLWUT, and the summaries of COMMAND DOCS are Millpond's own words.",
    "Errors of arguments": "are the same to the byte, user input shown in them included.",
    "Lazy freeing": "what is big is always freed in the background; the lazyfree- directives of deadlines, of eviction and of the server's "
    "own deletions are kept and change nothing: replicas are told DEL, never UNLINK.",
    "TLS": "there is none; the tls- directives do not exist, but for tls-port, which can only be 0.",
    "Append-only file": "each server starts from the other's files. In a base of commands (aof-use-rdb-preamble no) the deadlines of "
    "hash fields are HPEXPIREATs, which redis-server 7.0 does not know. Where there is nothing that DEBUG LOADAOF could load it is an "
    "error, where redis-server ends; so it is on a replica, in a transaction, and before the first base is made.",
    "Modules": "there are none.",
    "Configuration files": "loadmodule is unknown, and stops the start as any unknown directive does; where commands are renamed, a log that "
    "names one as Redis does is read all the same; dbfilename cannot be empty; an error names "
    "file and line, in a form of its own; save points behind an include add up as others do; CONFIG REWRITE appends what is new in the order of its own list.",
    "Redis Cluster": "a node answers CLUSTER as a redis-server with cluster support disabled does.",
}

# Of commands, by name.
COMMANDS = {
    "asking": "refused, as by a redis-server without cluster support",
    "eval": "redis.set_repl(redis.REPL_AOF) keeps an effect from the append-only file too, and redis.REPL_REPLICA alone lets it into both: there is one log",
    "client|kill": "MAXAGE, of Redis 7.4, is there",
    "client|list": "the buffers' sizes are Millpond's own; argv-mem, multi-mem and rbs are 0; watch, lib-name and lib-ver, of later versions, are there",
    "client|no-touch": "of Redis 7.2",
    "client|setinfo": "of Redis 7.2",
    "client|reply": "OFF inside MULTI holds from the reply of EXEC on, where Redis breaks that reply off",
    "cluster": "refused, as by a redis-server without cluster support",
    "config|get": "threads is Millpond's own; directives without a meaning here are kept and shown, see directives_kept.cpp",
    "config|set": "maxclients beyond the process's descriptors cannot be changed while running; sizes of 2^63 bytes and more are refused",
    "config|rewrite": "words of user lines that have quotes in them are quoted, and a user whose rules could not be read again is not "
    "written: the file stays as it is; redis-server writes them as they are, and reads something else, or does not start",
    "debug": "the subcommands that tests and tools need, and ALLOCATIONS, which counts how often memory was asked for; LEAK leaks nothing; "
    "RESTART, CRASH-AND-RECOVER, AOF-FLUSH-SLEEP, CLIENT-EVICTION, MALLCTL and CLUSTERLINK are unknown; "
    "QUICKLIST-PACKED-THRESHOLD is accepted without effect: it shows in DEBUG OBJECT and in sizes only",
    "info": "fields that tell of fork and defragmentation are 0; millpond_version, io_threads and fields of Redis 7.2 and 7.4 are there",
    "lolwut": "a picture of its own",
    "keys": "up to 16 KiB above the hard output limit are written before the reply is broken off",
    "monitor": "CLIENT REPLY OFF silences replies only, not what is shown of other clients",
    "replicaof": "inside MULTI it comes into force when EXEC is through",
    "memory|doctor": "in its own words",
    "memory|malloc-stats": "mimalloc's statistics, not jemalloc's",
    "memory|stats": "sizes are Millpond's own",
    "memory|usage": "that it is less is the point",
    "latency|doctor": "in its own words",
    "module": "LIST is empty; loading is refused",
    "object|freq": "the counter grows at random in both",
    "object|refcount": "Redis shares small integers, and says 2147483647; Millpond shares none, and says 1",
    "randomkey": "drawn at random",
    "readonly": "refused, as by a redis-server without cluster support",
    "readwrite": "refused, as by a redis-server without cluster support",
    "reset": "ends CLIENT NO-EVICT too, as in Redis 7.2",
    "set": "IFEQ, of Valkey 8.1, is there; replicas are sent what it has come to",
    "dump": "a string beyond 16 KiB is not compressed; hashes and sets are in an order of their own",
    "xread": "an entry that is gone again at the end of its transaction wakes nobody, as in Redis 7.2; who may not read the keys of one that "
    "makes no sense is told that it makes none",
    "blpop": "clients that wait at one key for different types are each served in their turn, as in Redis 7.2",
    "xautoclaim": "its COUNT has a fixed bound, where Redis's follows its allocator",
    "pfadd": "changes nothing of a value that is corrupted",
    "bitfield": "one that only makes the string longer goes to replicas too",
    "sort": "leaves a sorted set as it is; elements of equal weight may come in another order",
    "migrate": "keys that change while they are sent are sent anew, at most five times; not inside MULTI",
    "shutdown": "CLIENT UNBLOCK ends a client's wait for it, not the shutdown; with a long script it waits for nobody; a client whose "
    "SHUTDOWN was called off goes on, where redis-server 7.0.15 crashes",
    "script|debug": "refused: there is no debugger",
    "function|flush": "frees at once, with ASYNC too",
    "hexpire": "of Redis 7.4, like the other commands of fields that expire; a snapshot with such fields is not for Redis 7.0",
    "delifeq": "of Valkey 9",
    "waitaof": "of Redis 7.2",
    "watch": "while a script runs longer than busy-reply-threshold it is answered -BUSY, since no key can be looked at then; Redis answers OK",
}

# Commands that are there in part.
PARTIAL = {"debug"}

REFUSED = {"asking", "readonly", "readwrite", "cluster", "module|load", "module|loadex", "module|unload", "script|debug"}

# Of the commands that the random run leaves out (grammar_choice.LEFT_OUT): where under tests/ they are tested instead.
OWN_TESTS = {
    "acl": "interop/differential/access.py",
    "cluster|help": "engine/server_commands.py",
    "module|help": "engine/server_commands.py",
    "auth": "interop/differential/access.py",
    "bgrewriteaof": "interop/append_only.py",
    "bgsave": "interop/replication_redis.py",
    "client|caching": "interop/differential/client_limits.py",
    "client|kill": "interop/differential/client_limits.py",
    "client|pause": "interop/differential/client_limits.py",
    "client|reply": "engine/server_clients.py",
    "client|tracking": "interop/differential/observers.py",
    "client|unblock": "interop/differential/client_limits.py",
    "config|rewrite": "interop/differential/configuration.py",
    "config|set": "interop/differential/configuration.py",
    "discard": "interop/differential/pair.py",
    "exec": "interop/differential/pair.py",
    "failover": "interop/replication_redis.py",
    "function|kill": "engine/server_scripts.py",
    "function|restore": "engine/server_scripts.py",
    "hello": "interop/differential/client_limits.py",
    "latency|doctor": "interop/differential/introspection.py",
    "lolwut": "engine/server_commands.py",
    "memory|doctor": "interop/differential/introspection.py",
    "migrate": "interop/moving_values.py",
    "monitor": "interop/differential/observers.py",
    "multi": "interop/differential/pair.py",
    "psubscribe": "interop/differential/observers.py",
    "psync": "engine/server_commands.py",
    "quit": "engine/server_clients.py",
    "replconf": "engine/server_commands.py",
    "replicaof": "interop/replication_redis.py",
    "reset": "interop/differential/client_limits.py",
    "restore-asking": "interop/moving_values.py",
    "save": "interop/replication_redis.py",
    "script|kill": "engine/server_scripts.py",
    "shutdown": "interop/differential/shutdown.py",
    "slaveof": "interop/differential/configuration.py",
    "ssubscribe": "interop/differential/observers.py",
    "subscribe": "interop/differential/observers.py",
    "sync": "interop/replication_redis.py",
    "wait": "interop/replication_redis.py",
    "waitaof": "engine/server_commands.py",
}
