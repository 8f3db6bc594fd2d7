#!/usr/bin/env python3
"""Tests of acceptance.py, with a stand-in for the suite's runner."""
import contextlib
import io
import os
import stat
import sys
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import acceptance  # noqa: E402

# Prints the lines of the file "first"; a case that runs alone finds its line in "alone", if that is there.
RUNNER = """#!/bin/sh
cd "$(dirname "$0")"
while [ $# -gt 1 ]; do [ "$1" = --only ] && only=$(echo "$2" | tr -d '^$\\\\'); shift; done
if [ -n "$only" ]; then grep " $only\\(:\\|$\\)" alone; else cat first; fi
"""


class Acceptance(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="acceptance-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("run", RUNNER)
        os.chmod(self.path("run"), stat.S_IRWXU)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    def run_it(self, pending, first, alone="", *options):
        """The lines printed, with the exit status in front."""
        self.write("pending", pending)
        self.write("first", first)
        self.write("alone", alone)
        out = io.StringIO()
        with contextlib.redirect_stdout(out), mock.patch.object(acceptance, "PENDING", self.path("pending")):
            status = acceptance.main([self.path("run"), self.folder, *options])
        return [status, *out.getvalue().splitlines()]

    def test_what_passes_and_what_is_pending(self):
        lines = self.run_it("b  not yet\n", "ok a\nFAIL b: no\n1 passed, 1 failed\n")
        self.assertEqual((lines[0], lines[-2:]), (0, ["# 1 pending", "1 passed, 0 failed"]))

    def test_a_failing_case_is_run_again_alone(self):
        lines = self.run_it("", "ok a\nFAIL b: no\n", "ok b\n")
        self.assertEqual((lines[0], lines[-1]), (0, "2 passed, 0 failed"))
        self.assertIn("# b passed when run alone, after: no", lines)

    def test_a_case_that_fails_twice_has_failed(self):
        lines = self.run_it("", "ok a\nFAIL b: no\n", "FAIL b: no again\n")
        self.assertEqual((lines[0], lines[-2:]), (1, ["FAIL b: no", "1 passed, 1 failed"]))

    def test_the_list_only_shrinks(self):
        lines = self.run_it("a  not yet\nc  not yet\n", "ok a\nok b\n")
        self.assertEqual(lines[0], 1)
        self.assertEqual(lines[-3:], ["FAIL a: passes: take it off .ci/acceptance.pending",
                                      "FAIL c: is on .ci/acceptance.pending, but no such case ran",
                                      "1 passed, 2 failed"])

    def test_shrinking_takes_off_what_passes(self):
        lines = self.run_it("# remark\n\na  not yet\nc  not yet\n", "ok a\nFAIL c: no\n", "", "--shrink")
        self.assertEqual((lines[0], lines[-1]), (0, "1 passed, 0 failed"))
        with open(self.path("pending"), encoding="utf-8") as f:
            self.assertEqual(f.read(), "# remark\n\nc  not yet\n")

    def test_only_judges_what_matches(self):
        lines = self.run_it("c  not yet\n", "", "ok a\n", "--only", "a")
        self.assertEqual((lines[0], lines[-1]), (0, "1 passed, 0 failed"))

    def test_a_suite_that_runs_nothing_has_failed(self):
        lines = self.run_it("", "error\n")
        self.assertEqual((lines[0], lines[-1]), (1, "0 passed, 1 failed"))

    def test_a_pending_case_needs_a_reason(self):
        with self.assertRaises(SystemExit):
            self.run_it("a\n", "ok a\n")


if __name__ == "__main__":
    unittest.main()
