#!/usr/bin/env python3
"""Builds and runs a program in each way in which the libraries reach their users.

Usage: run.py --prefix DIR --build DIR [--cxx COMPILER] [--only NAME]
DIR are an installation and the build folder it came from. The programs are built in a temporary folder. Each command is
printed as it can be pasted; each way ends in "ok NAME" or "FAIL NAME: reason", the whole in "N passed, N failed".
"""
import argparse
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
JOBS = str(len(os.sched_getaffinity(0)))


class Failure(Exception):
    pass


def run(*command, env=None, timeout=1800):
    """Runs a command, shows it and, if it fails, what it said; returns its standard output."""
    print("+ " + " ".join([f"{k}={shlex.quote(v)}" for k, v in (env or {}).items()] + list(map(shlex.quote, command))),
          flush=True)
    try:
        done = subprocess.run(command, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False,
                              timeout=timeout)
    except subprocess.TimeoutExpired as late:
        raise Failure(f"{command[0]} was still running after {timeout} s") from late
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
        raise Failure(f"exit status {done.returncode} of {os.path.basename(command[0])}")
    return done.stdout


def expect(wanted, output):
    if wanted not in output.splitlines():
        raise Failure(f"the program said {output!r}, not {wanted!r}")


def run_runtime(program):
    """Two shards where there are two CPUs; each adds 21."""
    shards = min(2, len(os.sched_getaffinity(0)))
    expect(f"sum {21 * shards} on {shards} shards", run(program, f"-c{shards}", timeout=60))


def run_rpc(program):
    expect("200 hello consumer", run(program, "-c1", timeout=60))


def with_cmake(options, project, folder, *variables):
    run("cmake", "-G", "Ninja", "-S", os.path.join(HERE, project), "-B", folder, f"-DCMAKE_CXX_COMPILER={options.cxx}",
        f"-DCMAKE_PREFIX_PATH={options.prefix}", *variables)
    run("cmake", "--build", folder, "-j", JOBS)
    return os.path.join(folder, "consumer")


def with_pkg_config(options, folder, package, env=None):
    os.mkdir(folder)
    flags = run("pkg-config", "--cflags", "--libs", "--static", package, env=env).split()
    program = os.path.join(folder, "consumer")
    run(options.cxx, os.path.join(HERE, "runtime.cc"), "-o", program, *flags)
    return program


def seastar_package(options, folder):
    run_runtime(with_cmake(options, "seastar_package", folder))


def testing_package(options, folder):
    expect("Running 2 test cases...", run(with_cmake(options, "testing_package", folder), "--", "-c1", timeout=60))


def seastar_pkg_config(options, folder):
    path = os.path.join(options.prefix, "lib", "pkgconfig")
    run_runtime(with_pkg_config(options, folder, "seastar", {"PKG_CONFIG_PATH": path}))


def seastar_build_folder(options, folder):
    run_runtime(with_pkg_config(options, folder, os.path.join(options.build, "seastar.pc")))


def guide(options, folder):
    """The guide's first program, whose folder is a project."""
    project = os.path.join(SOURCE, "examples", "guide", "hello")
    with_cmake(options, project, folder)
    run(os.path.join(folder, "hello"), "-c1", timeout=60)


def moved_installation(options, folder):
    """Nothing in an installation names the place it was made for."""
    os.mkdir(folder)
    elsewhere = os.path.join(folder, "elsewhere")
    shutil.copytree(options.prefix, elsewhere, symlinks=True)
    path = os.path.join(elsewhere, "lib", "pkgconfig")
    flags = run("pkg-config", "--cflags", "--libs", "--static", "seastar", env={"PKG_CONFIG_PATH": path})
    if options.prefix in flags or not os.path.exists(os.path.join(elsewhere, "lib", "libseastar.a")):
        raise Failure(f"pkg-config says {flags!r}")
    for found, _, names in os.walk(os.path.join(elsewhere, "lib", "cmake")):
        for name in names:
            with open(os.path.join(found, name), encoding="utf-8") as f:
                text = f.read()
            if options.prefix in text or SOURCE in text:
                raise Failure(f"{name} names the place where it was made")


def smf_package(options, folder):
    run_rpc(with_cmake(options, "smf_package", folder))


def smf_subdirectory(options, _):
    """Compiles the libraries once more, as part of another project. It is built beside the build folder and with its
    flags, since ccache knows those compilations already: paths below the sources are relative to it."""
    with open(os.path.join(options.build, "CMakeCache.txt"), encoding="utf-8") as f:
        flags = re.search(r"^CMAKE_CXX_FLAGS_RELEASE:STRING=(.*)$", f.read(), re.M)[1]
    variables = [f"-DSOURCE={SOURCE}", "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_CXX_FLAGS_RELEASE={flags}"]
    if shutil.which("ccache"):
        launcher = ("cmake", "-E", "env", f"CCACHE_BASEDIR={SOURCE}", "CCACHE_NOHASHDIR=1", "ccache")
        variables.append("-DCMAKE_CXX_COMPILER_LAUNCHER=" + ";".join(launcher))
    with tempfile.TemporaryDirectory(prefix="consumer-", dir=os.path.dirname(options.build)) as folder:
        run_rpc(with_cmake(options, "smf_subdirectory", folder, *variables))


def readme(options, folder):
    """The program in README.md, as it stands there but for its port."""
    with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as f:
        files = dict(re.findall(r"^`([\w.]+)`\n\n```\w*\n(.*?)^```$", f.read(), re.M | re.S))
    with socket.socket() as probe:  # the program has a port of its own: give it one that is free now
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    os.mkdir(folder)
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(text.replace("20776", port))
    built = os.path.join(folder, "build")
    run("cmake", "-G", "Ninja", "-S", folder, "-B", built, f"-DCMAKE_CXX_COMPILER={options.cxx}",
        f"-DCMAKE_PREFIX_PATH={options.prefix}")
    run("cmake", "--build", built, "-j", JOBS)
    with open(os.path.join(folder, "log"), "w+", encoding="utf-8") as log, \
            subprocess.Popen([os.path.join(built, "server"), "-c1"], stdout=log, stderr=log) as server:
        try:
            wait_for_port(int(port), server)
            expect("hello world", run(os.path.join(built, "client"), "-c1", timeout=60))
            server.terminate()
            if server.wait(30):
                raise Failure(f"the server left with {server.returncode}")
        except (Failure, subprocess.TimeoutExpired):
            log.seek(0)
            print(log.read(), flush=True)
            raise
        finally:
            server.kill()


def wait_for_port(port, process, seconds=30):
    """Until something listens there. A connection is refused at once, so this asks ten times a second."""
    for _ in range(seconds * 10):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise Failure("the server did not start")


WAYS = (seastar_package, testing_package, seastar_pkg_config, seastar_build_folder, moved_installation, smf_package,
        smf_subdirectory, readme, guide)


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--prefix", required=True, type=os.path.abspath)
    parser.add_argument("--build", required=True, type=os.path.abspath)
    parser.add_argument("--cxx", default="clang++-19")
    parser.add_argument("--only", choices=[way.__name__ for way in WAYS])
    options = parser.parse_args(argv)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="consumers-") as work:
        for way in WAYS:
            if options.only in (None, way.__name__):
                try:
                    way(options, os.path.join(work, way.__name__))
                    passed += 1
                    print(f"ok {way.__name__}", flush=True)
                except (Failure, OSError, subprocess.TimeoutExpired) as reason:
                    failed += 1
                    print(f"FAIL {way.__name__}: {reason}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
