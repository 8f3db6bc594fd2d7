#!/usr/bin/env python3
"""Tests of tools/tidy.py: each rule is seen to fire, and to keep quiet, on small trees made in temporary folders."""
import contextlib
import io
import os
import shutil
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import snippets  # noqa: E402
import tidy  # noqa: E402
from tidylib.layers import Layers  # noqa: E402
from tidylib.tree import Tree, blank  # noqa: E402

LAYERS = """
layers seastar  base kernel loop future json http|websocket app testing
layers smf      wire server|client
library smf     seastar: base loop future http
library smfc
no-coroutines   base kernel loop future
reactor         include/seastar/core/roof.hh
component util-file include/seastar/util/file.hh
header base     seastar/util/*.hh
header loop     seastar/core/task.hh
header future   seastar/core/future.hh seastar/core/gate.hh seastar/core/file.hh
header http     seastar/http/*.hh
header app      seastar/core/reactor.hh seastar/core/roof.hh
header wire     smf/frame.h
budget 10       seastar/core/gate.hh
layer-budget 1000 seastar/base seastar/loop seastar/future seastar/http seastar/app smf/wire
"""


class TidyTest(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="tidy-test-")
        self.addCleanup(shutil.rmtree, self.root)
        self.write("tools/layers.txt", LAYERS)

    def write(self, path, text=""):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def run_tidy(self, *options):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = tidy.main(["--root", self.root, *options])
        lines = out.getvalue().splitlines()
        return status, lines

    def problems(self, *options):
        """(path:line, rule) of each finding."""
        status, lines = self.run_tidy(*(options or ("--no-weight",)))
        found = [tuple(line.split(": ")[:2]) for line in lines if not line.startswith(" ") and ": " in line]
        self.assertEqual(lines[-1], f"{len(found)} problems")
        self.assertEqual(status, 1 if found else 0)
        return found

    def assert_found(self, *expected):
        self.assertEqual(sorted(self.problems()), sorted(expected))

    def assert_rule(self, rule, path, bad, good):
        """`bad` has the finding in its first line, `good` none at all."""
        self.write(path, bad + "\n")
        self.assert_found((path + ":1", rule))
        self.write(path, good + "\n")
        self.assert_found()


