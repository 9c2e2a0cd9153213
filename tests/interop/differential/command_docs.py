# SPDX-License-Identifier: Apache-2.0
"""COMMAND DOCS of both servers: everything that is not prose must be equal, form and order included."""

# Prose, in each server's own words: a summary each command must have, the rest is as it is.
PROSE = {b"summary"}
OWN = {b"subcommands", b"complexity"}

# What differs on purpose, by command and field, with the reason.
EXCEPTIONS = {
    ("client|kill", b"arguments"): "MAXAGE of a later Redis is there",
}


def plain(field, reply):
    if field in PROSE:
        return bool(reply.value)
    if field == b"history":
        return [change.value[0].value for change in reply.value]
    return reply


def flatten(reply, found=None):
    """Documents by full name, each a dict; subcommands beside their containers."""
    found = {} if found is None else found
    for name, doc in zip(reply.value[::2], reply.value[1::2]):
        fields = {key.value: value for key, value in zip(doc.value[::2], doc.value[1::2])}
        found[name.value.decode()] = {field: plain(field, value) for field, value in fields.items() if field not in OWN}
        if b"subcommands" in fields:
            flatten(fields[b"subcommands"], found)
    return found


def compare(ours, theirs):
    ours, theirs = flatten(ours), flatten(theirs)
    both = sorted(ours.keys() & theirs.keys())
    differences = []
    for name in both:
        mine, other = ours[name], theirs[name]
        for field in sorted(mine.keys() | other.keys()):
            if mine.get(field) != other.get(field) and (name, field) not in EXCEPTIONS:
                differences.append(f"{name} {field}: millpond {mine.get(field)!r} redis {other.get(field)!r}")
        if list(mine) != list(other) and mine.keys() == other.keys():
            differences.append(f"{name}: order {list(mine)} {list(other)}")
    return differences, len(both)
