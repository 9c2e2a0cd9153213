#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over our own sources: tests/house/tidy.py [--jobs N] [FILE...].

Reads how they are built from build/release, which has to be built. A file that was found clean is looked at again only when it, a
header that it includes, or the checks have changed, so the first run takes long and the next ones seconds."""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(SOURCE, "build", "release")
STATE = os.path.join(SOURCE, "build", "tidy")
FOLDERS = ("resp", "engine", "admin-api", "gui")
FINDING = re.compile(r"^(/\S+?:\d+:\d+: (?:error|warning): .*)$", re.MULTILINE)


def without_gcc(command):
    """What clang does not know: g++'s precompiled header, a warning of its own; and the compiler's own name with its launcher."""
    words = shlex.split(command)
    while not words[0].endswith("c++"):
        words.pop(0)
    kept = []
    while words:
        word = words.pop(0)
        if word == "-include" and "cmake_pch" in words[0]:
            words.pop(0)
        elif word not in ("-Winvalid-pch", "-Wshadow=local"):
            kept.append(word)
    return kept


def commands():
    """Of each of our sources: its folder, the command, and the object that it makes."""
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    found = {}
    for entry in entries:
        path = os.path.relpath(entry["file"], SOURCE)
        if path.split(os.sep)[0] in FOLDERS:
            words = without_gcc(entry["command"])
            found[path] = {"directory": entry["directory"], "file": entry["file"], "arguments": words, "output": words[words.index("-o") + 1]}
    return found


def headers():
    """Of each object: the files of ours that it is made from."""
    told = subprocess.run(["ninja", "-C", BUILD, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    found, current = {}, None
    for line in told.splitlines():
        if line.startswith("    "):
            path = os.path.realpath(os.path.join(BUILD, line.strip()))
            if path.startswith(SOURCE + os.sep):
                current.append(path)
        elif ": #deps" in line:
            current = found.setdefault(line.split(":")[0], [])
    return found


class Tidy:
    def __init__(self):
        self.commands, self.headers, self.digests = commands(), headers(), {}
        os.makedirs(STATE, exist_ok=True)
        with open(os.path.join(STATE, "compile_commands.json"), "w", encoding="utf-8") as file:
            json.dump(list(self.commands.values()), file)

    def digest(self, path):
        if path not in self.digests:
            with open(path, "rb") as file:
                self.digests[path] = hashlib.sha256(file.read()).hexdigest()
        return self.digests[path]

    def key(self, path):
        command = self.commands[path]
        parts = [os.path.join(SOURCE, ".clang-tidy"), command["file"], *sorted(self.headers.get(command["output"], []))]
        return hashlib.sha256("".join([*command["arguments"], *map(self.digest, parts)]).encode()).hexdigest()

    def look(self, path):
        """What is found in it; None: it is as it was when nothing was."""
        stamp, key = os.path.join(STATE, path.replace(os.sep, "-")), self.key(path)
        if os.path.exists(stamp):
            with open(stamp, encoding="utf-8") as file:
                if file.read() == key:
                    return None
        done = subprocess.run(["clang-tidy", "-p", STATE, "--quiet", os.path.join(SOURCE, path)], capture_output=True, text=True, check=False)
        findings = FINDING.findall(done.stdout)
        if done.returncode != 0 and not findings:
            findings = [f"{path}: clang-tidy ended with {done.returncode}: {done.stderr.strip()}"]
        if not findings:
            with open(stamp, "w", encoding="utf-8") as file:
                file.write(key)
        return findings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    tidy = Tidy()
    paths = [os.path.relpath(os.path.realpath(path), SOURCE) for path in options.files] or sorted(tidy.commands)
    if unknown := [path for path in paths if path not in tidy.commands]:
        sys.exit(f"No source of ours that build/release knows: {', '.join(unknown)}")
    found, looked_at = set(), 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for findings in pool.map(tidy.look, paths):
            looked_at += findings is not None
            for finding in findings or ():
                if finding not in found:  # a header's are found from each that includes it
                    print(finding, flush=True)
                found.add(finding)
    print(f"{len(paths)} files, {looked_at} of them looked at, {len(found)} findings")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
