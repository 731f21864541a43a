"""Serial ports with every byte shown on stderr: seconds since start, who said it, bytes.

> is said by the host and < to it; -> is said to the radio and <- by it.
"""

import sys

from dteport import Dte
from radioport import RadioPort
from system import ticks_ms
from wipmodem import ticks

_START_MS = ticks_ms()


class TracedDte(Dte):
    def readinto(self, buf):
        n = super().readinto(buf)
        _show(">", buf, 0, n)
        return n

    def write(self, buf, off, n):
        n = super().write(buf, off, n)
        _show("<", buf, off, n)
        return n

    def set_dcd(self, on):
        super().set_dcd(on)
        _tell("<", "DCD on" if on else "DCD off")


class TracedRadioPort(RadioPort):
    def readinto(self, buf):
        n = super().readinto(buf)
        _show("<-", buf, 0, n)
        return n

    def write(self, buf, off, n):
        n = super().write(buf, off, n)
        _show("->", buf, off, n)
        return n

    def set_dtr(self, on):
        super().set_dtr(on)
        _tell("->", "DTR on" if on else "DTR off")


def _show(sign, buf, off, n):
    if n:
        _tell(sign, repr(bytes(buf[off : off + n]))[1:])


def _tell(sign, words):
    ms = ticks.diff(ticks_ms(), _START_MS)
    print("%5d.%03d %s %s" % (ms // 1000, ms % 1000, sign, words), file=sys.stderr)
