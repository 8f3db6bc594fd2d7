#!/usr/bin/env python3
"""Runs the acceptance suite and compares it with .ci/acceptance.pending, the cases that are known to fail.

Usage: acceptance.py RUNNER WORK       WORK/prefix is an installation; the suite builds in WORK too
A failing case that is not listed is run once more alone, since other cases share the machine; if it fails again, it
counts as failed (more than 20 such cases have another reason, and are not run again). So does a listed case that
passes, or that the suite does not have: the list only ever shrinks. Listed cases that fail count neither way. The last
line is "N passed, N failed".
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(HERE)
RUN_AGAIN_MAX = 20


def read_pending(path):
    """name -> reason, from lines of the form "NAME  reason"."""
    pending = {}
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.split("#")[0].strip()
            if not line:
                continue
            name, _, reason = line.partition(" ")
            if not reason.strip():
                raise SystemExit(f"{path}:{number}: a pending case needs a reason")
            if name in pending:
                raise SystemExit(f"{path}:{number}: {name} is listed twice")
            pending[name] = reason.strip()
    return pending


def run_suite(runner, work, only=""):
    """(passed, failed) of the suite: a set of names, and name -> reason."""
    command = [runner, "--prefix", f"{work}/prefix", "--source", SOURCE, "--build", f"{SOURCE}/build/release",
               "--work", f"{work}/acceptance"] + (["--only", only] if only else [])
    print("+ " + " ".join(command), flush=True)
    passed, failed = set(), {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace") as child:
        for line in child.stdout:
            ok, fail = re.match(r"ok (\S+)$", line), re.match(r"FAIL (\S+): (.*)", line)
            if ok:
                passed.add(ok[1])
            elif fail:
                failed[fail[1]] = fail[2]
            if not ok:
                print(line, end="", flush=True)
    return passed, failed


def main(runner, work):
    pending = read_pending(os.path.join(HERE, "acceptance.pending"))
    passed, failed = run_suite(runner, work)
    wrong = {}
    unexpected = [name for name in failed if name not in pending]
    for name in unexpected:
        again = run_suite(runner, work, f"^{re.escape(name)}$")[0] if len(unexpected) <= RUN_AGAIN_MAX else set()
        if name in again:
            passed.add(name)
            print(f"# {name} passed when run alone, after: {failed[name]}")
        else:
            wrong[name] = failed[name]
    for name in pending:
        if name in passed:
            wrong[name] = "passes: take it off .ci/acceptance.pending"
            passed.discard(name)
        elif name not in failed:
            wrong[name] = "is on .ci/acceptance.pending, but no such case ran"
    if not passed and not failed:
        wrong["suite"] = "no case ran"
    still = [name for name in pending if name in failed]
    print(f"# {len(still)} pending")
    for name, reason in sorted(wrong.items()):
        print(f"FAIL {name}: {reason}")
    print(f"{len(passed)} passed, {len(wrong)} failed", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
