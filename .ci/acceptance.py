#!/usr/bin/env python3
"""Runs the acceptance suite and compares it with .ci/acceptance.pending, the cases that are known to fail.

Usage: acceptance.py RUNNER WORK [--only REGEX] [--shrink] [--epoll]
WORK/prefix is an installation of build/release; the suite builds in WORK too. A failing case that is not listed is run
once more alone, since other cases share the machine; if it fails again, it counts as failed (more than 20 such cases
have another reason, and are not run again). So does a listed case that passes, or that the suite does not have: the
list only ever shrinks. Listed cases that fail count neither way. The last line is "N passed, N failed".
--only runs and judges the cases whose name matches; --shrink takes listed cases that pass off the list; --epoll runs
them where io_uring is forbidden.
"""
import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(HERE)
PENDING = os.path.join(HERE, "acceptance.pending")
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


def take_off(path, names):
    with open(path, encoding="utf-8") as f:
        lines = [line for line in f if line.partition(" ")[0].strip() not in names]
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(lines)


def judge(pending, passed, failed, again):
    """(names that count as passed, name -> what is wrong). `again` are the failing ones that passed when alone."""
    wrong = {name: reason for name, reason in failed.items() if name not in pending and name not in again}
    for name in pending:
        if name in passed:
            wrong[name] = "passes: take it off .ci/acceptance.pending"
        elif name not in failed:
            wrong[name] = "is on .ci/acceptance.pending, but no such case ran"
    if not passed and not failed:
        wrong["suite"] = "no case ran"
    return (passed | again) - wrong.keys(), wrong


def run_suite(options, only):
    """(passed, failed) of the suite: a set of names, and name -> reason."""
    command = [f"{HERE}/without_io_uring.py"] if options.epoll else []
    command += [options.runner, "--prefix", f"{options.work}/prefix", "--source", SOURCE,
                "--build", f"{SOURCE}/build/release", "--work", f"{options.work}/acceptance"]
    command += ["--only", only] if only else []
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


def run_again(options, names):
    """Those that pass alone."""
    return {name for name in names if name in run_suite(options, f"^{re.escape(name)}$")[0]}


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("runner")
    parser.add_argument("work", type=os.path.abspath)
    parser.add_argument("--only", default="", metavar="REGEX")
    parser.add_argument("--shrink", action="store_true")
    parser.add_argument("--epoll", action="store_true")
    options = parser.parse_args(argv)

    pending = {name: why for name, why in read_pending(PENDING).items() if re.search(options.only, name)}
    passed, failed = run_suite(options, options.only)
    if options.shrink:
        done = passed & pending.keys()
        take_off(PENDING, done)
        pending = {name: why for name, why in pending.items() if name not in done}
        print(f"# {len(done)} taken off .ci/acceptance.pending")
    unexpected = failed.keys() - pending.keys()
    again = run_again(options, sorted(unexpected)) if len(unexpected) <= RUN_AGAIN_MAX else set()
    for name in sorted(again):
        print(f"# {name} passed when run alone, after: {failed[name]}")
    good, wrong = judge(pending, passed, failed, again)
    print(f"# {sum(name in failed for name in pending)} pending")
    for name, reason in sorted(wrong.items()):
        print(f"FAIL {name}: {reason}")
    print(f"{len(good)} passed, {len(wrong)} failed", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
