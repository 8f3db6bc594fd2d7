"""Test cases as they are counted, and how to read them from what the test programs leave behind."""
import collections
import glob
import json
import os
import re
import xml.etree.ElementTree as xml


class Results:
    """Passed, failed by name, and what was not run, by reason."""

    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = collections.Counter()

    def count(self, name, ok):
        if ok:
            self.passed += 1
        else:
            self.failed.append(name)

    def not_run(self, reason, cases=1):
        if cases:
            self.skipped[reason] += cases

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped.update(other.skipped)

    def report(self):
        """Prints the sum, what matters last; returns the exit status."""
        for reason, cases in sorted(self.skipped.items()):
            print(f"not run here: {cases} {'test' if cases == 1 else 'tests'}: {reason}")
        for name in self.failed:
            print(f"failed: {name}")
        print(f"{self.passed} passed, {len(self.failed)} failed", flush=True)
        return 1 if self.failed else 0


def read_unittest(name, ok, output):
    """Python's unittest: "Ran N tests in ..." and the headings of those that failed."""
    results = Results()
    failed = re.findall(r"^(?:FAIL|ERROR): (\S+)", output, re.M)
    ran = re.search(r"^Ran (\d+) tests? in", output, re.M)
    if ran is None or ok != (not failed):
        failed.append("died")
    results.passed = max(0, int(ran[1]) - len(set(failed))) if ran else 0
    results.failed = [f"{name}: {case}" for case in dict.fromkeys(failed)]
    return results


def read_last_line(name, output):
    """A program whose last line is "N passed, N failed" and that says "FAIL CASE: reason" before."""
    results = Results()
    last = re.search(r"^(\d+) passed, (\d+) failed\s*\Z", output, re.M)
    failed = re.findall(r"^FAIL (.*)", output, re.M)
    if last is None or int(last[2]) != len(failed):
        failed.append("died")
    results.passed = int(last[1]) if last else 0
    results.failed = [f"{name}: {case}" for case in failed]
    return results


def read_ctest(preset, reports, listing):
    """CTest's report in `reports`, refined by those of the GoogleTest programs beside it.

    `listing` is what `ctest --show-only=json-v1` printed: it tells the program of each test. A program that reported is
    counted by its cases; if CTest saw it fail with all cases passed (a leak, say), that is one more failure. Others,
    and programs that died before they could report, count as one case each.
    """
    results = Results()
    try:
        outcomes = {case.get("name"): case for case in xml.parse(os.path.join(reports, "ctest.xml")).iter("testcase")}
        tests = json.loads(listing)["tests"]
    except (OSError, ValueError, KeyError, xml.ParseError) as e:
        results.count(f"{preset}: ctest left no report ({type(e).__name__})", False)
        return results
    programs = {}
    for test in tests:
        name, program = test["name"], os.path.basename((test.get("command") or [""])[0])
        failed, skipped = _outcome(outcomes.get(name))
        if program not in programs:
            programs[program] = read_gtest(f"{preset}: {program}", _gtest_reports(reports, program))
            results.add(programs[program] or Results())
        found = programs[program]
        if found is not None:
            if failed and not found.failed:
                results.count(f"{preset}: {name}: failed although its cases passed", False)
        elif skipped:
            results.not_run(f"{name}: {skipped}")
        else:
            results.count(f"{preset}: {name}", not failed)
    return results


def _outcome(case):
    """(failed, reason to be skipped or None). A test whose program is missing is skipped to CTest; here it failed."""
    if case is None:
        return True, None
    skipped = case.find("skipped")
    if case.get("status") == "disabled" or skipped is not None and skipped.get("message", "").startswith("SKIP_"):
        return False, "disabled" if skipped is None else skipped.get("message")
    return case.get("status") != "run", None


def _gtest_reports(reports, program):
    """The reports that a program left: PROGRAM.xml, and of further runs PROGRAM_1.xml and so on."""
    stem = os.path.join(glob.escape(reports), program)
    roots = []
    for path in glob.glob(stem + ".xml") + glob.glob(stem + "_[0-9]*.xml"):
        try:
            roots.append(xml.parse(path).getroot())
        except xml.ParseError:
            continue  # it died while writing: CTest saw that
    return roots


def read_gtest(name, roots):
    """The cases in some reports of GoogleTest; None if there is no report."""
    if not roots:
        return None
    results = Results()
    for root in roots:
        for case in root.iter("testcase"):
            if case.get("status") == "notrun":
                continue  # disabled or filtered out
            skipped = case.find("skipped")
            if case.find("failure") is not None:
                results.count(f"{name}: {case.get('classname')}.{case.get('name')}", False)
            elif skipped is not None or case.get("result") == "skipped":
                message = skipped.get("message") if skipped is not None else ""
                results.not_run(re.sub(r"^\S+:\d+\n", "", message or "").strip() or "skipped")
            else:
                results.count("", True)
    return results
