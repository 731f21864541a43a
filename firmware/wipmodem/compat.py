"""MicroPython features that CPython lacks: `const`, `RingIO`, the garbage collector's threshold.

This module also exports `crc32` and `pack_into`, which both interpreters have. For CPython, this
module defines a class RingIO, a ring buffer with the three methods that the core uses. They behave
as on MicroPython. `write(buf, off, n)` stores as many bytes as fit, and returns the number of
stored bytes. `readinto(buf, n)` moves up to n bytes to the start of `buf`, and returns the number
of moved bytes. `any()` returns the number of bytes in the ring.
"""

import gc
from binascii import crc32  # noqa: F401 (for other modules)
from struct import pack_into  # noqa: F401

_set_threshold = getattr(gc, "threshold", lambda n: None)


def collect_often():
    """Make the garbage collector run after every 16 KiB of allocations, for use during imports.

    Frequent collections keep the imported code at the start of the heap, so that the buffers find
    room after the code. On an RP2040, each collection makes the start of the modem 10 ms longer.
    """
    _set_threshold(16 * 1024)


def collect_when_full():
    """Make the garbage collector run only when the heap is full, the default of MicroPython."""
    _set_threshold(-1)


try:
    import micropython

    const = micropython.const
    # getattr() is used because the type stub of RingIO allows fewer arguments than RingIO itself.
    RingIO = getattr(micropython, "RingIO")  # noqa: B009
except ImportError:

    def _as_it_is(value):
        return value

    const = _as_it_is

    class RingIO:
        def __init__(self, size):
            self._size = size
            self._data = bytearray()

        def any(self):
            return len(self._data)

        def write(self, buf, off, n):
            n = min(n, self._size - len(self._data))
            self._data += memoryview(buf)[off : off + n]
            return n

        def readinto(self, buf, n):
            n = min(n, len(self._data), len(buf))
            buf[:n] = self._data[:n]
            del self._data[:n]
            return n
