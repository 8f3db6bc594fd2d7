#!/usr/bin/env python3
"""Tests of tools/seastar-addr2line: what it finds in lines, and what it writes. Programs are in tests/addr2line."""
import importlib.machinery
import importlib.util
import io
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TOOL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "seastar-addr2line")


def load():
    loader = importlib.machinery.SourceFileLoader("seastar_addr2line", TOOL)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


tool = load()


class FakeDecoder:
    """f1 for 0x1, and so on; addresses of modules stay as they are."""

    def decode(self, address):
        return [f"f{int(address, 16)}() at f.cc:1"] if address.startswith("0x") else [address]


def decoded(text, verbose=False, decoder=FakeDecoder(), **options):
    out = io.StringIO()
    tool.decode_lines(io.StringIO(text), decoder, tool.Output(out, **options), verbose)
    return out.getvalue().splitlines()


class Lines(unittest.TestCase):
    def test_addresses_are_replaced(self):
        self.assertEqual(decoded("0x1\n  0x2\n[0x3]\n0x4 0x5, 0x6\r\n"), [f"f{i}() at f.cc:1" for i in range(1, 7)])

    def test_shared_objects_are_told_by_their_path(self):
        self.assertEqual(decoded("/lib64/libc.so.6+0x271a2\n [/usr/lib/c++/lib-1.0.so+0xab] 0x1\n"),
                         ["/lib64/libc.so.6+0x271a2", "/usr/lib/c++/lib-1.0.so+0xab", "f1() at f.cc:1"])

    def test_other_lines_are_passed_through(self):
        text = "at 0x12 it went wrong\n\n0x\nsize 0x10\n0x11111111111111111\n0x1 is one\n  back\xe9\n"
        self.assertEqual(decoded(text), text.splitlines())

    def test_a_backtrace_that_begins_within_a_line(self):
        self.assertEqual(decoded("WARN ignored: x (y), backtrace: 0x1\n0x2\nINFO done\n"),
                         ["WARN ignored: x (y), backtrace: 0x1", "f1() at f.cc:1", "f2() at f.cc:1", "INFO done"])

    def test_a_stall_is_one_line(self):
        line = "Reactor stalled for 33 ms on shard 0. Backtrace: 0x1 /lib/x.so+0x2"
        self.assertEqual(decoded(line), [line, "f1() at f.cc:1", "/lib/x.so+0x2"])

    def test_a_fatal_signal_has_one_address_in_each_line_below(self):
        self.assertEqual(decoded("Segmentation fault on shard 0.\nBacktrace:\n  0x1\n  0x2\n"),
                         ["Segmentation fault on shard 0.", "Backtrace:", "f1() at f.cc:1", "f2() at f.cc:1"])

    def test_an_internal_error_says_at(self):
        self.assertEqual(decoded("ERROR no such thing, at: 0x1\n0x2"),
                         ["ERROR no such thing, at: 0x1", "f1() at f.cc:1", "f2() at f.cc:1"])

    def test_an_exception_ends_with_a_parenthesis(self):
        self.assertEqual(decoded("Exception: x (hello Backtrace: 0x1\n0x2\n)\n"),
                         ["Exception: x (hello Backtrace: 0x1", "f1() at f.cc:1", "f2() at f.cc:1", ")"])

    def test_what_a_journal_writes_before_each_line_is_kept(self):
        before = "Nov 30 08:00:00 host server[17]: "
        written = ["0x1", "Backtrace:", "  0x1", "0x2", "x", "0x3"]
        read = ["0x1", "Backtrace:", "  f1() at f.cc:1", "f2() at f.cc:1", "x", "0x3"]
        self.assertEqual(decoded("".join(f"{before}{line}\n" for line in written)), [before + line for line in read])

    def test_verbose_writes_the_addresses(self):
        self.assertEqual(decoded("0x1\n", verbose=True), ["0x1: f1() at f.cc:1"])