class Layering(TidyTest):
    def test_lower_layers_and_the_own_folder_may_be_included(self):
        self.write("src/seastar/base/a.hh")
        self.write("src/seastar/loop/b.hh")
        self.write("src/seastar/loop/c.cc",
                   '#include "b.hh"\n#include "loop/b.hh"\n#include "base/a.hh"\n#include <vector>\n')
        self.assert_found()

    def test_a_higher_layer_may_not_be_included(self):
        self.write("src/seastar/loop/b.hh")
        self.write("src/seastar/base/a.cc", '\n#include "loop/b.hh"\n')
        self.assert_found(("src/seastar/base/a.cc:2", "layer"))

    def test_layers_side_by_side_do_not_know_each_other(self):
        self.write("src/seastar/http/h.hh")
        self.write("src/seastar/websocket/w.cc", '#include "http/h.hh"\n')
        self.assert_found(("src/seastar/websocket/w.cc:1", "layer"))

    def test_public_headers_have_the_layer_that_the_list_gives_them(self):
        self.write("include/seastar/core/task.hh", "#include <seastar/core/future.hh>\n")
        self.write("include/seastar/core/future.hh", "#include <seastar/util/x.hh>\n")
        self.write("include/seastar/util/x.hh")
        self.assert_found(("include/seastar/core/task.hh:1", "layer"))

    def test_a_public_header_without_a_layer_is_reported(self):
        self.write("include/seastar/core/unknown.hh")
        self.assert_found(("include/seastar/core/unknown.hh:1", "layer"))

    def test_a_public_header_that_the_list_leaves_out_has_the_layer_of_its_source(self):
        self.write("include/seastar/core/unknown.hh", "#include <seastar/core/future.hh>\n")
        self.write("include/seastar/core/future.hh")
        self.write("src/seastar/loop/unknown.cc")
        self.assert_found(("include/seastar/core/unknown.hh:1", "layer"))

    def test_a_header_and_its_source_are_in_one_layer(self):
        self.write("include/seastar/core/task.hh")
        self.write("src/seastar/loop/task.cc")
        self.assert_found()
        os.rename(os.path.join(self.root, "src/seastar/loop"), os.path.join(self.root, "src/seastar/future"))
        self.assert_found(("include/seastar/core/task.hh:1", "layer"))

    def test_a_folder_that_is_no_layer_is_reported(self):
        self.write("src/seastar/misc/x.cc")
        self.assert_found(("src/seastar/misc/x.cc:1", "layer"))

    def test_a_public_header_does_not_include_a_private_one(self):
        self.write("src/seastar/base/a.hh")
        self.write("include/seastar/core/task.hh", '#include "base/a.hh"\n')
        self.assert_found(("include/seastar/core/task.hh:1", "layer"))

    def test_includes_that_are_nowhere_are_reported_but_generated_ones(self):
        self.write("src/smf/wire/a.cc", '#include "gone.hh"\n#include "x_generated.h"\n#include <seastar/gone.hh>\n')
        self.assert_found(("src/smf/wire/a.cc:1", "layer"), ("src/smf/wire/a.cc:3", "layer"))

    def test_an_include_in_a_comment_or_a_raw_string_is_none(self):
        self.write("src/seastar/loop/b.hh")
        self.write("src/seastar/base/a.cc", '// #include "loop/b.hh"\n/*\n#include "loop/b.hh"\n*/\n'
                   'const char* x = R"(\n#include "loop/b.hh"\n)";\n')
        self.assert_found()

    def test_smf_uses_public_seastar_headers_of_the_layers_it_may(self):
        self.write("include/seastar/core/future.hh")
        self.write("include/seastar/core/roof.hh")
        self.write("src/seastar/base/a.hh")
        self.write("src/smf/wire/ok.cc", "#include <seastar/core/future.hh>\n")
        self.write("src/smf/wire/high.cc", "#include <seastar/core/roof.hh>\n")
        self.write("src/smf/wire/private.cc", '#include "seastar/base/a.hh"\n')
        self.assert_found(("src/smf/wire/high.cc:1", "layer"), ("src/smf/wire/private.cc:1", "layer"))

    def test_seastar_does_not_know_smf(self):
        self.write("include/smf/frame.h")
        self.write("src/seastar/http/h.cc", "#include <smf/frame.h>\n")
        self.assert_found(("src/seastar/http/h.cc:1", "layer"))

    def test_smfc_uses_flatbuffers_and_the_standard_library_only(self):
        self.write("include/seastar/core/future.hh")
        self.write("src/smfc/ok.cc", "#include <flatbuffers/idl.h>\n#include <string>\n")
        self.write("src/smfc/ok_test.cc", "#include <gtest/gtest.h>\n")
        self.write("src/smfc/bad.cc", "#include <fmt/core.h>\n#include <seastar/core/future.hh>\n#include <unistd.h>\n")
        self.assert_found(*((f"src/smfc/bad.cc:{n}", "layer") for n in (1, 2, 3)))

    def test_examples_use_public_headers(self):
        self.write("src/seastar/base/a.hh")
        self.write("examples/e.cc", '#include "seastar/base/a.hh"\n')
        self.write("tests/t.cc", '#include "seastar/base/a.hh"\n')
        self.assert_found(("examples/e.cc:1", "layer"))

    def test_cmake_has_the_order_of_the_list(self):
        path = "src/seastar/CMakeLists.txt"
        self.write(path, "set(SEASTAR_LAYER_NAMES base loop http websocket\n  app)\n")
        self.assert_found()
        self.write(path, "set(SEASTAR_LAYER_NAMES loop base)\n")
        self.assert_found((path + ":1", "layer"))

    def test_an_unknown_word_in_the_list_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "layers.txt:1: unknown word 'headre'"):
            Layers("headre base x.hh", Tree(self.root))


