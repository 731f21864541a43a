"""What MicroPython has and CPython lacks, met once, by feature: `const` and `RingIO`. And `crc32`,
which both have.

Both branches behave the same. RingIO here is the part the core uses: `write(buf, off, n)` takes
as many bytes as fit and returns how many, `readinto(buf, n)` fills the start of `buf`, `any()`
counts.
"""

from binascii import crc32  # noqa: F401 (for others)

try:
    import micropython

    const = micropython.const
    # getattr: the stub is narrower than what it takes.
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