class Selection(unittest.TestCase):
    TEXT = "a\nb\nbacktrace: 0x1\n0x2\nc\nd\nbacktrace: 0x3\n0x4\n"

    def test_lines_before(self):
        self.assertEqual(decoded(self.TEXT, before=2), [
            "b", "backtrace: 0x1", "f1() at f.cc:1", "f2() at f.cc:1",
            "d", "backtrace: 0x3", "f3() at f.cc:1", "f4() at f.cc:1"])
        self.assertEqual(decoded(self.TEXT, before=0), [f"f{i}() at f.cc:1" for i in range(1, 5)])

    def test_matching_backtraces(self):
        self.assertEqual(decoded(self.TEXT, match=re.compile("f4")),
                         ["backtrace: 0x3", "f3() at f.cc:1", "f4() at f.cc:1"])
        self.assertEqual(decoded(self.TEXT, match=re.compile("f[12]"), before=3),
                         ["a", "b", "backtrace: 0x1", "f1() at f.cc:1", "f2() at f.cc:1"])
        self.assertEqual(decoded(self.TEXT, match=re.compile("f5")), [])


class FakeSymbolizer:
    def __init__(self, answers):
        self.answers = answers
        self.asked = 0

    def ask(self, address):
        self.asked += 1
        return self.answers.get(address, [tool.UNKNOWN])

    def close(self):
        pass


def elf(*, symbols, code_at=0x1000, size=0x1000):
    """An ELF file that consists of headers."""
    identity = b"\x7fELF\x02\x01".ljust(16, b"\0")
    header = identity + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 120, 0, 64, 56, 1, 64, 1, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, code_at, code_at, code_at, size, size, 4096)
    section = struct.pack("<IIQQQQIIQQ", 0, 2 if symbols else 3, 0, 0, 0, 0, 0, 0, 0, 0)
    return header + segment + section


class Decoding(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="addr2line-test-")
        self.addCleanup(folder.cleanup)
        self.folder, self.complaints = folder.name, []
        self.symbolizer = FakeSymbolizer({0x1001: [("inner()", "/src/./a/../b.cc", "3"), ("outer()", "c.cc", "4")],
                                          0x1002: [("_start", "??", "0")]})

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(content)
        return path

    def decoder(self, executable):
        return tool.Decoder(executable, lambda path: self.symbolizer, self.complaints.append)

    def test_functions_inlined_and_unknown_ones(self):
        d = self.decoder(self.write("a.out", elf(symbols=True)))
        self.assertEqual(d.decode("0x1001"), ["inner() at /src/b.cc:3", " (inlined by) outer() at c.cc:4"])
        self.assertEqual(d.decode("0x1002"), ["_start at ??:?"])
        self.assertEqual(d.decode("0x1003"), ["?? ??:0"])
        self.assertEqual((self.complaints, d.failed), ([], False))

    def test_what_is_no_code_is_not_asked_for(self):
        d = self.decoder(self.write("a.out", elf(symbols=True)))
        self.assertEqual([d.decode(a) for a in ("0x0", "0xfff", "0x2000", "0xffffffffffffffff")], [["?? ??:0"]] * 4)
        self.assertEqual(self.symbolizer.asked, 0)

    def test_an_address_is_asked_for_once(self):
        d = self.decoder(self.write("a.out", elf(symbols=True)))
        self.assertEqual(d.decode("0x1001"), d.decode("0x1001"))
        self.assertEqual(self.symbolizer.asked, 1)

    def test_the_executable_may_be_elsewhere(self):
        d = self.decoder(self.write("server", elf(symbols=True)))
        self.assertEqual(d.decode("/usr/sbin/server+0x1002"), ["_start at ??:?"])

    def test_modules_are_opened_themselves(self):
        library = self.write("lib.so", elf(symbols=True))
        d = self.decoder(None)
        self.assertEqual(d.decode(library + "+0x1002"), ["_start at ??:?"])
        self.assertEqual(d.decode("/no/lib.so+0x1002"), ["/no/lib.so+0x1002"])
        self.assertEqual((self.complaints, d.failed), (["/no/lib.so: No such file or directory"], False))

    def test_without_an_executable_addresses_are_passed_through(self):
        d = self.decoder(None)
        self.assertEqual(d.decode("0x1001"), ["0x1001"])
        self.assertEqual((self.complaints, d.failed), (["addresses without a module need the executable, -e"], True))

    def test_executables_that_cannot_be_used(self):
        text = self.write("text", b"hello")
        short = self.write("short", elf(symbols=True)[:100])
        for path, why in (("/no/a.out", "No such file or directory"), (self.folder, "Is a directory"),
                          (text, "not an ELF file of 64 bits"), (short, "cut off")):
            with self.subTest(why):
                self.complaints.clear()
                d = self.decoder(path)
                self.assertEqual(d.decode("0x1001"), ["0x1001"])
                self.assertEqual((self.complaints, d.failed), ([f"{path}: {why}"], True))

    def test_a_stripped_executable(self):
        path = self.write("a.out", elf(symbols=False))
        d = self.decoder(path)
        self.assertEqual(d.decode("0x1003"), ["0x1003"])
        self.assertEqual(self.complaints, [f"{path}: stripped; give the executable as it was linked"])
        self.assertTrue(d.failed)
        self.assertEqual(d.decode("0x1002"), ["_start at ??:?"], "its debugging information may be a file of its own")

    def test_a_stripped_library_is_usual(self):
        library = self.write("lib.so", elf(symbols=False))
        d = self.decoder(None)
        self.assertEqual(d.decode(library + "+0x1003"), [library + "+0x1003"])
        self.assertEqual((self.complaints, d.failed), ([], False))


