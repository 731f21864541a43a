"""make serve COUNT=N, with 1 to 1000 modems: what each takes, and how many lines all answer.

Each fleet is started as a person would, on ptys, with one host at each line.
"""

import contextlib
import os
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

_SERVE = Path(__file__).resolve().parents[2] / "boards" / "host" / "serve.py"
COUNTS = (1, 10, 100, 1000)
_IDLE_S = 5.0
_BUSY_S = 3.0
_PATIENCE_S = 30
_TICKS = os.sysconf("SC_CLK_TCK")
_OK = b"\r\nOK\r\n"


class Figures(NamedTuple):
    """Of one fleet; KB and idle CPU are of the modems' process and its launcher."""

    modems: int
    start_s: float
    rss_kb: int
    pss_kb: int
    idle_percent: float  # of one core
    lines: float  # answered in a second, all together

    def each_kb(self):
        return self.pss_kb / self.modems


class Fleet:
    """Started when made, and up: `start_s`, how long that took."""

    def __init__(self, home, count, interpreter):
        self._home = home
        self._count = count
        began = time.monotonic()
        dte = f"pty:{home}/modem-%d" if count > 1 else f"pty:{home}/modem-1"
        words = ["--dte", dte, "--count", str(count), "--py", interpreter]
        self._serving = subprocess.Popen(
            [sys.executable, "-B", _SERVE, "--until", str(os.getpid()), *words],
            stdout=subprocess.PIPE,
            process_group=0,
        )
        assert self._serving.stdout
        ready = [self._serving.stdout.readline() for _ in range(count)]
        self.start_s = time.monotonic() - began
        if not ready[-1]:
            raise RuntimeError(f"{count} modems did not start")
        pid = self._serving.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        self._pids = [pid, *map(int, children.split())]
        self._lines = [_open(f"{home}/modem-{n}") for n in range(1, count + 1)]

    def close(self):
        for line in self._lines:
            os.close(line)
        self._serving.send_signal(signal.SIGTERM)
        self._serving.communicate(timeout=_PATIENCE_S)

    def kb(self, name):
        """Rss or Pss."""
        return sum(_kb(pid, name) for pid in self._pids)

    def idle_percent(self, seconds):
        before = self._cpu_s()
        time.sleep(seconds)  # it is what passes that is measured
        return 100 * (self._cpu_s() - before) / seconds

    def lines(self, seconds):
        """Answered in a second: each host sends its next line when all have an answer."""
        poller = select.epoll()
        for line in self._lines:
            poller.register(line, select.EPOLLIN)
        with contextlib.closing(poller):
            self._round(poller, b"ATE0\r", b"ATE0\r" + _OK)
            answered = 0
            began = time.monotonic()
            while time.monotonic() - began < seconds:
                answered += self._round(poller, b"AT\r", _OK)
            return answered / (time.monotonic() - began)

    def _round(self, poller, command, answer):
        """A line of each host's, and its answer."""
        missing = dict.fromkeys(self._lines, b"")
        for line in self._lines:
            os.write(line, command)
        while missing:
            ready = poller.poll(_PATIENCE_S)
            if not ready:
                raise TimeoutError(f"{len(missing)} of {self._count} modems do not answer")
            for line, _ in ready:
                missing[line] += os.read(line, 4096)
                if missing[line] == answer:
                    del missing[line]
        return self._count

    def _cpu_s(self):
        return sum(_ticks(pid) for pid in self._pids) / _TICKS


def measure(count, interpreter, idle_s=_IDLE_S, busy_s=_BUSY_S):
    """Figures of one fleet."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    home = tempfile.mkdtemp(prefix="wipmodem-")
    with contextlib.ExitStack() as after:
        after.callback(shutil.rmtree, home)
        fleet = Fleet(home, count, interpreter)
        after.callback(fleet.close)
        idle = fleet.idle_percent(idle_s)
        lines = fleet.lines(busy_s)
        return Figures(count, fleet.start_s, fleet.kb("Rss"), fleet.kb("Pss"), idle, lines)


def _open(path):
    line = os.open(path, os.O_RDWR | os.O_NOCTTY)
    os.set_blocking(line, False)
    return line


def _kb(pid, name):
    match = re.search(rf"^{name}: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    return int(match[1]) if match else 0


def _ticks(pid):
    """utime and stime, see proc(5)."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(words[11]) + int(words[12])