class Structure(TidyTest):
    def test_a_cycle_of_components_is_reported_once(self):
        self.write("src/seastar/base/a.hh", '#include "b.hh"\n')
        self.write("src/seastar/base/b.hh")
        self.write("src/seastar/base/b.cc", '#include "c.hh"\n')
        self.write("src/seastar/base/c.hh", '#include "a.hh"\n')
        _, lines = self.run_tidy("--no-weight")
        self.assertIn("src/seastar/base/a.hh:1: cycle: a -> b -> c -> a", lines)
        self.assertEqual(lines[-1], "1 problems")

    def test_a_header_its_source_and_its_bodies_are_one_component(self):
        self.write("src/seastar/base/a.hh", '#include "a-impl.hh"\n')
        self.write("src/seastar/base/a-impl.hh", '#include "a.hh"\n#include "b.hh"\n')
        self.write("src/seastar/base/a.cc", '#include "a_impl.hh"\n')
        self.write("src/seastar/base/a_impl.hh", '#include "a.hh"\n')
        self.write("src/seastar/base/b.hh")
        self.write("src/seastar/base/a.cc", '#include "a.hh"\n')
        self.assert_found()

    def test_friends_live_in_one_folder(self):
        self.write("src/seastar/loop/b.hh", "class outsider : x {\n};\ntemplate <typename T>\nstruct generic {};\n")
        self.write("src/seastar/base/c.hh", "class insider final {};\n")
        self.write("src/seastar/base/a.hh", "class outsider;\nclass a {\n    friend class insider;\n"
                   "    friend class loop::outsider;\n    template <typename T> friend struct generic;\n"
                   "    friend bool operator==(a, a) { return true; }\n    friend class declared_nowhere;\n};\n")
        self.assert_found(("src/seastar/base/a.hh:4", "friend"), ("src/seastar/base/a.hh:5", "friend"))

    def test_the_reactor_is_the_roof(self):
        self.write("include/seastar/core/reactor.hh")
        self.write("include/seastar/core/roof.hh", "#include <seastar/core/reactor.hh>\n")
        self.write("src/seastar/app/start.cc", "#include <seastar/core/reactor.hh>\nvoid f() { engine().run(); }\n")
        self.write("examples/e.cc", "#include <seastar/core/reactor.hh>\n")
        self.assert_found()
        self.write("src/seastar/http/h.cc", "\n\nvoid f() { seastar::engine().at_exit(g); }\n")
        self.write("src/seastar/http/fine.cc", "void f(x& y) { y.engine(); y->engine(); } // engine()\n")
        self.assert_found(("src/seastar/http/h.cc:3", "reactor"))

    def test_a_basename_is_used_once_in_a_library(self):
        self.write("src/seastar/base/a.hh")
        self.write("src/smf/wire/a.hh")
        self.assert_found()
        self.write("src/seastar/loop/a.hh")
        self.assert_found(("src/seastar/loop/a.hh:1", "basename"))

    def test_headers_of_one_basename_can_be_told_apart_by_a_component_name(self):
        self.write("include/seastar/core/file.hh")
        self.write("include/seastar/util/file.hh", "#include <seastar/util/x.hh>\n")
        self.write("include/seastar/util/x.hh")
        self.write("src/seastar/future/file.cc")
        self.write("src/seastar/base/util-file.cc")
        self.assert_found()