class Processes(unittest.TestCase):
    def symbolizer(self, kind, script):
        folder = tempfile.TemporaryDirectory(prefix="addr2line-test-")
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "symbolizer")
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"#!/bin/sh\n{script}\n")
        os.chmod(path, 0o755)
        made = kind(path, "a.out")
        self.addCleanup(made.close)
        return made

    LLVM = "while read -r address; do printf 'f(%s)\\n/a:b.cc:12:7\\ng()\\n??:0:0\\n\\n' $address; done"
    GNU = """while read -r address; do case $address in
        0xffffffffffffffff) printf '0xffffffffffffffff\\n??\\n??:0\\n' ;;
        *) printf '0x000000000000ffff\\nf(%s)\\n/a:b.cc:12 (discriminator 3)\\ng()\\n??:?\\n' $address ;;
        esac; done"""

    def test_answers(self):
        for kind, script, line, unknown in ((tool.LlvmSymbolizer, self.LLVM, "12", "0"),
                                            (tool.Addr2line, self.GNU, "12 (discriminator 3)", "?")):
            with self.subTest(kind.__name__):
                s = self.symbolizer(kind, script)
                for address in ("0x10", "0xab"):
                    self.assertEqual(s.ask(int(address, 16)),
                                     [(f"f({address})", "/a:b.cc", line), ("g()", "??", unknown)])

    def test_a_process_that_dies_is_named(self):
        for kind in (tool.LlvmSymbolizer, tool.Addr2line):
            s = self.symbolizer(kind, "read -r address; exit 3")
            for _ in range(2):
                with self.assertRaisesRegex(tool.Unreadable, "a.out ended with status 3"):
                    s.ask(1)


class CommandLine(unittest.TestCase):
    def run_tool(self, *arguments, log="", **environment):
        return subprocess.run([sys.executable, TOOL, *arguments], input=log, capture_output=True, text=True,
                              check=False, timeout=60, env={**os.environ, **environment})

    def test_arguments_are_addresses(self):
        parse = tool.parse_arguments
        self.assertEqual(parse(["12", "0xab", "/l.so+0x1", "0x1\n0x2\n"]).addresses,
                         ["0x12", "0xab", "/l.so+0x1", "0x1 0x2"])
        done = self.run_tool("main")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no address: 'main'", done.stderr)

    def test_bad_options(self):
        for arguments, message in ((["-B", "-1"], "must not be negative"), (["-m", "("], "-m/--match: '('")):
            done = self.run_tool(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn(message, done.stderr)

    def test_a_missing_executable_is_said_once(self):
        done = self.run_tool("-e", "/no/a.out", log="x\nBacktrace: 0x1\n0x2\n")
        if "neither llvm-symbolizer" in done.stderr:
            self.skipTest("neither llvm-symbolizer nor addr2line is installed")
        self.assertEqual((done.returncode, done.stdout), (1, "x\nBacktrace: 0x1\n0x1\n0x2\n"))
        self.assertEqual(done.stderr, "seastar-addr2line: /no/a.out: No such file or directory\n")

    def test_nothing_to_ask(self):
        done = self.run_tool("-e", "/no/a.out", "0x1", PATH="/nonexistent")
        self.assertEqual(done.returncode, 1)
        self.assertIn("neither llvm-symbolizer (package llvm) nor addr2line (package binutils)", done.stderr)


if __name__ == "__main__":
    unittest.main()
