"""Which tests use coroutines. The library is trusted when g++ 12 built it, coroutines are not: see the decision on
compilers in docs/decisions/."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from tidylib.tree import Tree  # noqa: E402

_COROUTINE = re.compile(r"\bco_(?:await|return|yield)\b")
_TEST = re.compile(r"^[ \t]*(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P)\(\s*(\w+),\s*(\w+)\)", re.M)


def gtest_filter_without_coroutines(root):
    """(value of GTEST_FILTER, number of tests it leaves out): all but those of files in which a coroutine stands."""
    names = []
    for f in Tree(root).cpp:
        if f.path.endswith("_test.cc") and _COROUTINE.search(f.code):
            names += [f"{suite}.{test}" for suite, test in _TEST.findall(f.code)]
    # Parametrised tests are called PREFIX/SUITE.TEST/NUMBER, typed ones SUITE/NUMBER.TEST.
    patterns = [p for n in names for p in (n, f"*/{n}/*", n.replace(".", "/*."), f"*/{n.replace('.', '/*.')}")]
    return ("-" + ":".join(patterns) if names else "", len(names))
