"""User-space instructions per request of a server, counted by callgrind: the measure without noise.

The server runs under valgrind, its client outside. Nothing is counted while connections are made and the warm-up runs,
nor while the server stops: the figure is that of the measured requests alone. Kernel time is not in it.
"""
import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import tempfile

import harness


def arguments(systems, default_system, methods):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--system", default=default_system, choices=systems, help="default: %(default)s")
    parser.add_argument("--method", default=methods[0], choices=methods, help="default: %(default)s")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--inflight", type=int, default=16)
    parser.add_argument("--warmup", type=int, default=5000, help="requests; default: %(default)s")
    parser.add_argument("--requests", type=int, default=20000, help="default: %(default)s")
    parser.add_argument("--top", type=int, default=25, help="functions shown; default: %(default)s")
    parser.add_argument("--max", type=float, help="fail when there are more instructions per request")
    parser.add_argument("--dump", metavar="FILE", help="keep callgrind's output there, for kcachegrind")
    parser.add_argument("--build", metavar="DIR", default=harness.DEFAULT_BUILD, help="default: build/bench")
    return parser.parse_args()


def control(pid, *words):
    """Tells a server under callgrind to count, not to count, or to write what it has."""
    result = subprocess.run(["callgrind_control", *words, str(pid)], text=True, capture_output=True, timeout=60)
    if result.returncode != 0 or "OK" not in result.stdout:
        raise harness.Failure(f"callgrind_control {' '.join(words)}: {result.stdout}{result.stderr}")


def profile(system, build, out, connections, inflight, warmup, requests, *more):
    """Returns how many requests were counted, and the file that callgrind has written, whose name begins with `out`."""
    server_cpu, client_cpu = harness.two_cpus()
    under = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}"]
    with harness.running_server(system, build, server_cpu, under=under, more=system.when_counted) as (child, port):
        load = harness.Child(system.load_command(
            build, port, child.pid, connections, inflight, *more, "--warmup-requests", str(warmup), "--requests",
            str(requests), "--hold"), client_cpu)
        try:
            load.line("warm", 120)
            control(child.pid, "-i", "on")
            load.answer()
            report = json.loads(load.line("{", 300))
            load.line("measured", 10)
            control(child.pid, "-i", "off")
            control(child.pid, "-d")
            child.kill()  # valgrind holds SIGTERM back while a program sleeps in io_uring_enter
        finally:
            load.stop()
    return report["requests"], out + ".1"


def total(out):
    with open(out, encoding="utf-8", errors="replace") as f:
        for line in f:
            if line.startswith("totals:"):
                return int(line.split()[1])
    raise harness.Failure(f"no totals in callgrind's output {out}")


def functions(out):
    """(instructions, name) of each function, most first; those it calls are not included, those inlined into it are."""
    text = subprocess.run(["callgrind_annotate", "--threshold=100", "--auto=no", out], text=True, check=True,
                          capture_output=True, timeout=120).stdout
    found = collections.Counter()  # callgrind_annotate has a line per file that a function has code of
    for line in text.splitlines():
        match = re.match(r"\s*([\d,]+) \(\s*[\d.]+%\)\s+(?:\S+?:)?(.*?)(?: \[[^]]*\])?$", line)
        if match and "PROGRAM TOTALS" not in line:
            found[match[2]] += int(match[1].replace(",", ""))
    return found.most_common()


def require_callgrind():
    for tool in ("valgrind", "callgrind_control", "callgrind_annotate"):
        if not shutil.which(tool):
            raise harness.Failure(f"{tool} is needed (Debian: valgrind)")


def per_request(system, build, connections, inflight):
    """Of 10,000 requests after 2,000."""
    with tempfile.TemporaryDirectory() as folder:
        counted, out = profile(system, build, os.path.join(folder, "out"), connections, inflight, 2000, 10000)
        return total(out) / counted


def run(systems, default_system, methods=("echo",)):
    """`methods`: of the service; the first is the default. An echo of bytes has one, and its client does not look."""
    options = arguments(systems, default_system, methods)
    system = systems[options.system]
    require_callgrind()
    harness.build(options.build, {options.system: system})
    with tempfile.TemporaryDirectory() as folder:
        counted, out = profile(system, options.build, os.path.join(folder, "callgrind.out"), options.connections,
                               options.inflight, options.warmup, options.requests, "--method", options.method)
        instructions = total(out) / counted
        for name, count in functions(out)[:options.top]:
            print(f"{count / counted:9.1f}  {name[:140]}")
        if options.dump:
            shutil.copyfile(out, options.dump)
    print(f"{options.system} {options.method} at {options.connections}x{options.inflight}: "
          f"{instructions:,.0f} user instructions per request, of {counted} requests")
    if options.max is not None and instructions > options.max:
        raise harness.Failure(f"more than {options.max:g}")
    return 0
