#!/usr/bin/env python3
"""What programs pay for our headers, and the libraries for their code, in seconds of CPU; beside their budgets.

    tools/compile_cost.py              # the files of tests/headers/cost, each the median of seven
    tools/compile_cost.py --library    # besides, all of the libraries and tools (a minute or two)

With clang++-19 -O2 -g and without ccache. Times scatter: a budget that is exceeded is said, and is no failure.
"""
import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMPILER = "clang++-19"
ROUNDS = 7
USER_FILE_SECONDS = 4.0
HELLO_TIMES_BASELINE = 1.4
LIBRARY_SECONDS = 300


def cpu_seconds(command, **more):
    """User and system time of the command and of its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, cwd=ROOT, **more)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def files(folder):
    """Interleaved, so that a slow minute of the machine is slow for all."""
    names = ("baseline", "hello", "coroutine_user")
    costs = {name: [] for name in names}
    for _ in range(ROUNDS):
        for name in names:
            costs[name].append(cpu_seconds([COMPILER, "-std=gnu++20", "-O2", "-g", "-Iinclude", "-c",
                                            f"tests/headers/cost/{name}.cc", "-o", os.path.join(folder, "out.o")]))
    return {name: statistics.median(values) for name, values in costs.items()}


def library(folder):
    build = os.path.join(folder, "build")
    without_ccache = {**os.environ, "CCACHE_DISABLE": "1"}
    subprocess.run(["cmake", "-S", ROOT, "-B", build, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={COMPILER}",
                    "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DBUILD_TESTING=OFF", "-DSEASTAR_EXAMPLES=OFF"],
                   check=True, stdout=subprocess.DEVNULL, env=without_ccache)
    return cpu_seconds(["cmake", "--build", build], stdout=subprocess.DEVNULL, env=without_ccache)


def show(what, seconds, budget):
    print(f"{what:58} {seconds:7.2f} s of {budget:6.2f} s{'  OVER THE BUDGET' if seconds > budget else ''}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cost = files(folder)
        print(f"CPU time of {COMPILER} -O2 -g:")
        show("a server's file (sharded, net, coroutines)", cost["coroutine_user"], USER_FILE_SECONDS)
        show(f"hello, at most {HELLO_TIMES_BASELINE} x a file of program_options and iostream", cost["hello"],
             HELLO_TIMES_BASELINE * cost["baseline"])
        if options.library:
            show("the libraries and tools", library(folder), LIBRARY_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
