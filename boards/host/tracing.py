"""Serial ports with every byte shown on stderr: seconds since start, who said it, bytes.

> is said by the host and < to it; -> is said to the radio and <- by it. User ids and passwords of
AT+WIPBR=2 are not shown, nor their echo.
"""

import sys

from dteport import Dte
from masking import Mask
from radioport import RadioPort
from system import Poller, ticks_ms
from wipmodem import ticks
from wipmodem.contract import OUT

_STDERR = 2
_PIPE_BUF = 4096  # bytes that a pipe takes at once: Linux has this
_MOST_AT_ONCE = 256
_START_MS = ticks_ms()


class TracedDte(Dte):
    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._host = Mask()
        self._modem = Mask()

    def readinto(self, buf):
        n = super().readinto(buf)
        _show(self.label + ">", self._host.show(bytes(buf[:n])))
        return n

    def write(self, buf, off, n):
        n = super().write(buf, off, n)
        _show(self.label + "<", self._modem.show(bytes(buf[off : off + n])))
        return n

    def set_dcd(self, on):
        super().set_dcd(on)
        _tell(self.label + "<", "DCD on" if on else "DCD off", ticks_ms())


class TracedRadioPort(RadioPort):
    """The radio's answers are read byte by byte; they are shown as they came, up to a pause."""

    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._came = bytearray()
        self._came_ms = 0

    def readinto(self, buf):
        n = super().readinto(buf)
        if n > 0 and not self._came:
            self._came_ms = ticks_ms()
        self._came += bytes(buf[:n])
        if n <= 0 or len(self._came) >= _MOST_AT_ONCE:
            self._show_came()
        return n

    def write(self, buf, off, n):
        self._show_came()
        n = super().write(buf, off, n)
        _show("->", bytes(buf[off : off + n]))
        return n

    def set_dtr(self, on):
        self._show_came()
        super().set_dtr(on)
        _tell("->", "DTR on" if on else "DTR off", ticks_ms())

    def _show_came(self):
        if self._came:
            _tell("<-", repr(bytes(self._came))[1:], self._came_ms)
            self._came = bytearray()


class _Log:
    """Lines for stderr. There the launcher has a pipe, which it reads as long as it runs: a line
    for which that has no room is dropped and counted, and the next one says so."""

    def __init__(self):
        self._poller = Poller()
        self._poller.register(_STDERR, OUT)
        self._lost = 0
        self._cut = False  # the last line has no end

    def put(self, line):
        line = line + "\n"
        if self._lost:
            line = "wipmodem: %d lines of the trace were lost\n%s" % (self._lost, line)
        if self._cut:
            line = "\n" + line
        for at in range(0, len(line), _PIPE_BUF):
            if not self._takes(line[at : at + _PIPE_BUF]):
                self._lost += 1
                self._cut = self._cut or at > 0
                return
        self._lost = 0
        self._cut = False

    def _takes(self, text):
        """Written at once and whole, as a pipe that is ready takes so much; or not at all."""
        for _ in self._poller.ipoll(0):
            try:
                sys.stderr.write(text)
            except OSError:
                return False  # the launcher is gone
            return True
        return False


_log = _Log()


def tell_line(words):
    """What the modem has made of its line, for whoever wants to know more."""
    _log.put("wipmodem: " + words)


def _show(sign, data):
    if data:
        _tell(sign, repr(data)[1:], ticks_ms())


def _tell(sign, words, at_ms):
    ms = ticks.diff(at_ms, _START_MS)
    _log.put("%5d.%03d %s %s" % (ms // 1000, ms % 1000, sign, words))
