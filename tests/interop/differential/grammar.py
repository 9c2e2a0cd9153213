# SPDX-License-Identifier: Apache-2.0
"""Draws commands from the argument trees of COMMAND DOCS: whatever a command says that it takes, in every combination, with
values that its keys make sense of, and now and then something that it does not take."""

from grammar_choice import settled
from grammar_values import NO_NUMBERS, TIMES, Values

# Shares of all commands.
GARBAGE = 0.04
TRANSACTION = 0.01
OPTION = 0.35
REPEATED_MAX = 4


def fields_of(doc):
    return {key.value.decode(): value for key, value in zip(doc.value[::2], doc.value[1::2])}


class Node:
    """One argument of the tree."""

    def __init__(self, argument):
        fields = fields_of(argument)
        self.name = fields["name"].value.decode()
        self.type = fields["type"].value.decode()
        self.token = fields["token"].value if "token" in fields else None
        flags = {flag.value for flag in fields["flags"].value} if "flags" in fields else ()
        self.optional = b"optional" in flags
        self.multiple = b"multiple" in flags
        self.multiple_token = b"multiple_token" in flags
        self.children = [Node(child) for child in fields["arguments"].value] if "arguments" in fields else []

    def names(self):
        yield self.name
        for child in self.children:
            yield from child.names()


class Form:
    """A command, or a subcommand, and how it is written."""

    def __init__(self, name, doc):
        fields = fields_of(doc)
        self.name = name
        self.words = [word.upper().encode() for word in name.split("|")]
        self.group = fields["group"].value.decode()
        self.nodes = [Node(argument) for argument in fields["arguments"].value] if "arguments" in fields else []
        self.timed = any(name in TIMES for node in self.nodes for name in node.names())


def read_forms(docs):
    """All that can be called, by name. `docs`: the reply of COMMAND DOCS."""
    forms = {}
    for name, doc in zip(docs.value[::2], docs.value[1::2]):
        name = name.value.decode()
        subcommands = fields_of(doc).get("subcommands")
        if subcommands is None:
            forms[name] = Form(name, doc)
        else:
            forms.update(read_forms(subcommands))
            if "|" not in name:
                forms.setdefault(name, Form(name, doc))
    return forms


class Grammar:
    def __init__(self, random, forms, weights, blocking=()):
        """`weights`: how often, by name; `blocking`: names of commands that are only sent inside a transaction, where
        they cannot block."""
        self.random = random
        self.forms = forms
        self.values = Values(random)
        self.names = sorted(name for name in forms if weights(name) > 0)
        self.weights = [weights(name) for name in self.names]
        self.blocking = set(blocking)

    # -- One command -----------------------------------------------------------------------------------------

    def draw(self, form):
        # As many keys as there are ids, weights and the like, mostly; and their number said truly.
        self.repeats = self.random.choice((1, 1, 1, 2, 2, 3, REPEATED_MAX))
        self.counts, self.keys = [], 0
        self.values.begin(form)
        words = list(form.words)
        for node in form.nodes:
            self.write(form, node, words)
        for at in self.counts:
            if self.random.random() < 0.96:
                words[at] = b"%d" % self.keys
        return settled(self.spoil(form, words) if self.random.random() < GARBAGE else words)

    def write(self, form, node, words):
        random = self.random.random
        if node.optional and random() >= OPTION:
            return
        times = 1
        if node.multiple:
            times = self.repeats if random() < 0.85 else self.random.randrange(1, REPEATED_MAX + 1)
        if node.token is not None and not node.multiple_token:
            words.append(self.values.token(node.token))
        for _ in range(times):
            if node.token is not None and node.multiple_token:
                words.append(node.token)
            self.write_value(form, node, words)

    def write_value(self, form, node, words):
        if node.type == "oneof":
            self.write(form, self.values.choose(form, node), words)
        elif node.type == "block":
            for child in node.children:
                self.write(form, child, words)
        elif node.type != "pure-token":
            if node.name == "numkeys":
                self.counts.append(len(words))
            if node.type == "key":
                self.keys += 1
            words.append(self.values.draw(form, node))

    def spoil(self, form, words):
        draw, last = self.random.random(), len(words) - 1
        if last < 1:
            return [*words, self.values.garbage()]
        if draw < 0.2:
            return words[:-1]
        if draw < 0.35:
            return [*words, self.values.garbage()]
        at = self.random.randrange(1, last + 1)
        if form.timed:  # a number in the wrong place might be a time to live that ends during the run
            return [*words[:at], self.values.pick(NO_NUMBERS), *words[at + 1 :]]
        if draw < 0.75:
            return [*words[:at], self.values.garbage(), *words[at + 1 :]]
        if draw < 0.85:
            return [*words[:at], words[at], *words[at:]]
        other = self.random.randrange(1, last + 1)
        words[at], words[other] = words[other], words[at]
        return words

    # -- Many ------------------------------------------------------------------------------------------------

    def unit(self):
        """One command, or a whole transaction."""
        form = self.forms[self.random.choices(self.names, self.weights)[0]]
        if form.name in self.blocking:
            return [[b"MULTI"], self.draw(form), [b"EXEC"]]
        if self.random.random() < TRANSACTION:
            inside = [self.draw(self.forms[name]) for name in self.random.choices(self.names, self.weights, k=3)]
            return [[b"MULTI"], *inside, [self.random.choice((b"EXEC", b"EXEC", b"EXEC", b"DISCARD"))]]
        return [self.draw(form)]

    def batches(self, count, size):
        sent = 0
        while sent < count:
            batch = []
            while len(batch) < size:
                batch += self.unit()
            sent += len(batch)
            yield batch
