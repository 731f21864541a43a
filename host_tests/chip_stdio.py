"""A stand-in for `sys` on a chip: its console. Both interpreters."""

import sys

from chip_modules import IN, OUT

try:
    _print_exception = getattr(sys, "print_exception")  # noqa: B009
except AttributeError:
    from traceback import print_exception

    def _print_exception(error, file):
        print_exception(error, file=file)


class Stream:
    """sys.stdin or sys.stdout of a board. `stuck`: nobody reads, and a write would wait."""

    def __init__(self):
        self.buffer = self
        self.data = bytearray()
        self.stuck = False

    def events(self, mask):
        return mask & IN if self.data else 0

    def readinto(self, buf):
        assert self.data, "it would wait"
        n = min(len(buf), len(self.data))
        buf[:n] = self.data[:n]
        self.data = self.data[n:]
        return n


class Output(Stream):
    def events(self, mask):
        return 0 if self.stuck else mask & OUT

    def write(self, buf, off, n):
        assert not self.stuck, "it would wait"
        self.data += memoryview(buf)[off : off + n]
        return n


class Sys:
    """`console`: the errors told there."""

    console = []
    stdin = Stream()
    stdout = Output()

    @staticmethod
    def print_exception(error, file=None):
        if file is None:
            Sys.console.append(error)
        else:
            _print_exception(error, file)
