"""Compares servers of one task in one run, on one server core and one client core: what bench/*/run are made of.

Rounds are interleaved: in each, every system is measured once, with a fresh server. Per system and load, the table
shows the median CPU time that the server spent on a request, the requests that makes per CPU second, the median of the
rounds' ratios of that to its peers' in the same round, and the best p50 and p99 of the rounds.
docs/performance.md says how to read it.
"""
import argparse
import datetime
import json
import os
import platform
import statistics
import sys

import harness
import instructions
import plot

COUNTERS = ("allocs", "syscalls", "enters", "writes")
SOME_HAVE = {"instructions": ",", **dict.fromkeys(COUNTERS, ".2f")}  # columns of which systems may have no value
DOCUMENT = "docs/performance.md"


class Comparison:
    """What is compared: systems by the names that tables and JSON use; the loads, as (connections, requests in flight
    on each); the systems that all others are compared with, as a list of (name, digits after the point)."""

    def __init__(self, script, description, systems, loads, peers, after_load=lambda bench, rows: None, title=None,
                 picture=None):
        self.script = script  # its path from the project's root, by which documents name it
        self.description, self.systems, self.loads, self.peers = description, systems, loads, peers
        self.after_load = after_load  # may measure more and add it to the rows
        self.title = title or script  # of the plot: what a request is
        self.picture = picture or f"performance-{script.split('/')[1]}.svg"  # the plot's name, beside the document


def arguments(comparison):
    parser = argparse.ArgumentParser(description=comparison.description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2 rounds of 0.2 s, to see that everything works")
    parser.add_argument("--rounds", type=int, help="6 unless --quick")
    parser.add_argument("--seconds", type=float, help="of each measurement; 0.5 unless --quick")
    parser.add_argument("--json", metavar="FILE", help="write the rows there")
    parser.add_argument("--report", metavar="FILE", nargs="?", const=os.path.join(harness.ROOT, DOCUMENT),
                        help="count instructions under valgrind as well, replace the marked block of that document "
                        f"({DOCUMENT} when none is named) by the results, and draw them beside it")
    parser.add_argument("--build", metavar="DIR", default=harness.DEFAULT_BUILD, help="default: build/bench")
    parser.add_argument("--systems", metavar="LIST", default=",".join(comparison.systems), help="default: %(default)s")
    parser.add_argument("--loads", metavar="LIST", default=",".join(f"{c}x{i}" for c, i in comparison.loads),
                        help="connections x requests in flight on each; default: %(default)s")
    parser.add_argument("--realtime", action="store_true",
                        help="run servers and clients ahead of all other work (SCHED_RR): for busy machines, as root")
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.quick else 6)
    options.seconds = options.seconds or (0.2 if options.quick else 0.5)
    unknown = [name for name in options.systems.split(",") if name not in comparison.systems]
    if unknown:
        parser.error(f"--systems: there is no {unknown[0]}; there are {', '.join(comparison.systems)}")
    try:
        options.loads = [tuple(int(n) for n in load.split("x")) for load in options.loads.split(",")]
        assert all(len(load) == 2 and min(load) > 0 for load in options.loads)
    except (ValueError, AssertionError):
        parser.error("--loads: as in 16x1,16x16")
    return options


class Bench:
    def __init__(self, comparison, options):
        self.comparison, self.options = comparison, options
        self.server_cpu, self.client_cpu = harness.two_cpus()
        self.systems = harness.build(options.build, {n: comparison.systems[n] for n in options.systems.split(",")})

    def measure(self, name, connections, inflight, *more):
        system, build, realtime = self.systems[name], self.options.build, self.options.realtime
        with harness.running_server(system, build, self.server_cpu, realtime) as (child, port):
            if system.counters:
                more = (*more, "--counters")
            load = system.load_command(build, port, child.pid, connections, inflight, "--seconds",
                                       str(self.options.seconds), *more)
            return harness.run_load(load, self.client_cpu, realtime)

    def rows(self, connections, inflight):
        """One row per system, of interleaved rounds; which system begins rotates."""
        names = list(self.systems)
        reports = {name: [] for name in names}
        for number in range(self.options.rounds):
            first = number % len(names)
            for name in names[first:] + names[:first]:
                reports[name].append(self.measure(name, connections, inflight))
                progress(f"{connections}x{inflight} round {number + 1}/{self.options.rounds} {name}")
        rows = []
        for name in names:
            row = {"system": name, "connections": connections, "inflight": inflight,
                   "server_cpu_ns": round(statistics.median(r["server_cpu_ns"] for r in reports[name]), 1),
                   "p50_us": min(r["p50_us"] for r in reports[name]),
                   "p99_us": min(r["p99_us"] for r in reports[name])}
            for peer, _ in self.comparison.peers:
                if peer in reports and peer != name:
                    row[ratio_key(peer)] = round(paired_ratio(reports[peer], reports[name]), 3)
            if self.systems[name].counters:
                counted = [harness.per_request(r) for r in reports[name]]
                row.update({key: round(statistics.median(c[key] for c in counted), 3) for key in COUNTERS})
            if self.options.report:
                progress(f"{connections}x{inflight} instructions {name}")
                row["instructions"] = round(instructions.per_request(
                    self.systems[name], self.options.build, connections, inflight))
            rows.append(row)
        progress("")
        self.comparison.after_load(self, rows)
        return rows


