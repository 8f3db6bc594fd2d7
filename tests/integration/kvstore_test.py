#!/usr/bin/env python3
"""The key/value store's server and load client as programs: start, load, limits of the machine, stop.

Usage: kvstore_test.py SERVER LOAD [unittest arguments]      KVSTORE_SLOW=1 adds what takes long
"""
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SERVER, LOAD = map(os.path.abspath, sys.argv[1:3])
SLOW = os.environ.get("KVSTORE_SLOW") == "1"
NOBODY = 65534


class Server:
    """A server on a free port, stopped at the end of the `with`."""

    def __init__(self, *args, port=0, preexec=None, program=SERVER):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([program, "--port", str(port), *args], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=subprocess.STDOUT, preexec_fn=preexec, cwd="/")
        self.port = None
        deadline = time.monotonic() + 30
        while self.port is None and self.process.poll() is None and time.monotonic() < deadline:
            found = re.search(r"listening on [\d.]+:(\d+)", self.text())
            self.port = int(found.group(1)) if found else None
            time.sleep(0.01)

    def text(self):
        return os.pread(self.log.fileno(), 1 << 20, 0).decode("utf-8", "replace")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.status = self.stop()
        self.log.close()


def load(server, seconds=1, connections=4, inflight=4, *args):
    return subprocess.run([LOAD, "--port", str(server.port), "--seconds", str(seconds), "--connections",
                           str(connections), "--inflight", str(inflight), "-c1", "--overprovisioned", *args],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)


class KeyValueStore(unittest.TestCase):
    def assert_serves(self, server, **kw):
        self.assertIsNotNone(server.port, "the server did not start:\n" + server.text())
        result = load(server, **kw)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertRegex(result.stdout, r"; 0 failed\n")
        self.assertRegex(result.stdout, r"[1-9]\d* requests per second\n")

    def test_serves_a_load_and_stops_cleanly(self):
        for backend in ("epoll", "io_uring"):
            with self.subTest(backend), Server("-c1", "--overprovisioned", "--reactor-backend", backend) as server:
                if server.port is None and backend == "io_uring":
                    continue  # forbidden on this machine
                self.assert_serves(server)
                self.assertEqual(server.stop(), 0, server.text())

    def test_start_and_stop_twenty_times_on_one_port(self):
        port = 0
        for _ in range(20):
            with Server("-c1", "--overprovisioned", port=port) as server:
                self.assertIsNotNone(server.port, server.text())
                port = server.port
                server.connect().close()
                self.assertEqual(server.stop(), 0, server.text())

    def test_eight_shards_on_fewer_cpus_when_overprovisioned(self):
        with Server("-c8", "--overprovisioned") as server:
            self.assert_serves(server, connections=16)
            self.assertEqual(server.stop(), 0, server.text())

    def test_more_shards_than_cpus_are_refused_otherwise(self):
        with Server(f"-c{len(os.sched_getaffinity(0)) + 1}") as server:
            self.assertNotEqual(server.process.wait(30), 0)
            self.assertIn("insufficient processing units", server.text())

    def test_an_ordinary_user_without_locked_memory(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to become an ordinary user")

        def become_nobody():
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536))
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        with tempfile.TemporaryDirectory() as folder:  # the build may lie where only root can go
            os.chmod(folder, 0o755)
            program = shutil.copy(SERVER, folder)
            with Server("-c2", "--overprovisioned", preexec=become_nobody, program=program) as server:
                self.assert_serves(server)
                lines = [l for l in server.text().splitlines() if "Reactor backend" in l]
                self.assertEqual(len(lines), 1, server.text())

    def test_strangers_do_no_harm(self):
        with Server("-c1", "--overprovisioned") as server:
            before = server.descriptors()
            hello = bytes.fromhex("16030100f4010000f00303")
            for garbage in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", hello + os.urandom(200), b"SSH-2.0-OpenSSH_9.2\r\n",
                            b"\0" * 16, b"\xff" * 16, os.urandom(4096), b"\0\0\1\0", b""):
                peer = server.connect()
                peer.sendall(garbage)
                peer.close()
                reset = server.connect()
                reset.sendall(garbage)
                reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                reset.close()
            self.assert_serves(server)
            deadline = time.monotonic() + 10
            while server.descriptors() > before and time.monotonic() < deadline:
                time.sleep(0.05)
            self.assertLessEqual(server.descriptors(), before)
            self.assertEqual(server.stop(), 0, server.text())

    @unittest.skipUnless(SLOW, "slow: it watches an idle server for ten seconds")
    def test_idle_means_idle(self):
        shards = 2
        with Server(f"-c{shards}") as server:
            self.assertIsNotNone(server.port, server.text())
            peers = [server.connect() for _ in range(100)]
            self.assert_serves(server)
            time.sleep(2)
            cpu, began = server.cpu_seconds(), time.monotonic()
            time.sleep(10)
            share = (server.cpu_seconds() - cpu) / (time.monotonic() - began) / shards
            self.assertLessEqual(share, 0.005, "share of a CPU per shard")
            for p in peers:
                p.close()


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:], verbosity=2)
