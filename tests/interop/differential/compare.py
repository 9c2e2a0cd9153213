# SPDX-License-Identifier: Apache-2.0
"""When two replies to the same command count as equal. What is not equal byte for byte is listed here, with its reason."""

from resp_client import Reply

# Redis promises no order for these: its own follows its hash function.
UNORDERED = {
    b"SMEMBERS", b"SINTER", b"SUNION", b"SDIFF", b"HKEYS", b"HVALS", b"KEYS",
    b"FUNCTION LIST",
}
UNORDERED_PAIRS = {b"HGETALL", b"CONFIG GET"}

# Drawn at random: only the form and the number of elements can be compared.
RANDOM = {b"SPOP", b"SRANDMEMBER", b"HRANDFIELD", b"ZRANDMEMBER", b"RANDOMKEY"}

# Cursors and the size of a step are a server's own; tests of whole iterations compare what comes out.
SCANS = {b"SCAN", b"HSCAN", b"SSCAN", b"ZSCAN"}

# The two servers run a command some milliseconds apart: how far the numbers may differ.
CLOCKS = {b"TTL": 2, b"PTTL": 3000, b"EXPIRETIME": 2, b"PEXPIRETIME": 3000, b"LASTSAVE": 100000}

# Texts that name the product or its state; compared by type only, tested elsewhere for what they must hold.
BY_TYPE = {
    b"INFO": "names, counts and sizes are each server's own",
    b"TIME": "the clock goes on between the two calls",
    b"MEMORY": "that we use less is the point",
    b"DEBUG OBJECT": "addresses and sizes are each server's own",
    b"CLIENT ID": "counted from each server's start",
    b"CLIENT LIST": "ports, descriptors and buffers are each server's own",
    b"CLIENT INFO": "ports, descriptors and buffers are each server's own",
    b"DEBUG SDSLEN": "the room that is kept is each server's own",
    b"HELLO": "names server, version and id; the fields are compared by a test of their own",
    b"LOLWUT": "a picture, and a version",
    b"COMMAND DOCS": "the wording is each project's own",
    b"LATENCY HISTOGRAM": "times are each server's own",
    b"LATENCY LATEST": "times are each server's own",
    b"LATENCY HISTORY": "times are each server's own",
    b"SLOWLOG GET": "times are each server's own",
    b"SLOWLOG LEN": "what is slow is each server's own",
    b"COMMAND": "orders, notes and later commands are each table's own; what both know is compared by a test of its own",
    b"COMMAND INFO": "orders, notes and later commands are each table's own; what both know is compared by a test of its own",
    b"COMMAND LIST": "the order is each table's own, and a later Redis's commands are more; those known to both are compared by COMMAND INFO",
    b"COMMAND COUNT": "a later Redis's commands are more",
    b"OBJECT IDLETIME": "seconds may turn between the two calls",
    b"OBJECT REFCOUNT": "Redis shares its small integers, which is visible",
}


# DUMP of a hash or set shows the order of a table with a random seed; moving_values.py compares the rest. Elements of
# equal weight (SORT BY) come in no promised order.

# Every container's HELP: the first line must be the same, the rest is prose.
HELP = b"HELP"

# Rules of single commands stand in the order of a hash table with a random seed in redis-server, by name in ours.
RULES = {b"ACL GETUSER", b"ACL LIST"}

# What an entry of ACL LOG says of time and connection is each server's own.
OWN_LOG_FIELDS = {b"age-seconds", b"client-info"}
# Streams tell when entries were delivered and consumers seen: how far apart that may be, in milliseconds.
STREAM_TIMES = {b"XPENDING", b"XINFO"}
STREAM_MARGIN = 3000

EXPIRED_COUNTED_MAX = 3


def near(ours, theirs):
    return ours.kind == theirs.kind == ":" and abs(ours.value - theirs.value) <= STREAM_MARGIN


def equal_but_times(command, ours, theirs):
    """Times are: unix times, the third of XPENDING's four about an entry, and what follows the word "idle"."""
    if ours == theirs:
        return True
    if not isinstance(ours.value, tuple) or not isinstance(theirs.value, tuple):
        return near(ours, theirs) and ours.value > 10**12
    if ours.kind != theirs.kind or len(ours.value) != len(theirs.value):
        return False
    pending = command[0].upper() == b"XPENDING" and len(ours.value) == 4 and len(command) > 3
    return all(
        equal_but_times(command, a, b)
        or (pending and i == 2 or i > 0 and theirs.value[i - 1].value == b"idle") and near(a, b)
        for i, (a, b) in enumerate(zip(ours.value, theirs.value))
    )


def makes_id(command):
    """Does this XADD leave (a part of) the id to the clock?"""
    return command[0].upper() == b"XADD" and b"*" in command[2:]


def key_of(command):
    name = command[0].upper()
    if len(command) == 2 and command[1].upper() == b"HELP":
        return HELP
    both = name + b" " + command[1].upper() if len(command) > 1 else name
    special = both in BY_TYPE or both in RULES or both in UNORDERED or both in UNORDERED_PAIRS
    if special or both in (b"ACL LOG", b"ACL GENPASS"):
        return both
    return name


