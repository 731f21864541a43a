"""What the PC's board needs of its interpreter: CPython. system_micropython.py has the same."""

import select
import time

from wipmodem.ports.net_cpython import Net  # noqa: F401 (for system.py)


class Poller:
    """select.poll with MicroPython's ipoll."""

    def __init__(self):
        poll = select.poll()
        self.register = poll.register
        self.modify = poll.modify
        self.unregister = poll.unregister
        self.ipoll = poll.poll


def ticks_ms():
    """Wraps at 2**30, as on a chip."""
    return time.monotonic_ns() // 1000000 & 0x3FFFFFFF


def heap_free():
    """Nobody counts it."""
    return 0


def open_raw(fd):
    """A descriptor as an unbuffered stream of bytes, both ways."""
    return open(fd, "r+b", buffering=0)


def writer(stream):
    """write(buf, off, n) of a stream: how many were taken, None if none could be."""
    return lambda buf, off, n: stream.write(memoryview(buf)[off : off + n])
