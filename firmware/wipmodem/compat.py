"""MicroPython features that CPython lacks: `const`, `RingIO`, the garbage collector's threshold.

This module also exports `crc32` and `pack_into`, which both interpreters have. On CPython, RingIO
is a class with the methods that the core uses, and behaves as on MicroPython: `write(buf, off, n)`
stores as many bytes as fit and returns their number, `readinto(buf, n)` copies up to n bytes to
the start of `buf` and returns their number, `any()` returns the number of bytes in the ring.
"""

import gc
from binascii import crc32  # noqa: F401 (for other modules)
from struct import pack_into  # noqa: F401

_set_threshold = getattr(gc, "threshold", lambda n: None)


def collect_often():
    """Collect garbage often, for use while code is loaded.

    Frequent collections keep the loaded code at the start of the heap, so that the buffers find
    room after the code. Each collection makes the start of an RP2040 10 ms longer.
    """
    _set_threshold(16 * 1024)


def collect_when_full():
    """Collect garbage only when the heap is full, as MicroPython does by default."""
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
