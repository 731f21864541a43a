"""Serial ports with every byte shown on stderr: seconds since start, who said it, bytes.

> is said by the host and < to it; -> is said to the radio and <- by it. User ids and passwords of
AT+WIPBR=2 are not shown, nor their echo.
"""

import sys

from dteport import Dte
from masking import Mask
from radioport import RadioPort
from system import ticks_ms
from wipmodem import ticks

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
        _tell(self.label + "<", "DCD on" if on else "DCD off")


class TracedRadioPort(RadioPort):
    def readinto(self, buf):
        n = super().readinto(buf)
        _show("<-", bytes(buf[:n]))
        return n

    def write(self, buf, off, n):
        n = super().write(buf, off, n)
        _show("->", bytes(buf[off : off + n]))
        return n

    def set_dtr(self, on):
        super().set_dtr(on)
        _tell("->", "DTR on" if on else "DTR off")


def tell_line(words):
    """What the modem has made of its line, for whoever wants to know more."""
    print("wipmodem: " + words, file=sys.stderr)


def _show(sign, data):
    if data:
        _tell(sign, repr(data)[1:])


def _tell(sign, words):
    ms = ticks.diff(ticks_ms(), _START_MS)
    print("%5d.%03d %s %s" % (ms // 1000, ms % 1000, sign, words), file=sys.stderr)