class Content(TidyTest):
    LIBRARY = "src/seastar/loop/x.cc"

    def test_bans_of_the_library(self):
        for rule, bad, good in (
                ("random", "int x() { return rand(); }", "int x() { return operand() + y.rand() + my::rand(); }"),
                ("random", "auto x() { return std::random_device{}(); }", "auto x() { return std::mt19937(7)(); }"),
                ("clock", "auto x() { return std::chrono::steady_clock::now(); }", "auto x() { return ring.now(); }"),
                ("clock", "auto x() { return time(nullptr); }", "auto x() { return uptime(0) + time(y); }"),
                ("exit", "void x() { exit(1); }", "void x() { y.exit(1); at_exit(z); }"),
                ("exit", "void x() { ::_exit(1); }", "void x() { y._exit(1); }"),
                ("output", "void x() { std::cout << 1; }", "void x(std::ostream& cout) { cout << 1; }"),
                ("output", 'void x() { printf("x"); }', 'void x() { std::snprintf(y, 1, "x"); z.puts(); }'),
                ("syscall", "int x() { return ::socket(1, 2, 3); }", "int x() { return net::socket(1) + listen(2); }"),
                ("syscall", "int x() { return epoll_wait(1, y, 2, 3); }", "int x() { return my_epoll_wait(1); }"),
                ("syscall", "#include <liburing.h>", "#include <cstdint>"),
                ("environment", 'auto x() { return getenv("HOME"); }', 'auto x() { return node.getenv("HOME"); }'),
                ("thread", "std::thread x();", "std::thread::id x();"),
                ("sleep", "void x() { std::this_thread::sleep_for(y); }", "auto x() { return sleep(y); }"),
                ("throw", "void x() { throw 1; }", "void x() noexcept; // may not throw"),
                ("todo", "// TODO: later", "// TODO(perf): later"),
        ):
            with self.subTest(bad):
                self.assert_rule(rule, self.LIBRARY, bad, good)

    def test_what_a_string_or_a_comment_says_is_not_code(self):
        self.write(self.LIBRARY, '// rand()\nconst char *x = "std::cout << rand()", *y = R"(throw)"; /* throw\n */\n')
        self.assert_found()

    def test_owners_tests_and_other_code_are_exempt(self):
        call = "int x() { return ::socket(1, 2, 3); }\n"
        for path in ("src/seastar/kernel/x.cc", "src/seastar/loop/x_test.cc", "examples/x.cc", "src/smfc/x.cc"):
            self.write(path, call)
        self.assert_found()

    def test_a_sleep_is_banned_in_tests_too(self):
        self.assert_rule("sleep", "src/seastar/loop/x_test.cc", "void x() { usleep(5); }", "auto x() { sleep(y); }")

    def test_mutable_globals_and_function_statics(self):
        good = ("const int x = 1;", "constexpr int x{1};", "static constexpr int x = 1;", "inline constexpr int x = 1;",
                "static const std::string x = y;", "thread_local constinit int x = 1;",
                "static thread_local int x = 1;",
                "constinit thread_local int x{1};", "static int f();", "    static void f() {", "using x = y;",
                "struct x;", "class x final;", "extern template class x<int>;", "template <typename T> struct x;",
                "static_assert(x == y);", "future<int> f(int x = 1);", "bool operator==(x, y) = default;")
        bad = ("int x = 1;", "static int x;", "    static int x = 1;", "std::atomic<int> x{0};", "inline int x;",
               "constinit int x = 0;", "static std::map<int, int> x;", "my::type* x = nullptr;", "int x[3];",
               "static inline int x = 0;")
        for line in good:
            with self.subTest(line):
                self.write(self.LIBRARY, line + "\n")
                self.assert_found()
        for line in bad:
            with self.subTest(line):
                self.write(self.LIBRARY, line + "\n")
                self.assert_found((self.LIBRARY + ":1", "global"))

    def test_throw_is_banned_in_kernel_and_loop_only(self):
        self.write("src/seastar/kernel/a.cc", "void x() { throw 1; }\n")
        self.write("src/seastar/future/b.cc", "void x() { throw 1; }\n")
        self.assert_found(("src/seastar/kernel/a.cc:1", "throw"))

    def test_heavy_headers_stay_out_of_public_ones(self):
        self.assert_rule("heavy-include", "include/seastar/core/task.hh", "#include <iostream>", "#include <iosfwd>")
        self.assert_rule("heavy-include", "include/seastar/core/task.hh", "#include <boost/program_options.hpp>",
                         "#include <boost/intrusive/list.hpp>")

    def test_rules_for_all_text(self):
        for rule, bad, good in (("path", "see /home/someone/x", "see ~/x, https://a.b/home/x and /etc/hosts"),
                                ("path", "-I/usr/local/include", "-I/usr/include"),
                                ("fixme", "FIXME: wrong", "fix me"),
                                ("workplace", "from ../shared/spec", "a shared folder")):
            with self.subTest(bad):
                self.assert_rule(rule, "docs/a.md", bad, good)

    def test_ci_may_name_its_surroundings(self):
        self.write(".ci/run", "cd ../shared/acceptance\n")
        self.assert_found()

    def test_links_to_files_that_are_not_there(self):
        self.write("docs/b.md")
        self.assert_rule("link", "docs/a.md", "[x](b.md) [y](c.md)",
                         "[x](b.md#z) [y](../docs/b.md) [z](https://a.b) [w](#v)\n```cpp\n[x](int y) {}\n```")

    def test_long_lines(self):
        self.assert_rule("line-length", self.LIBRARY, "//" + "x" * 119, "//" + "x" * 118)

    def test_coroutines_stay_out_of_the_low_layers(self):
        self.assert_rule("coroutine", self.LIBRARY, "future<> f() { co_return; }",
                         "auto operator co_await(x) noexcept;")
        self.write("src/seastar/http/y.cc", "future<> f() { co_return; }\n")
        self.write("src/seastar/loop/x_test.cc", "future<> f() { co_return; }\n")
        self.assert_found()

    def test_awaiting_in_a_condition_of_the_library(self):
        self.assert_rule("co-await-condition", "src/seastar/http/x.cc", "if (!co_await f(g())) {}",
                         "if (f(g())) { co_await h(); }")
        self.write("examples/x.cc", "while (co_await f()) {}\n")
        self.assert_found()

    def test_capturing_lambdas_in_a_co_await_expression(self):
        path = "examples/x.cc"
        bad = ("co_await f([x] { return x; });", "co_await f(g([&] {}));",
               "auto y = co_await f(1, [this]() mutable {});",
               "co_await [x] { return x; }();", "g(co_await f([=] {}));", "co_await f([] { return [x] {}; });")
        good = ("co_await f([] {});", "auto y = [x] {}; co_await f(y);", "co_await f(a[i]);", "co_await f(a()[i]);",
                "g([x] { return 1; }, co_await f());", "co_await f(); h([x] {});", "g(co_await f(), [x] {});",
                "co_await f(new int[3]);", "auto operator co_await(x y) { return h([y] {}); }",
                "h([x]() -> future<> { co_await f(); });", "if (co_await f()) { g([x] {}); }")
        for line in bad:
            with self.subTest(line):
                self.write(path, line + "\n")
                self.assert_found((path + ":1", "co-await-lambda"))
        for line in good:
            with self.subTest(line):
                self.write(path, line + "\n")
                self.assert_found()

    def test_a_remark_with_a_reason_excuses_one_rule(self):
        call = "int x() { return rand(); }"
        for text, found in ((call + " // tidy-allow(random): shuffles a demo", []),
                            ("// tidy-allow(random): shuffles a demo\n" + call, []),
                            (call + " // tidy-allow(random):", [(self.LIBRARY + ":1", "random")]),
                            (call + " // tidy-allow(clock): shuffles", [(self.LIBRARY + ":1", "random")])):
            with self.subTest(text):
                self.write(self.LIBRARY, text + "\n")
                self.assert_found(*found)

    def test_blanking_keeps_lines_and_columns(self):
        text = 'a /* b\nc */ "d\\"e" \'f\' // g\nR"x(h)"\n)x" i\n'
        self.assertEqual([len(line) for line in blank(text).split("\n")], [len(line) for line in text.split("\n")])
        self.assertEqual(blank(text).split(), ["a", '"', '"', "'", "'", "R", '"', "i"])


