#!/usr/bin/env python3
"""What the library prints about where it is, decoded by tools/seastar-addr2line: functions and lines must be right.

Usage: decode_test.py PROGRAM...      The programs are builds of backtraces.cc.
"""
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(HERE, "..", "..", "tools", "seastar-addr2line")
PROGRAMS = list(map(os.path.abspath, sys.argv[1:]))
SYMBOLIZERS = [name for name in ("llvm-symbolizer-19", "llvm-symbolizer", "addr2line") if shutil.which(name)]


def lines_by_mark():
    with open(os.path.join(HERE, "backtraces.cc"), encoding="utf-8") as f:
        marks = [(re.search(r"// at: (\w+)", line), number) for number, line in enumerate(f, 1)]
    return {found[1]: number for found, number in marks if found}


MARKS = lines_by_mark()


def frame(function, mark):
    """A regular expression for the frame at the marked line of the function, which is one itself."""
    return rf"(?m)^.*\b{function} at \S*backtraces\.cc:{MARKS[mark]}( \(discriminator \d+\))?$"


def backtrace(program, *arguments):
    done = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=True, timeout=60)
    return done.stdout


def for_each_program(test):
    """Runs `test` for each program with each symbolizer, which is then the only one that the tool can find."""
    @functools.wraps(test)
    def run(self):
        self.assertTrue(PROGRAMS and SYMBOLIZERS, "nothing to test")
        for symbolizer in SYMBOLIZERS:
            for program in PROGRAMS:
                with self.subTest(program=os.path.basename(program), symbolizer=symbolizer), \
                        tempfile.TemporaryDirectory(prefix="addr2line-test-") as self.folder:
                    os.symlink(os.path.realpath(shutil.which(symbolizer)), os.path.join(self.folder, symbolizer))
                    test(self, program)
    return run


class Decoded(unittest.TestCase):
    def decode(self, program, *addresses, log=""):
        done = subprocess.run([sys.executable, TOOL, "-e", program, *addresses], input=log, capture_output=True,
                              text=True, check=False, timeout=60, env={**os.environ, "PATH": self.folder})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def assert_frames(self, text, *frames):
        at = 0
        for function, mark in frames:
            found = re.compile(frame(function, mark)).search(text, at)
            self.assertTrue(found, f"{function} of line {MARKS[mark]} is not here, in its turn:\n{text}")
            at = found.end()

    # What g++ writes about inlined functions lacks arguments, and addr2line takes the one around for the innermost.
    CHAIN = ((r"(inlined|inner)(\(int\))?", "inlined"), (r"inner(\(int\))?", "inner"), (r"outer\(int\)", "outer"),
             ("main", "main"))

    @for_each_program
    def test_addresses_as_arguments(self, program):
        self.assert_frames(self.decode(program, *backtrace(program, "printed").split()), *self.CHAIN)

    @for_each_program
    def test_addresses_on_standard_input(self, program):
        text = self.decode(program, log=backtrace(program, "printed"))
        self.assert_frames(text, *self.CHAIN)
        self.assertRegex(text, r"(?m)^ \(inlined by\) .*\binner(\(int\))? at ")
        self.assertNotRegex(text, r"(?m)^0x")

    @for_each_program
    def test_the_warning_about_an_ignored_future(self, program):
        text = self.decode(program, log="before\n" + backtrace(program, "ignored") + "after\n")
        self.assertRegex(text, r"\Abefore\nWARN .*ignored: std::runtime_error \(nobody looks\), backtrace: 0x")
        self.assert_frames(text, (r"ignore_future\(\)", "ignore_future"))
        self.assertTrue(text.endswith("\nafter\n"), text)

    @for_each_program
    def test_an_exception_with_backtrace(self, program):
        text = self.decode(program, log=backtrace(program, "thrown"))
        self.assertRegex(text, r"\ACaught \(hello Backtrace: 0x")
        self.assert_frames(text, (r"throw_exception\(\)", "throw_exception"))
        self.assertTrue(text.endswith("\n)\n"), text)

    @for_each_program
    def test_a_stall(self, program):
        report = self.report_of_stall(program)
        self.assert_frames(self.decode(program, log=report), (r"stall\(\)", "stall"))

    def report_of_stall(self, program):
        """The first that was made inside of spin(), which is nearly always: the loop ends with standard input."""
        command = [program, "stalled", "-c1", "--overprovisioned", "--blocked-reactor-notify-ms", "5",
                   "--blocked-reactor-reports-per-minute", "100"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            try:
                report = next((line for line in child.stderr if self.is_in_spin(program, line)), None)
                child.stdin.close()
                child.stderr.read()
            except BaseException:
                child.kill()
                raise
        self.assertIsNotNone(report, "no stall was reported in spin()")
        self.assertEqual(child.returncode, 0)
        return report

    def is_in_spin(self, program, line):
        if "Reactor stalled" not in line:
            return False
        first = self.decode(program, log=line).splitlines()[1]
        return re.search(r"\bspin\(\) at \S*backtraces\.cc:\d+", first)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