def sorted_words(reply):
    if isinstance(reply.value, tuple):
        return Reply(reply.kind, tuple(map(sorted_words, reply.value)))
    return Reply(reply.kind, tuple(sorted(reply.value.split(b" ")))) if isinstance(reply.value, bytes) else reply


def log_entries(reply):
    """Fields of each entry, without those of OWN_LOG_FIELDS."""
    if not isinstance(reply.value, tuple):
        return reply
    entries = [(entry.kind, zip(entry.value[::2], entry.value[1::2])) for entry in reply.value]
    return [(kind, [(name, None if name.value in OWN_LOG_FIELDS else value) for name, value in fields]) for kind, fields in entries]


def sort_key(reply):
    return repr(reply)


def shape(reply):
    """Types, and lengths of aggregates, without contents."""
    if isinstance(reply.value, tuple):
        return reply.kind, tuple(shape(item) for item in reply.value)
    return reply.kind, reply.value is None


def kind_only(reply):
    return reply.kind if reply.kind != "-" else reply


def has_nul(reply):
    return isinstance(reply.value, tuple) and any(isinstance(item.value, bytes) and b"\0" in item.value for item in reply.value)


def normal(command, reply):
    """The form in which replies to this command are compared."""
    if reply.kind == "-":
        return reply
    key = key_of(command)
    if makes_id(command):
        return kind_only(reply)
    if key in UNORDERED and isinstance(reply.value, tuple):
        return Reply(reply.kind, tuple(sorted(reply.value, key=sort_key)))
    if key in UNORDERED_PAIRS and isinstance(reply.value, tuple):
        pairs = zip(reply.value[::2], reply.value[1::2])
        return Reply(reply.kind, tuple(sorted(pairs, key=repr)))
    if key == b"DUMP" or (key in (b"SORT", b"SORT_RO") and any(word.upper() == b"BY" for word in command)):
        return reply.kind, len(reply.value) if isinstance(reply.value, tuple) else None
    # ALPHA compares as far as a zero byte: the rest is of equal weight.
    if key in (b"SORT", b"SORT_RO") and any(word.upper() == b"ALPHA" for word in command) and has_nul(reply):
        return reply.kind, tuple(sorted(reply.value, key=sort_key))
    if key in RULES:
        return sorted_words(reply)
    if key == b"ACL LOG":
        return log_entries(reply)
    if key == b"ACL GENPASS":
        return reply.kind, len(reply.value)
    if key in RANDOM:
        return shape(reply)
    if key in SCANS:
        return shape(reply)[0]
    if key in BY_TYPE.keys() | UNORDERED:
        return kind_only(reply)
    if key == HELP and isinstance(reply.value, tuple):
        return reply.kind, reply.value[0], {line.kind for line in reply.value}
    return reply


def equal(command, ours, theirs):
    if ours == theirs:
        return True
    margin = CLOCKS.get(command[0].upper())
    if margin and ours.kind == theirs.kind == ":" and ours.value > 0 and theirs.value > 0:
        return abs(ours.value - theirs.value) <= margin
    if command[0].upper() in STREAM_TIMES and equal_but_times(command, ours, theirs):
        return True
    # SORT leaves a sorted set of redis-server a skiplist for good, and ours as it was.
    if [word.upper() for word in command[:2]] == [b"OBJECT", b"ENCODING"] and (ours.value, theirs.value) == (b"listpack", b"skiplist"):
        return True
    # Redis counts keys whose time has come for a while longer; or it has come between the two calls.
    if command[0].upper() == b"DBSIZE" and ours.kind == theirs.kind == ":":
        return abs(ours.value - theirs.value) <= EXPIRED_COUNTED_MAX
    # It tells the size of a key whose time has come, too, while that is there.
    if [word.upper() for word in command[:2]] == [b"MEMORY", b"USAGE"] and ours.value is None and theirs.kind == ":":
        return True
    if command[0].upper().lstrip(b"B").startswith(b"Z") and with_listpack_zeros(ours, theirs):
        return True
    return normal(command, ours) == normal(command, theirs)


def with_listpack_zeros(ours, theirs):
    """A skiplist keeps the sign of a score that is -0, a listpack does not; which of the two it is, SORT has a part in."""
    if isinstance(ours.value, tuple) and isinstance(theirs.value, tuple):
        return ours.kind == theirs.kind and len(ours.value) == len(theirs.value) and all(map(with_listpack_zeros, ours.value, theirs.value))
    return ours == theirs or ours.kind == theirs.kind and (ours.value, theirs.value) == (b"0", b"-0")


def equal_transaction(commands, ours, theirs):
    """Replies of EXEC: each compared as that of its command."""
    if not isinstance(ours.value, tuple) or not isinstance(theirs.value, tuple):
        return ours == theirs
    return len(ours.value) == len(theirs.value) == len(commands) and all(
        equal(command, a, b) for command, a, b in zip(commands, ours.value, theirs.value)
    )


def show(command):
    return " ".join(repr(word)[1:] for word in command)
