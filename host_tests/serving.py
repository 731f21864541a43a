"""Tools of the launcher's tests: a launcher under test, and waits that have a deadline.

Nothing here sleeps to make something true: each wait ends with the event, or fails the test.
"""

import contextlib
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from interpreters import HEAP

ROOT = Path(__file__).resolve().parents[1]
STAND_IN = ROOT / "host_tests" / "stand_in_modem.py"
PATIENCE_S = 5
ALL_BYTES = bytes(range(256))


class Launcher:
    """serve.py with the stand-in modem. Variables of the stand-in are given without STAND_IN_."""

    def __init__(
        self,
        dte,
        *options,
        py="cpython",
        program: Path | None = STAND_IN,
        descriptors=0,
        stdout: int | None = subprocess.PIPE,
        stderr: int | None = subprocess.PIPE,
        **modem,
    ):
        """`program` None: the launcher's own choice, and its choice of a heap. `descriptors`: its
        limit, if not 0."""
        script = ROOT / "boards" / "host" / "serve.py"
        fixed = ["--dte", dte, "--py", py, "--until", str(os.getpid())]
        if program:
            fixed += ["--program", program, "--heap", HEAP]
        self.process = subprocess.Popen(
            [sys.executable, script, *fixed, *options],
            stdout=stdout,
            stderr=stderr,
            process_group=0,
            preexec_fn=(lambda: _limit(descriptors)) if descriptors else None,
            env=os.environ | {f"STAND_IN_{name.upper()}": value for name, value in modem.items()},
        )
        self._out = self.process.stdout.fileno() if self.process.stdout else -1
        self._err = self.process.stderr.fileno() if self.process.stderr else -1
        self.stderr = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def ready(self):
        """The ready line, without its end."""
        line = read_until(self._out, b"\n").decode()
        return line.removesuffix("\n")

    def starts(self):
        """Whether it gets ready; if not, it has ended."""
        select.select([self._out], [], [], PATIENCE_S)
        return os.read(self._out, 4096) != b""

    def port(self):
        match = re.search(r"127\.0\.0\.1:(\d+)", self.ready())
        assert match
        return int(match[1])

    def expect(self, pattern):
        """Wait until stderr, from where the last expect() ended, matches; gives the match."""
        deadline = time.monotonic() + PATIENCE_S
        while not (match := re.search(pattern, self.stderr)):
            self.stderr += read_some(self._err, deadline).decode()
        self.stderr = self.stderr[match.end() :]
        return match

    def modem(self):
        """The modem's process id."""
        pid = self.process.pid
        (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(child)

    def end(self, number=None):
        """Send the signal, if any, as a terminal does: to the launcher's whole process group.

        Gives the exit status and what is left on stdout and stderr.
        """
        if number:
            os.killpg(self.process.pid, number)
        out, err = self.process.communicate(timeout=PATIENCE_S)
        err = self.stderr + (err or b"").decode()
        return self.process.returncode, (out or b"").decode(), err


def _limit(descriptors):
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))


@contextlib.contextmanager
def stopped(pid, seconds):
    """The process does not run in the body, nor until so much time has passed."""
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_until(
            lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
        )
        end = time.monotonic() + seconds
        yield
        time.sleep(max(0, end - time.monotonic()))
    finally:
        os.kill(pid, signal.SIGCONT)


def read_some(fd, deadline):
    """What there is, at least one byte."""
    ready, _, _ = select.select([fd], [], [], max(0, deadline - time.monotonic()))
    assert ready, "nothing came in time"
    data = os.read(fd, 4096)
    assert data, "ended"
    return data


def read_until(fd, end):
    deadline = time.monotonic() + PATIENCE_S
    data = b""
    while end not in data:
        data += read_some(fd, deadline)
    return data


def read_exactly(fd, count):
    deadline = time.monotonic() + PATIENCE_S
    data = b""
    while len(data) < count:
        data += read_some(fd, deadline)
    return data


def spec(kind, path):
    """What --dte takes: the path, or any free port."""
    return f"pty:{path}" if kind == "pty" else f"{kind}:0"


def open_pty(path):
    return os.open(path, os.O_RDWR | os.O_NOCTTY)


def report(path):
    """What the modem tells on its console: its lines, without what a busy machine adds to them."""
    console = open_pty(path)
    try:
        os.write(console, b"?")
        lines = read_until(console, b"\r\nOK\r\n").decode().strip().split("\r\n\r\n")
        return [line for line in lines if ",stall," not in line]
    finally:
        os.close(console)


def open_host(kind, ready, path):
    """A host on the line that the ready line tells of; has fileno() and close()."""
    if kind == "pty":
        return os.fdopen(open_pty(path), "r+b", buffering=0)
    return connect(int(re.findall(r"127\.0\.0\.1:(\d+)", ready)[0]))


def connect(port):
    host = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
    host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return host


def assert_closed(host):
    """By the other side, with or without regard for what was under way."""
    try:
        while host.recv(4096):
            pass
    except ConnectionResetError:
        return


def talk(host, data):
    """Send and expect the echo, through a modem's socket."""
    host.sendall(data)
    assert read_exactly(host.fileno(), len(data)) == data


def wait_for_exit(pid):
    """The end of a process that is not our child."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([pidfd], [], [], PATIENCE_S)[0], f"process {pid} goes on"
    finally:
        os.close(pidfd)


def wait_until(condition, patience_s=PATIENCE_S):
    """For what has no event: looked at as often as the machine allows."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "did not come true"
        os.sched_yield()


def is_running(pid):
    return Path(f"/proc/{pid}").exists()
