#!/usr/bin/env python3
"""Tests of how ./check counts: tools/checklib, on reports as CTest, GoogleTest and unittest write them."""
import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from checklib.coroutines import gtest_filter_without_coroutines  # noqa: E402
from checklib.results import Results, read_ctest, read_last_line, read_unittest  # noqa: E402

CASE = '<testcase name="{}" status="run" result="completed" classname="Suite">{}</testcase>'
FAILURE = '<failure message="no"/>'


class TemporaryFolder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="check-test-")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)


class CTest(TemporaryFolder):
    def read(self, tests):
        """`tests`: name -> (program, inner part of CTest's report or None when CTest knows nothing of it, status)"""
        self.write("ctest.xml", "<testsuite>" + "".join(
            f'<testcase name="{name}" status="{status}">{inner}</testcase>'
            for name, (_, inner, status) in tests.items() if inner is not None) + "</testsuite>")
        listing = {"tests": [{"name": n, "command": ["/x/" + program]} for n, (program, _, _) in tests.items()]}
        return read_ctest("dev", self.folder, json.dumps(listing))

    def gtest(self, program, *cases):
        self.write(program + ".xml", "<testsuites><testsuite>" + "".join(cases) + "</testsuite></testsuites>")

    def test_cases_of_googletest_programs_are_counted(self):
        self.gtest("a_test", CASE.format("x", ""), CASE.format("y", FAILURE), CASE.format("z", ""))
        results = self.read({"a_test": ("a_test", "", "fail")})
        self.assertEqual((results.passed, results.failed), (2, ["dev: a_test: Suite.y"]))

    def test_two_runs_of_one_program_are_counted_once_each(self):
        self.gtest("a_test", CASE.format("x", ""))
        self.gtest("a_test_1", CASE.format("y", ""))
        results = self.read({"one": ("a_test", "", "run"), "two": ("a_test", "", "run")})
        self.assertEqual((results.passed, results.failed), (2, []))

    def test_a_script_is_one_case(self):
        results = self.read({"good": ("python3", "", "run"), "bad": ("python3", FAILURE, "fail")})
        self.assertEqual((results.passed, results.failed), (1, ["dev: bad"]))

    def test_a_program_that_dies_without_a_report_is_one_failure(self):
        results = self.read({"a_test": ("a_test", FAILURE, "fail"), "never_started": ("b_test", None, ""),
                             "gone": ("c_test", '<skipped message="Unable to find executable"/>', "notrun")})
        self.assertEqual((results.passed, results.failed), (0, ["dev: a_test", "dev: never_started", "dev: gone"]))
        self.assertFalse(results.skipped)

    def test_a_program_that_fails_after_its_cases_passed_is_a_failure(self):
        self.gtest("a_test", CASE.format("x", ""))
        results = self.read({"a_test": ("a_test", FAILURE, "fail")})
        self.assertEqual(results.passed, 1)
        self.assertEqual(len(results.failed), 1)

    def test_skipped_cases_are_neither_and_keep_their_reason(self):
        self.gtest("a_test", CASE.format("x", '<skipped message="a.cc:7&#x0A;no io_uring: EPERM"/>'),
                   '<testcase name="d" status="notrun" classname="Suite"/>')
        results = self.read({"a_test": ("a_test", "", "run"),
                             "script": ("sh", '<skipped message="SKIP_RETURN_CODE=77"/>', "notrun")})
        self.assertEqual((results.passed, results.failed), (0, []))
        self.assertEqual(dict(results.skipped), {"no io_uring: EPERM": 1, "script: SKIP_RETURN_CODE=77": 1})

    def test_no_report_at_all_is_a_failure(self):
        self.assertEqual(len(read_ctest("dev", self.folder, "").failed), 1)


class OtherReports(unittest.TestCase):
    def test_unittest(self):
        good = read_unittest("t", True, "...\nRan 3 tests in 0.1s\n\nOK\n")
        self.assertEqual((good.passed, good.failed), (3, []))
        bad = read_unittest("t", False, "FAIL: test_x (a.b) [sub 1]\nFAIL: test_x (a.b) [sub 2]\nERROR: test_y (a.b)\n"
                            "Ran 3 tests in 0.1s\n\nFAILED (failures=2, errors=1)\n")
        self.assertEqual((bad.passed, bad.failed), (1, ["t: test_x", "t: test_y"]))
        self.assertEqual(read_unittest("t", False, "Traceback ...\n").failed, ["t: died"])

    def test_programs_that_count_themselves(self):
        good = read_last_line("c", "ok a\nok b\n2 passed, 0 failed\n")
        self.assertEqual((good.passed, good.failed), (2, []))
        bad = read_last_line("c", "ok a\nFAIL b: reason\n1 passed, 1 failed\n")
        self.assertEqual((bad.passed, bad.failed), (1, ["c: b: reason"]))
        self.assertEqual(read_last_line("c", "1 passed, 0 failed\nTraceback\n").failed, ["c: died"])

    def test_the_sum_comes_last(self):
        results, out = Results(), io.StringIO()
        results.count("x", True)
        results.count("y", False)
        results.not_run("no io_uring", 2)
        with contextlib.redirect_stdout(out):
            self.assertEqual(results.report(), 1)
        self.assertEqual(out.getvalue(), "not run here: 2 tests: no io_uring\nfailed: y\n1 passed, 1 failed\n")


class Coroutines(TemporaryFolder):
    def test_tests_of_files_with_coroutines_are_left_out(self):
        os.makedirs(os.path.join(self.folder, "src"))
        self.write("src/a_test.cc", "TEST(A, x) { co_await f(); }\nTEST_P(A, y) {\n}\n")
        self.write("src/b_test.cc", "TEST(A, z) { } // co_await\n")
        excluded, count = gtest_filter_without_coroutines(self.folder)
        self.assertEqual(count, 2)
        self.assertEqual(excluded[0], "-")
        self.assertLessEqual({"A.x", "A.y", "*/A.y/*"}, set(excluded[1:].split(":")))
        self.assertNotIn("A.z", excluded)


if __name__ == "__main__":
    unittest.main()
