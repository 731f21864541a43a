"""The PC board's interface to CPython. system_micropython.py has the same functions."""

import select
import time

from net_cpython import Net  # noqa: F401 (for system.py)


class Poller:
    """select.poll with MicroPython's method ipoll()."""

    def __init__(self):
        poll = select.poll()
        self.register = poll.register
        self.modify = poll.modify
        self.unregister = poll.unregister
        self.ipoll = poll.poll


def ticks_ms():
    """Return the monotonic clock in ms. It wraps to 0 at 2**30, as MicroPython's does."""
    return time.monotonic_ns() // 1000000 & 0x3FFFFFFF


def heap_free():
    """Return 0: CPython does not count free heap."""
    return 0


def open_raw(fd):
    """Return an unbuffered byte stream for both directions of a descriptor."""
    return open(fd, "r+b", buffering=0)


def writer(stream):
    """Return a function write(buf, off, n) for a stream.

    That function returns how many bytes were accepted, or None if the stream would block.
    """
    return lambda buf, off, n: stream.write(memoryview(buf)[off : off + n])
