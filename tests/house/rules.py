#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The house rules that a machine can check: clang-format, a licence header in every source, nothing at the top level that
the design does not name, and README links that lead somewhere."""
import os
import re
import subprocess
import unittest

ROOT = os.environ.get("MILLPOND_SOURCE") or os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "run", "test", "resp", "engine", "admin-api",
             "gui", "packaging", "tests", "icons"}


def files():
    """Every file that git knows; a tree without git (an archive) is walked."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        return [name for name in listed.stdout.split("\0") if name and os.path.exists(os.path.join(ROOT, name))]
    return [os.path.relpath(os.path.join(folder, name), ROOT) for folder, folders, names in os.walk(ROOT)
            for name in names if not os.path.relpath(folder, ROOT).startswith((".git", "build"))]


class Rules(unittest.TestCase):
    def test_formatted(self):
        sources = [os.path.join(ROOT, f) for f in files() if f.endswith((".h", ".cpp"))]
        self.assertTrue(sources)
        done = subprocess.run(["clang-format", "--dry-run", "--ferror-limit=1", *sources], capture_output=True, text=True)
        crooked = sorted(set(re.findall(r"^(\S+?):\d+:\d+: (?:warning|error)", done.stderr, re.M)))
        self.assertEqual(crooked, [], "run clang-format -i on these")

    def test_licence_headers(self):
        bare = []
        for name in files():
            if name.endswith((".h", ".cpp", ".py", ".cmake", "CMakeLists.txt", ".service")) or name in ("run", "test"):
                with open(os.path.join(ROOT, name), encoding="utf-8") as source:
                    if "SPDX-License-Identifier: Apache-2.0" not in source.read(300):
                        bare.append(name)
        self.assertEqual(bare, [])

    def test_top_level(self):
        top = {name.split("/")[0] for name in files()}
        self.assertEqual({name for name in top if not name.startswith(".")} - TOP_LEVEL, set())

    def test_readmes(self):
        for folder in ("", "resp", "engine", "admin-api", "gui", "packaging", "tests", "icons"):
            path = os.path.join(ROOT, folder, "README.md")
            self.assertTrue(os.path.exists(path), path)
            with open(path, encoding="utf-8") as page:
                for target in re.findall(r"\]\(([^)#:]+)\)", page.read()):
                    self.assertTrue(os.path.exists(os.path.join(ROOT, folder, target)), f"{path} links to {target}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
