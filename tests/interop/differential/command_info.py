# SPDX-License-Identifier: Apache-2.0
"""COMMAND's answers about the commands that both servers know."""

# Data commands that the random generator leaves out, and why.
NOT_GENERATED = []

# Commands whose description differs on purpose.
EXCEPTIONS = {}

SERVER_CATEGORIES = {b"@connection", b"@admin", b"@transaction", b"@pubsub", b"@scripting", b"@dangerous"}


def words(reply):
    return {item.value for item in reply.value}


def is_data_command(info):
    categories = words(info[6])
    return not categories & SERVER_CATEGORIES and info[3].value != 0 or b"movablekeys" in words(info[2]) and not categories & SERVER_CATEGORIES


def plain(reply):
    """A reply without the difference between RESP2 and RESP3; lists of words sorted."""
    if isinstance(reply.value, tuple):
        items = [plain(item) for item in reply.value]
        return sorted(items, key=repr) if all(isinstance(item, bytes) for item in items) else items
    return reply.value


def key_specs(reply):
    """Without the notes, which are prose."""
    specs = []
    for spec in reply.value:
        fields = dict(zip((key.value for key in spec.value[::2]), spec.value[1::2]))
        specs.append({key.decode(): plain(value) for key, value in fields.items() if key != b"notes"})
    return specs


def describe(info):
    return {
        "arity": info[1].value,
        "flags": sorted(words(info[2])),
        "keys": [part.value for part in info[3:6]],
        "categories": sorted(words(info[6])),
        "tips": [tip.value for tip in info[7].value],
        "key specs": key_specs(info[8]),
    }


def flatten(reply):
    """Commands and subcommands by name."""
    found = {}
    for info in reply.value:
        found[info.value[0].value.decode()] = info.value
        if len(info.value) > 9:
            found.update(flatten(info.value[9]))
    return found


def compare(ours, theirs):
    ours, theirs = flatten(ours), flatten(theirs)
    both = sorted(ours.keys() & theirs.keys())
    differences = []
    for name in both:
        mine, other = describe(ours[name]), describe(theirs[name])
        for part in mine:
            if mine[part] != other[part] and part not in EXCEPTIONS.get(name, ()):
                differences.append(f"{name} {part}: millpond {mine[part]} redis {other[part]}")
    return differences, len(both)
