"""Run `wipmodem serve` as a child process: its ready lines, its log, its end."""

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
    """The modem did not start, or ended unexpectedly. The text is the modem's log."""


class Serving:
    """The child process, which ends with stop(), or when this process ends for any reason."""

    def __init__(self, arguments, home, patience_s):
        """Start the process.

        arguments: list of options; patience_s: time limit of each wait; home: a folder for the
        log. If this process ends without stop(), the child removes the folder.
        """
        self._log = log = f"{home}/log"
        own = ["--until", str(os.getpid()), "--scratch", home]
        self._patience_s = patience_s
        self._out = b""  # received bytes of stdout after the last complete line
        with open(log, "wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-B", str(LAUNCHER / "serve.py"), *arguments, *own],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,  # Ctrl-C ends only the tests, which then call stop()
            )

    def ready(self):
        """Wait for the next ready line and return its text after the prefix.

        Raises ModemFailed.
        """
        line = self._line(time.monotonic() + self._patience_s)
        if not line.startswith(_READY):
            raise ModemFailed(f"not a ready line: {line!r}")
        return line.removeprefix(_READY).decode().strip()

    def cycle_power(self):
        """Switch the modem off and on. Return the text of the next ready line."""
        self._process.send_signal(signal.SIGUSR1)
        return self.ready()

    def check(self, wait_s=0.0):
        """Wait up to wait_s. Raise ModemFailed if the child process has ended by then."""
        assert self._process.stdout
        if select.select([self._process.stdout], [], [], wait_s)[0]:
            self._fail()

    def log(self):
        """Return the log so far as text."""
        with open(self._log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        """End the child process and all processes that it has started."""
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
        while b"\n" not in self._out:
            if not select.select([fd], [], [], max(0, deadline - time.monotonic()))[0]:
                raise ModemFailed(f"not ready after {self._patience_s} s: {self.log()}")
            block = os.read(fd, _BLOCK)
            if not block:
                self._fail()
            self._out += block
        line, _, self._out = self._out.partition(b"\n")
        return line

    def _fail(self):
        self.stop()
        raise ModemFailed(self.log().strip() or f"exit status {self._process.returncode}")
