#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes engine/COMPATIBILITY.md from millpond-engine's command table and the lists of what the comparison with redis-server
knows to differ.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/compatibility.py          is the page up to date?
    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/compatibility.py --write  writes it
"""

import collections
import os
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import compare
import grammar_choice
import known_differences
import servers
from differential import CORPUS, read_corpus
from grammar import fields_of

SOURCE = pathlib.Path(os.environ.get("MILLPOND_SOURCE") or HERE.parents[2])
PAGE = SOURCE / "engine" / "COMPATIBILITY.md"

HEAD = """# How compatible millpond-engine is with Redis 7.0

This page is made by `tests/interop/differential/compatibility.py` from the command table and from the lists that the
comparison with redis-server 7.0 works by; do not edit it. `./test` sends the same commands to both servers, drawn at
random from the arguments that COMMAND DOCS tells and from hand-written collections, in RESP2 and RESP3, with one thread
and with four, and wants every reply to be the same, but for what is told here.

*complete* means: all options, errors and reply forms of Redis 7.0 are there. *refused* means: known, checked, and answered
with an error, as redis-server does without that feature. How that is known stands under *compared*: by commands drawn at
random, by how many written ones (the lines of `tests/interop/differential/corpus`), or by a file of tests under `tests/`.

## Everywhere

"""


def read_commands(docs, found=None):
    """name -> (since, group), containers left out."""
    found = {} if found is None else found
    for name, doc in zip(docs.value[::2], docs.value[1::2]):
        fields = fields_of(doc)
        if "subcommands" in fields:
            read_commands(fields["subcommands"], found)
        else:
            found[name.value.decode()] = (fields["since"].value.decode(), fields["group"].value.decode())
    return found


def compared_loosely(name):
    """How compare.py compares its replies, when it is not byte for byte."""
    key = name.upper().replace("|", " ").encode()
    if key in compare.UNORDERED or key in compare.UNORDERED_PAIRS:
        return "the order is its own"
    if key in compare.RANDOM:
        return "drawn at random"
    if key in compare.SCANS:
        return "cursors are its own"
    return compare.BY_TYPE.get(key, "")


def written_commands(known):
    """name -> how many lines of the corpora are of it."""
    counts = collections.Counter()
    for path in CORPUS.glob("*.txt"):
        for line in read_corpus(path):
            words = [word.lower() for word in line.split()[:2]]
            both = "|".join(words)
            counts[both if both in known else words[0]] += 1
    return counts


def left_out(name):
    return {name, name.split("|")[0]} & grammar_choice.LEFT_OUT.keys()


def own_tests(name):
    known = known_differences.OWN_TESTS
    return known.get(name) or known.get(name.split("|")[0])


def evidence_for(name, written):
    shown = [] if left_out(name) else ["at random"]
    if written[name]:
        shown.append(f"{written[name]} written")
    if own_tests(name):
        shown.append(f"`{own_tests(name)}`")
    return ", ".join(shown)


def difference_of(name):
    known = known_differences.COMMANDS
    return known.get(name) or known.get(name.split("|")[0]) or compared_loosely(name)


def state_of(name):
    if name.split("|")[0] in known_differences.PARTIAL:
        return "in part"
    return "refused" if {name, name.split("|")[0]} & known_differences.REFUSED and name != "cluster|help" else "complete"


def render(commands):
    lines = [HEAD.rstrip("\n"), ""]
    lines += [f"- **{title}**: {text}" for title, text in known_differences.GENERAL.items()]
    written = written_commands(commands)
    groups = {}
    for name, (since, group) in sorted(commands.items()):
        groups.setdefault(group, []).append((name, since))
    for group, members in sorted(groups.items()):
        lines += ["", f"## {group}", "", "| command | since Redis | state | compared | differs |", "|---|---|---|---|---|"]
        lines += [f"| {name.replace('|', ' ').upper()} | {since} | {state_of(name)} | {evidence_for(name, written)} | {difference_of(name)} |"
                  for name, since in members]
    lines += ["", "## Not compared by random commands", "", "These have tests of their own, or none can be the same:", ""]
    lines += [f"- {name.replace('|', ' ').upper()}: {reason}" for name, reason in sorted(grammar_choice.LEFT_OUT.items())]
    return "\n".join(lines) + "\n"


def commands_of_the_table():
    server = servers.millpond(1)
    try:
        client = server.client()
        client.call("HELLO", 3)
        docs = client.call("COMMAND", "DOCS")
        client.close()
        return read_commands(docs)
    finally:
        server.stop()


class Compatibility(unittest.TestCase):
    def test_whatever_is_complete_is_compared(self):
        commands = commands_of_the_table()
        written = written_commands(commands)
        self.assertEqual([name for name in commands if state_of(name) == "complete" and not evidence_for(name, written)], [])

    def test_own_tests_are_there(self):
        """And speak of the command."""
        for name, file in known_differences.OWN_TESTS.items():
            text = (SOURCE / "tests" / file).read_text(encoding="utf-8").lower()
            self.assertTrue(name.split("|")[-1] in text, f"{file} knows nothing of {name}")

    def test_page_is_up_to_date(self):
        self.maxDiff = 4000
        written = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        self.assertEqual(written, render(commands_of_the_table()), f"run {pathlib.Path(__file__).name} --write")


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(render(commands_of_the_table()), encoding="utf-8")
    else:
        unittest.main(verbosity=2)
