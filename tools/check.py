#!/usr/bin/env python3
"""The body of ./check, which installs the packages first. Runs the steps of a level and adds up the test cases.

Each command is printed as it can be pasted. A case is a GoogleTest case, a unittest case, or a script that CTest runs;
a step that does not build, and a test program that dies, count as one that failed. What a test skips, because the
machine does not allow it, counts as neither and is named at the end.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))

from checklib.results import Results, read_ctest, read_last_line, read_unittest  # noqa: E402
from checklib.coroutines import gtest_filter_without_coroutines  # noqa: E402

JOBS = str(len(os.sched_getaffinity(0)))
SANITIZER_OPTIONS = {"ASAN_OPTIONS": "allow_addr2line=1", "TSAN_OPTIONS": "allow_addr2line=1",
                     "UBSAN_OPTIONS": "print_stacktrace=1"}


class Check:
    """Runs commands and steps; keeps what they found in `results`."""

    def __init__(self):
        self.results = Results()

    def say(self, title):
        print(f"\n== {title}", flush=True)

    def run(self, *command, env=None):
        """Runs a command with its output shown; returns (succeeded, output)."""
        shown = [f"{k}={shlex.quote(v)}" for k, v in (env or {}).items()] + [shlex.quote(c) for c in command]
        print("+ " + " ".join(shown), flush=True)
        started = time.monotonic()
        child = subprocess.Popen(command, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        lines = []
        for line in child.stdout:
            lines.append(line)
            sys.stdout.write(line)
            sys.stdout.flush()
        status = child.wait()
        print(f"  ({time.monotonic() - started:.0f} s{'' if status == 0 else f', exit status {status}'})", flush=True)
        return status == 0, "".join(lines)

    def tidy(self):
        self.say("Tidy")
        for test in ("tools/tidy_test.py", "tools/check_test.py", "tools/addr2line_test.py", ".ci/acceptance_test.py"):
            ok, output = self.run("python3", test)
            self.results.add(read_unittest(test, ok, output))
        ok, _ = self.run("python3", "tools/tidy.py")
        self.results.count("tools/tidy.py", ok)

    def build(self, preset, *options):
        self.say(f"Build: {preset}")
        ok = self.run("cmake", "--preset", preset, *options)[0] and \
            self.run("cmake", "--build", f"build/{preset}", "-j", JOBS)[0]
        if not ok:
            self.results.count(f"build of {preset}", False)
        return ok

    def tests(self, preset, *selection, env=None):
        """The tests of a build; its cases are told by the reports that GoogleTest and CTest leave."""
        self.say(f"Tests: {preset}")
        reports = f"{ROOT}/build/{preset}/reports"
        shutil.rmtree(reports, ignore_errors=True)
        os.makedirs(reports)
        ctest = ["ctest", "--test-dir", f"build/{preset}", *selection]
        self.run(*ctest, "-j", JOBS, "--output-on-failure", "--no-tests=error",
                 "--output-junit", f"{reports}/ctest.xml", env={"GTEST_OUTPUT": f"xml:{reports}/", **(env or {})})
        listed = subprocess.run([*ctest, "--show-only=json-v1"], capture_output=True, text=True, check=False)
        self.results.add(read_ctest(preset, reports, listed.stdout))

    def consumers(self):
        self.say("Programs built against an installation")
        prefix = f"{ROOT}/build/prefix"
        shutil.rmtree(prefix, ignore_errors=True)
        if not self.run("cmake", "--install", "build/release", "--prefix", prefix)[0]:
            self.results.count("installation", False)
            return
        _, output = self.run("python3", "tests/consumers/run.py", "--prefix", prefix, "--build", "build/release")
        self.results.add(read_last_line("consumers", output))


    def same_simulation(self, *presets):
        """A simulated run is the same in every build."""
        self.say("Simulation: the same in " + " and ".join(presets))
        traces = []
        for preset in presets:
            ok, output = self.run(f"build/{preset}/tests/sim/kvstore_sim", "--seeds", "10", env=SANITIZER_OPTIONS)
            traces.append(re.findall(r"^seed \d+: trace .*$", output, re.M) if ok else preset)
        self.results.count("simulated runs are the same in " + " and ".join(presets),
                           all(t == traces[0] for t in traces))


    def headers(self):
        self.say("Public headers, each on its own")
        ok, _ = self.run("cmake", "--build", "build/release", "--target", "public_headers", "-j", JOBS)
        self.results.count("public headers compile on their own", ok)

    def compile_cost(self, *options):
        """Printed, not judged: times scatter."""
        self.say("What compiling costs")
        self.run("tools/compile_cost.py", *options)

    def instructions(self):
        """Instructions do not scatter, so more of them are a failure."""
        self.say("Instructions per operation")
        ok, _ = self.run("bench/micro/instructions", "--check")
        self.results.count("bench/micro/instructions", ok)


def main(level):
    os.chdir(ROOT)
    started = time.monotonic()
    check = Check()
    check.tidy()
    if level == "quick":
        if check.build("dev"):
            check.tests("dev", "-LE", "slow")
    else:
        if check.build("release"):
            check.tests("release", *([] if level == "full" else ["-LE", "slow"]))
            check.consumers()
            check.compile_cost(*(["--library"] if level == "full" else []))
        if check.build("debug"):
            check.tests("debug", "-LE", "slow", env=SANITIZER_OPTIONS)
            check.same_simulation("release", "debug")
    if level == "full":
        check.headers()
        check.instructions()
        if check.build("tsan"):
            check.tests("tsan", "-LE", "slow", env=SANITIZER_OPTIONS)
        if check.build("gcc"):
            excluded, left_out = gtest_filter_without_coroutines(ROOT)
            check.results.not_run("it uses coroutines, which g++ 12 miscompiles", left_out)
            check.tests("gcc", "-LE", "slow|coroutines", env={"GTEST_FILTER": excluded} if excluded else None)
    print(f"\n== {level or 'check'}: {time.monotonic() - started:.0f} s")
    return check.results.report()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
    except KeyboardInterrupt:
        print("interrupted")
        sys.exit(130)
