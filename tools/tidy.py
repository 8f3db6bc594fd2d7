#!/usr/bin/env python3
"""Checks what a compiler does not: layers, cycles, friends, names, weights of headers, banned calls, habits.

Reads the checkout it stands in and tools/layers.txt; compiles nothing but runs the preprocessor over the public headers
(remembered in build/tidy, so the second run is quick). Prints PATH:LINE: RULE: TEXT for each finding and ends with
"N problems"; the exit status is 1 if there are any. What is right as it is gets a remark in the code, on its line or on
the one before: `tidy-allow(RULE): reason`. The rules are in tools/tidylib/, their tests in tools/tidy_test.py.
"""
import argparse
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from tidylib import content, snippets, structure, weight  # noqa: E402
from tidylib.layers import Layers  # noqa: E402
from tidylib.tree import Tree  # noqa: E402


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser.add_argument("--no-weight", action="store_true", help="do not weigh the public headers")
    parser.add_argument("--all", action="store_true", help="show the weight of every public header")
    options = parser.parse_args(argv)

    tree = Tree(os.path.abspath(options.root))
    layers = Layers(tree.files["tools/layers.txt"].text, tree)
    problems = structure.check(tree, layers) + content.check(tree, layers) + snippets.check(tree)

    if not options.no_weight:
        found, table = weight.check(tree, layers, options.all)
        problems += found
        print("Public headers, preprocessed lines against the budget:", *table, sep="\n  ")
    largest = sorted(tree.cpp, key=lambda f: len(f.lines), reverse=True)[:10]
    print("The largest files:", *(f"{len(f.lines):6}  {f.path}" for f in largest), sep="\n  ")
    for problem in sorted(problems, key=lambda p: (p.path, p.line)):
        print(problem)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