def ratio_key(peer):
    return "of_" + peer.replace("-", "_")


def paired_ratio(peer, own):
    """Requests per CPU second, own to peer's: the median over rounds."""
    return statistics.median(p["server_cpu_ns"] / o["server_cpu_ns"] for p, o in zip(peer, own))


def progress(text):
    if sys.stderr.isatty():
        print(f"\r{text:60}\r", end="", file=sys.stderr, flush=True)


def table(rows, peers):
    """Markdown, that also reads well on a terminal."""
    def cell(row, key, form):
        return format(row[key], form) if key in row else "-"

    more = [key for key in SOME_HAVE if any(key in row for row in rows)]
    lines = [["system", "CPU ns/request", "requests/CPU s", *("of " + peer for peer, _ in peers), "p50 us", "p99 us",
              *more]]
    for row in rows:
        lines.append([row["system"], f"{row['server_cpu_ns']:,.0f}", f"{1e9 / row['server_cpu_ns']:,.0f}",
                      *(cell(row, ratio_key(peer), f".{digits}f") for peer, digits in peers), f"{row['p50_us']:,.1f}",
                      f"{row['p99_us']:,.1f}", *(cell(row, key, SOME_HAVE[key]) for key in more)])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines.insert(1, ["-" * (widths[0])] + ["-" * (w - 1) + ":" for w in widths[1:]])
    return "\n".join("| " + " | ".join(
        line[i].ljust(widths[i]) if i == 0 else line[i].rjust(widths[i]) for i in range(len(line))) + " |"
        for line in lines)


def notes(rows):
    """What the rows have besides the table's columns, in sentences."""
    return "".join(f"\n{row['note']}\n" for row in rows if "note" in row)


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {os.cpu_count()} CPUs, Linux {platform.release()}"


def shown_command(comparison, options):
    """What reproduces this run and its report."""
    words = [comparison.script, "--report"] + ["--realtime"] * options.realtime
    words += ["--rounds", str(options.rounds), "--seconds", f"{options.seconds:g}", "--systems", options.systems]
    return " ".join(words + ["--loads", ",".join(f"{c}x{i}" for c, i in options.loads)])


def around_block(script, path):
    """The document's text before and after what stands between the two marks; the marks are in it."""
    begin, end = (f"<!-- written by {script} --report: {word} -->" for word in ("begin", "end"))
    with open(path, encoding="utf-8") as f:
        document = f.read()
    if document.count(begin) != 1 or document.count(end) != 1 or document.index(begin) > document.index(end):
        raise harness.Failure(f"{path} has no block '{begin}' ... '{end}'")
    return document[:document.index(begin)] + begin, document[document.index(end):]


def report(comparison, options, header, sections, rows):
    groups = {}
    for row in rows:
        group = groups.setdefault(f"{row['connections']} x {row['inflight']}", {})
        group[row["system"]] = 1e9 / row["server_cpu_ns"]
    what = "requests per CPU second of the server"
    with open(os.path.join(os.path.dirname(options.report), comparison.picture), "w", encoding="utf-8") as f:
        f.write(plot.bars(comparison.title, what, "connections x requests in flight on each", groups))
    blocks = [f"`{shown_command(comparison, options)}`", header,
              f"![{comparison.title}: {what}, by load]({comparison.picture})", *(s.strip() for s in sections)]
    before, after = around_block(comparison.script, options.report)
    with open(options.report, "w", encoding="utf-8") as f:
        f.write("\n\n".join([before, *blocks, after]))


def run(comparison):
    options = arguments(comparison)
    if options.report:
        instructions.require_callgrind()
        around_block(comparison.script, options.report)
    busy = os.getloadavg()[0]
    bench = Bench(comparison, options)
    if busy > 0.5 and not options.realtime:
        print(f"Other work is running here (load average {busy:.1f}): trust ratios and counts, not times.")
    header = (f"{datetime.date.today()}, {machine()}; server on CPU {bench.server_cpu}, client on CPU "
              f"{bench.client_cpu}; {options.rounds} rounds of {options.seconds:g} s; "
              f"load average at the start {busy:.1f}.")
    print(header, flush=True)
    rows, sections = [], []
    for connections, inflight in options.loads:
        new = bench.rows(connections, inflight)
        title = f"{connections} connection{'s' * (connections > 1)} x {inflight} in flight"
        text = table(new, comparison.peers) + "\n" + notes(new)
        print(f"\n{title}\n{text}", end="", flush=True)
        rows += new
        sections.append(f"### {title}\n\n{text}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as f:
            json.dump(rows, f, indent=1)
            f.write("\n")
    if options.report:
        report(comparison, options, header, sections, rows)
    return 0
