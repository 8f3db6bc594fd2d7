"""What the scripts of bench/ share: building, systems under test, servers and load clients as child processes.

Standard library only. Every process is started here, ended by its id, and bounded in time.
"""
import contextlib
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEFAULT_BUILD = os.path.join(ROOT, "build", "bench")
START_SECONDS = 60  # valgrind is slow to start
STOP_SECONDS = 20


class Failure(Exception):
    """Something the user should read without a traceback."""


# For servers on the runtime, while instructions are counted: to look for work takes some, too; and valgrind has no
# addresses for heaps as large as machines are.
WHEN_COUNTED = ["--idle-poll-time-us", "0", "-m", "1G"]


class System:
    """A server and the load client that speaks its protocol: programs of the same folder of bench/."""

    def __init__(self, folder, server, arguments=(), client="load", counters=False, ready=None, when_counted=()):
        self.folder, self.server, self.arguments, self.client = folder, server, list(arguments), client
        self.counters = counters  # it tells what it has counted when asked
        self.when_counted = list(when_counted)  # more arguments while its instructions are counted
        self.ready = ready  # of a server that was not written here: what it prints once it listens on the port given

    def targets(self):
        return [f"bench_{self.folder}_{name}" for name in (self.server, self.client) if name]

    def server_command(self, build, port, *more):
        return [os.path.join(build, "bench", self.folder, self.server), *self.arguments, *more, "--port", str(port)]

    def load_command(self, build, port, pid, connections, inflight, *more):
        return [os.path.join(build, "bench", self.folder, self.client), "--port", str(port), "--server-pid", str(pid),
                "--connections", str(connections), "--inflight", str(inflight), *more]


def command(arguments):
    print("+", " ".join(arguments), flush=True)
    try:
        subprocess.run(arguments, check=True, cwd=ROOT, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError) as e:
        raise Failure(str(e))


def build(directory, systems):
    """Configures when that was never done, builds what the systems need; returns those that this machine can build.

    `systems`: by name."""
    cache = os.path.join(directory, "CMakeCache.txt")
    if not os.path.exists(cache):
        arguments = ["cmake", "-S", ROOT, "-B", directory, "-DSEASTAR_BENCH=ON", "-DCMAKE_BUILD_TYPE=Release",
                     "-DBUILD_TESTING=OFF", "-DSEASTAR_EXAMPLES=OFF"]
        if shutil.which("ninja"):
            arguments += ["-G", "Ninja"]
        if shutil.which("clang++-19"):
            arguments += ["-DCMAKE_CXX_COMPILER=clang++-19"]
        command(arguments)
    have = set(subprocess.run(["cmake", "--build", directory, "--target", "help"], check=True, text=True,
                              capture_output=True).stdout.replace(":", " ").split())
    usable = {name: system for name, system in systems.items() if have.issuperset(system.targets())}
    for name in systems.keys() - usable.keys():
        print(f"{name}: left out, this machine or this tree cannot build it (see CMake's messages)", flush=True)
    if not usable:
        raise Failure("nothing to measure")
    command(["cmake", "--build", directory, "--parallel", str(os.cpu_count()), "--target",
             *sorted({target for system in usable.values() for target in system.targets()})])
    return usable


def two_cpus():
    """One for the server, one for the client."""
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        raise Failure("two CPUs are needed: one for the server, one for the client, which spins")
    return cpus[1], cpus[0]


class Child:
    """A child process, pinned to one CPU, whose output is read line by line. `realtime`: ahead of all other work."""

    def __init__(self, arguments, cpu, realtime=False):
        def settle():
            os.sched_setaffinity(0, {cpu})
            if realtime:
                os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))

        self.name = os.path.basename(arguments[0])
        self._errors = tempfile.TemporaryFile(mode="w+")
        try:
            self._process = subprocess.Popen(arguments, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                             stderr=self._errors, preexec_fn=settle)
        except (OSError, subprocess.SubprocessError) as e:
            raise Failure(f"{self.name} cannot be started{' (--realtime needs root)' * realtime}: {e}")
        self.pid = self._process.pid
        self._lines = queue.Queue()
        self._skipped = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def line(self, text, seconds):
        """The next line that contains `text`; others are skipped."""
        while True:
            try:
                line = self._lines.get(timeout=seconds)
            except queue.Empty:
                raise Failure(f"{self.name} printed no line with '{text}' for {seconds} s\n{self.errors()}")
            if line is None:
                self._process.wait()
                raise Failure(f"{self.name} ended with status {self._process.returncode}\n{self.errors()}")
            if text in line:
                return line
            self._skipped = line

    def answer(self):
        """Sends it an empty line."""
        try:
            self._process.stdin.write("\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Failure(f"{self.name} has ended\n{self.errors()}") from None

    def errors(self):
        """What it wrote there, and the last line that nobody wanted: some servers print why they end."""
        self._errors.seek(0)
        return f"{self._errors.read()}{self._skipped}".strip()

    def wait(self, seconds):
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} did not end within {seconds} s\n{self.errors()}")

    def kill(self):
        self._process.kill()
        self._process.wait()

    def stop(self):
        """SIGTERM, then patience, then SIGKILL. Safe to call when it has ended."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process.stdin.close()
        self._errors.close()


@contextlib.contextmanager
def reserved_port():
    """A port of 127.0.0.1 for a server that cannot choose one itself. It is bound here, which keeps it from everybody
    who asks for any port, and not listened on, so that a server with SO_REUSEADDR can: there is nothing to retry."""
    with socket.socket() as reservation:
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind(("127.0.0.1", 0))
        yield reservation.getsockname()[1]


@contextlib.contextmanager
def running_server(system, build, cpu, realtime=False, under=(), more=()):
    """Yields (child, port) once it listens. `under`: the command that runs it; `more`: arguments of this run."""
    with reserved_port() if system.ready else contextlib.nullcontext(0) as port:
        child = Child([*under, *system.server_command(build, port, *more)], cpu, realtime)
        try:
            line = child.line(system.ready or "listening ", START_SECONDS)
            yield child, port or int(line.split()[1])
        finally:
            child.stop()


def run_load(arguments, cpu, realtime=False, seconds=60):
    """Runs a load client to its end; returns its report."""
    child = Child(arguments, cpu, realtime)
    try:
        report = json.loads(child.line("{", seconds))
        if child.wait(STOP_SECONDS) != 0:
            raise Failure(f"{child.name} failed after its report\n{child.errors()}")
        return report
    finally:
        child.stop()


def per_request(report):
    """Of a report with --counters: allocations, system calls, enters, writes per request of the measured phase."""
    before, after = report["counters"]
    served = after["requests"] - before["requests"]
    if served != report["requests"]:
        raise Failure(f"the server counted {served} requests, its client {report['requests']}")
    return {key: (after[key] - before[key]) / served for key in ("allocs", "syscalls", "enters", "writes")}


def main_of(function):
    """Runs a script's main function; failures and Ctrl-C end it with one line."""
    try:
        return function()
    except Failure as e:
        print(f"{os.path.basename(sys.argv[0])}: {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
