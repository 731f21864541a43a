"""What the PC's board needs of its interpreter: MicroPython. system_cpython.py has the same."""

import gc
import select
import time

from wipmodem.ports.net_unix import Net  # noqa: F401 (for system.py)

Poller = select.poll


def ticks_ms():
    """Wraps at 2**30, as on a chip."""
    return time.ticks_diff(time.ticks_ms(), 0) & 0x3FFFFFFF


def heap_free():
    """Bytes, after a collection."""
    gc.collect()
    return gc.mem_free()


def open_raw(fd):
    """A descriptor as an unbuffered stream of bytes, both ways."""
    return open(fd, "r+b")


def writer(stream):
    """write(buf, off, n) of a stream: how many were taken, None if none could be."""
    return stream.write
