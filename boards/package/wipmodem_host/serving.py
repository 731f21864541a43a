"""`wipmodem serve` as a child process: its ready lines, what it says on stderr, its end."""

import os
import select
import signal
import subprocess
import sys
import time

from .places import LAUNCHER

_READY = b"DTE ready: "
_END_S = 10
_BLOCK = 4096


class ModemFailed(Exception):
    """The modem did not start, or ended by itself; the text is what it said on stderr."""


class Serving:
    """Started when made, ended by stop() or with this process, however that ends. `home`: a folder
    that is removed then, unless stop() has been called; what modem and launcher say goes to a file
    in it."""

    def __init__(self, arguments, home, patience_s):
        self._log = log = f"{home}/log"
        own = ["--until", str(os.getpid()), "--scratch", home]
        self._patience_s = patience_s
        self._said = b""
        with open(log, "wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-B", str(LAUNCHER / "serve.py"), *arguments, *own],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,  # Ctrl-C ends the tests, and they end this
            )

    def ready(self):
        """The next ready line, without its first words: a modem has started. Or ModemFailed."""
        line = self._line(time.monotonic() + self._patience_s)
        if not line.startswith(_READY):
            raise ModemFailed(f"not a ready line: {line!r}")
        return line.removeprefix(_READY).decode().strip()

    def cycle_power(self):
        """Off and on; gives the place of the ready line that follows."""
        self._process.send_signal(signal.SIGUSR1)
        return self.ready()

    def check(self, wait_s=0.0):
        """Wait that long for an unwanted end: ModemFailed then."""
        assert self._process.stdout
        if select.select([self._process.stdout], [], [], wait_s)[0]:
            self._fail()

    def log(self):
        with open(self._log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        """End it, and everything that it started."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.communicate(timeout=_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def _line(self, deadline):
        assert self._process.stdout
        fd = self._process.stdout.fileno()
        while b"\n" not in self._said:
            if not select.select([fd], [], [], max(0, deadline - time.monotonic()))[0]:
                raise ModemFailed(f"not ready after {self._patience_s} s: {self.log()}")
            block = os.read(fd, _BLOCK)
            if not block:
                self._fail()
            self._said += block
        line, _, self._said = self._said.partition(b"\n")
        return line

    def _fail(self):
        self.stop()
        raise ModemFailed(self.log().strip() or f"exit status {self._process.returncode}")
