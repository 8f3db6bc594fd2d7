#!/usr/bin/env python3
"""Runs the program that is its argument, perf_sample.cc, and looks at what it prints."""
import subprocess
import sys


def run(*arguments):
    done = subprocess.run([sys.argv[1], *arguments, "-c1", "--overprovisioned", "--default-log-level", "warn"],
                          capture_output=True, text=True, check=True, timeout=120)
    return [line.split() for line in done.stdout.splitlines()]


def main():
    names = ["numbers.coroutine", "numbers.counting_coroutine", "numbers.partly_measured", "numbers.sum",
             "plain.counts", "plain.nothing", "plain.waits"]
    assert run("--list") == [[name] for name in names]
    assert run("--list", "--tests", "sum|nothing") == [["numbers.sum"], ["plain.nothing"]]
    table = run("--duration", "0.005", "--runs", "3")
    assert [row[0] for row in table] == ["test", *names], table
    values = {row[0]: list(map(float, row[1:])) for row in table[1:]}
    for name, (iterations, median, _, low, high) in values.items():
        assert iterations >= 1 and 0 <= low <= median <= high, (name, values[name])
    assert values["numbers.sum"][0] % 100 == 0 and values["numbers.counting_coroutine"][0] % 100 == 0
    assert values["plain.counts"][0] % 10 == 0
    assert values["numbers.partly_measured"][1] < 1e6, "the sleep was measured"


if __name__ == "__main__":
    main()
