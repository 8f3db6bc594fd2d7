#!/usr/bin/env python3
"""Writes the code of examples/guide into the pages of docs/guide; tools/tidylib/snippets.py says how both are marked.

With --check it only says what differs, as tools/tidy.py does. The exit status is 1 if anything is wrong afterwards.
"""
import argparse
import os
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))

from tidylib import snippets  # noqa: E402
from tidylib.tree import Tree, matches  # noqa: E402


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--root", default=ROOT)
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(argv)
    tree = Tree(options.root)
    for page in tree.files.values():
        if matches(page.path, snippets.PAGES) and not options.check:
            text, _ = snippets.fill(page, tree)
            if text != page.text:
                with open(os.path.join(options.root, page.path), "w", encoding="utf-8") as f:
                    f.write(text)
    problems = snippets.check(Tree(options.root))
    print(*problems, f"{len(problems)} problems", sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
