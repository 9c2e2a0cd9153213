#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Turns this machine's Debian package index into Redis commands, for `redis-cli --pipe`.

    package_index.py [--limit N] | redis-cli -h ENDPOINT --pipe

What it makes: `pkg:NAME` (hash: a package's fields), `section:NAME` (set of packages), `packages:by-size`
(sorted set by installed size in KiB), `rdepends:NAME` (list: who depends on it), `description:NAME`
(string; every fourth one with a TTL of a day).
"""
import argparse
import re
import subprocess
import sys

FIELDS = ("Version", "Installed-Size", "Maintainer", "Architecture", "Section", "Priority", "Size", "Homepage", "SHA256")
TTL_SECONDS = 86400


def encode(*args):
    """One command as RESP."""
    out = [b"*%d\r\n" % len(args)]
    for arg in args:
        data = arg.encode() if isinstance(arg, str) else arg
        out.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(out)


def packages(limit):
    """Yields each package's fields as a dict, continuation lines joined."""
    index = subprocess.Popen(["apt-cache", "dumpavail"], stdout=subprocess.PIPE, encoding="utf-8", errors="replace")
    fields, last, seen = {}, None, 0
    for line in index.stdout:
        if line == "\n":
            if "Package" in fields:
                yield fields
                seen += 1
                if seen == limit:
                    break
            fields, last = {}, None
        elif line[0] in " \t":
            if last:
                fields[last] += line.rstrip("\n")
        else:
            last, _, value = line.rstrip("\n").partition(": ")
            fields[last] = value
    index.stdout.close()
    index.terminate()
    index.wait()


def commands(limit):
    """Yields the commands, encoded."""
    for number, package in enumerate(packages(limit)):
        name = package["Package"]
        pairs = [part for field in FIELDS if field in package for part in (field.lower(), package[field])]
        yield encode("HSET", f"pkg:{name}", "name", name, *pairs)
        yield encode("SADD", f"section:{package.get('Section', 'none')}", name)
        yield encode("ZADD", "packages:by-size", package.get("Installed-Size", "0"), name)
        # A set, in order: a package may name the same dependency twice, with two version bounds.
        for dependency in dict.fromkeys(re.findall(r"(?:^|[,|]\s*)([a-z0-9][a-z0-9+.-]+)", package.get("Depends", ""))):
            yield encode("RPUSH", f"rdepends:{dependency}", name)
        description = package.get("Description", package.get("Description-en", ""))
        if number % 4 == 0:
            yield encode("SET", f"description:{name}", description, "EX", str(TTL_SECONDS))
        else:
            yield encode("SET", f"description:{name}", description)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=0, help="only the first N packages (default: all)")
    out = sys.stdout.buffer
    for command in commands(parser.parse_args().limit or -1):
        out.write(command)


if __name__ == "__main__":
    main()