class Snippets(TidyTest):
    SOURCE, PAGE = "examples/guide/a.cc", "docs/guide/a.md"
    REGION = "// snippet: f\n    int f() {\n\n        return 1;\n    }\n    // end\n"
    BLOCK = "<!-- snippet: examples/guide/a.cc f -->\n```cpp\nint f() {\n\n    return 1;\n}\n```\n"

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as f:
            return f.read()

    def snippets(self, *options):
        with contextlib.redirect_stdout(io.StringIO()):
            return snippets.main(["--root", self.root, *options])

    def test_a_block_has_the_lines_of_its_region_moved_to_the_left(self):
        self.write(self.SOURCE, self.REGION)
        self.write(self.PAGE, "text\n" + self.BLOCK)
        self.assert_found()
        self.write(self.PAGE, "text\n" + self.BLOCK.replace("1", "2"))
        self.assert_found((self.PAGE + ":2", "snippet"))

    def test_a_region_must_be_there_must_end_and_must_be_shown(self):
        self.write(self.PAGE, self.BLOCK)
        self.assert_found((self.PAGE + ":1", "snippet"))
        self.write(self.SOURCE, self.REGION.replace("// end", ""))
        self.assert_found((self.PAGE + ":1", "snippet"))
        self.write(self.SOURCE, self.REGION + self.REGION.replace("f\n", "g\n", 1))
        self.assert_found((self.SOURCE + ":7", "snippet"))

    def test_code_in_the_guide_has_a_source(self):
        self.write(self.PAGE, "```cpp\nint f();\n```\n```console\n$ ls\n```\n")
        self.write("docs/b.md", "```cpp\nint f();\n```\n")
        self.assert_found((self.PAGE + ":1", "snippet"))

    def test_the_tool_writes_new_and_changed_blocks_and_nothing_when_it_only_checks(self):
        self.write(self.SOURCE, self.REGION)
        for block in (self.BLOCK.split("\n", maxsplit=1)[0] + "\n", self.BLOCK.replace("int", "long")):
            page = f"before\n\n{block}\nafter\n"
            self.write(self.PAGE, page)
            self.assertEqual(self.snippets("--check"), 1)
            self.assertEqual(self.read(self.PAGE), page)
            self.assertEqual(self.snippets(), 0)
            self.assertEqual(self.read(self.PAGE), f"before\n\n{self.BLOCK}\nafter\n")


