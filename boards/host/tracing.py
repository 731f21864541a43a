"""The DTE with every byte shown on stderr: seconds since start, direction (> from the host),
bytes."""

import sys

from dteport import Dte
from system import ticks_ms
from wipmodem import ticks


class TracedDte(Dte):
    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._start_ms = ticks_ms()

    def readinto(self, buf):
        n = super().readinto(buf)
        if n:
            self._show(">", buf[:n])
        return n

    def write(self, buf, off, n):
        n = super().write(buf, off, n)
        if n:
            self._show("<", buf[off : off + n])
        return n

    def set_dcd(self, on):
        super().set_dcd(on)
        self._show("<", b"", " DCD on" if on else " DCD off")

    def _show(self, direction, data, words=""):
        ms = ticks.diff(ticks_ms(), self._start_ms)
        shown = repr(bytes(data))[1:] if data else ""
        print(
            "%5d.%03d %s%s %s" % (ms // 1000, ms % 1000, direction, words, shown), file=sys.stderr
        )
