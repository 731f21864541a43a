"""A board's console, mostly USB: standard input and output, which MicroPython's REPL had before.

Ctrl-C there interrupts the modem, as ever (mcu.py). Nothing here waits: where nobody reads, USB
would hold a write up for half a second.
"""

import select
import sys

from ..contract import IN, OUT, const

_AT_ONCE = const(64)  # bytes of a request, the rest is for the next look


class Console:
    def __init__(self):
        self._input = select.poll()
        self._input.register(sys.stdin, IN)
        self._output = select.poll()
        self._output.register(sys.stdout, OUT)
        self._byte = bytearray(1)

    def asked(self):
        """Have bytes come since last asked?"""
        left = _AT_ONCE
        while left and self._ready(self._input):
            sys.stdin.buffer.readinto(self._byte)
            left -= 1
        return left < _AT_ONCE

    def write(self, buf, off, n):
        """How many were taken."""
        return sys.stdout.buffer.write(buf, off, n) if self._ready(self._output) else 0

    def _ready(self, poller):
        ready = False
        for _ in poller.ipoll(0):
            ready = True
        return ready