@unittest.skipUnless(shutil.which("clang++-19"), "clang++-19 is not installed")
class Weight(TidyTest):
    def test_headers_over_their_budget_are_reported_and_the_table_shows_them(self):
        self.write("include/seastar/core/gate.hh", "int a();\n" * 11)
        self.write("include/seastar/core/future.hh", "int a();\n" * 11)
        self.assertEqual(self.problems("--all"), [("include/seastar/core/gate.hh:1", "weight")])
        _, lines = self.run_tidy("--all")
        self.assertIn("       11 of     10 110%  include/seastar/core/gate.hh", lines)
        self.assertIn("       11 of   1000   1%  include/seastar/core/future.hh", lines)

    def test_what_a_header_includes_weighs_too_and_a_change_of_it_is_seen(self):
        self.write("include/seastar/core/gate.hh", "#include <seastar/core/task.hh>\n")
        self.write("include/seastar/core/task.hh", "int a();\n")
        self.assertEqual(self.problems("--all"), [])
        self.write("include/seastar/core/task.hh", "int a();\n" * 11)
        self.assertEqual(self.problems("--all"), [("include/seastar/core/gate.hh:1", "weight")])

    def test_weights_are_remembered(self):
        self.write("include/seastar/core/gate.hh", "int a();\n")
        self.problems("--all")
        cache = os.path.join(self.root, "build/tidy/weights.json")
        with open(cache, encoding="utf-8") as f:
            text = f.read()
        with open(cache, "w", encoding="utf-8") as f:
            f.write(text.replace("[1,", "[99,"))
        self.assertEqual(self.problems("--all"), [("include/seastar/core/gate.hh:1", "weight")])

    def test_a_header_that_does_not_preprocess_is_reported(self):
        self.write("include/seastar/core/gate.hh", "#error no\n")
        self.assertEqual(self.problems("--all"), [("include/seastar/core/gate.hh:1", "weight")])

    def test_a_header_without_a_budget_is_reported(self):
        self.write("src/seastar/kernel/odd.cc")
        self.write("include/seastar/core/odd.hh")
        self.assertEqual(self.problems("--all"), [("include/seastar/core/odd.hh:1", "weight")])


class Sizes(TidyTest):
    def test_the_largest_files_are_shown_and_are_no_problem(self):
        self.write("src/seastar/base/long.cc", "\n" * 5000)
        status, lines = self.run_tidy("--no-weight")
        self.assertEqual(status, 0)
        self.assertIn("    5001  src/seastar/base/long.cc", lines)


if __name__ == "__main__":
    unittest.main()
