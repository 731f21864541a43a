"""The PC board's interface to MicroPython. system_cpython.py has the same functions."""

import gc
import select
import time

from net_micropython import Net  # noqa: F401 (for system.py)

Poller = select.poll


def ticks_ms():
    """Return the monotonic clock in ms. It wraps to 0 at 2**30, as on a microcontroller."""
    return time.ticks_diff(time.ticks_ms(), 0) & 0x3FFFFFFF


def heap_free():
    """Collect garbage and return the number of free bytes."""
    gc.collect()
    return gc.mem_free()


def open_raw(fd):
    """Return an unbuffered byte stream for both directions of a descriptor."""
    return open(fd, "r+b")


def writer(stream):
    """Return a function write(buf, off, n) for a stream.

    That function returns how many bytes were accepted, or None if the stream would block.
    """
    return stream.write
