# SPDX-License-Identifier: Apache-2.0
"""Outcomes that Redis leaves open for the data at hand. The reply alone does not show them, so the data is asked, after a
difference: it may have changed meanwhile, and then the difference counts."""

from compare import with_listpack_zeros

LEX_RANGES = {b"ZRANGEBYLEX", b"ZREVRANGEBYLEX", b"ZLEXCOUNT", b"ZREMRANGEBYLEX", b"ZRANGE", b"ZRANGESTORE"}
SORTS = {b"SORT", b"SORT_RO"}


def why_unspecified(pair, command):
    """Why these replies may differ, or None."""
    name, words = command[0].upper(), {word.upper() for word in command[1:]}
    if name in LEX_RANGES and (name.endswith((b"LEX", b"LEXCOUNT")) or b"BYLEX" in words):
        source = command[2 if name == b"ZRANGESTORE" else 1]
        return of_lex_range(pair, source)
    if name in SORTS and words >= {b"ALPHA", b"GET"}:
        return of_sort(pair, command[1])
    return None


def differ_in_zeros(pair, key):
    """Are these the same sorted sets but for the signs of zeros, which a listpack does not keep?"""
    if [reply.value for reply in pair.both("TYPE", key)] != [b"zset", b"zset"]:
        return False
    ours, theirs = in_resp3(pair, "ZRANGE", key, 0, -1, "WITHSCORES")
    return ours != theirs and with_listpack_zeros(ours, theirs)


def of_lex_range(pair, key):
    scores = {item.value[1].value for reply in in_resp3(pair, "ZRANGE", key, 0, -1, "WITHSCORES") for item in items_of(reply)}
    _, encoding = pair.both("OBJECT", "ENCODING", key)
    if len(scores) > 1 and encoding.value == b"skiplist":
        return "a skiplist of unequal scores finds members by name as its levels, drawn at random, lead it"
    return None


def of_sort(pair, key):
    for command in (("LRANGE", key, 0, -1), ("SMEMBERS", key), ("ZRANGE", key, 0, -1)):
        if any(b"\0" in item.value for item in items_of(pair.both(*command)[1])):
            return "ALPHA compares as far as a zero byte, and GET does not show the elements that are of equal weight"
    return None


def in_resp3(pair, *command):
    protocol = 3 if pair.both("HELLO")[0].kind == "%" else 2
    pair.both("HELLO", 3)
    replies = pair.both(*command)
    pair.both("HELLO", protocol)
    return replies


def items_of(reply):
    return reply.value if isinstance(reply.value, tuple) else ()
