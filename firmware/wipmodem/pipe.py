"""Buffers for bytes between ports: a block that is consumed in parts, and a bounded queue.

    write(buf, off, n) -> [ ring ] -> [ buf: ....start====end.... ] -> consume(n)

On MicroPython a slice of a buffer allocates, and a RingIO has no peek. A Pipe therefore keeps its
oldest bytes in `buf`, where a reader may consume a part of the bytes and leave the rest in place.
All newer bytes of a Pipe are in a ring. Moving bytes allocates nothing.

A writer calls write(). While a Pipe is empty, a writer may instead put bytes directly into `buf`
and then call fill(). A reader calls peek(), and then consume().
"""

from .compat import RingIO


class Span:
    """Block of bytes, buf[start:end], from which a reader consumes bytes at the start."""

    def __init__(self, buf, end=0):
        self.buf = buf
        self.start = 0
        self.end = end

    def remaining(self):
        """Return the number of bytes that are not consumed yet."""
        return self.end - self.start

    def fill(self, n):
        """Set the span to the first n bytes of `buf`, which the caller has written."""
        self.start = 0
        self.end = n

    def consume(self, n):
        """Consume the first n bytes of the span."""
        self.start += n

    def write_to(self, port):
        """Write the span to a serial port. Consume the accepted bytes and return their number."""
        n = port.write(self.buf, self.start, self.end - self.start)
        self.start += n
        return n


class Pipe(Span):
    """Queue of bytes. The oldest bytes are in the span, the newer bytes in a ring."""

    def __init__(self, block_size, ring_size):
        """Allocate the buffers. block_size, ring_size: sizes of `buf` and of the ring in bytes."""
        super().__init__(bytearray(block_size))
        self._ring = RingIO(ring_size)
        self._ring_size = ring_size
        self._queued = 0  # number of bytes in the ring, kept here because ring.any() is slower
        # Largest number of bytes that the pipe may hold. limit() changes this number.
        self.capacity = block_size + ring_size

    def limit(self, n):
        """Limit the pipe to n bytes from now on, or to the size of its buffers if n is larger."""
        self.capacity = min(n, len(self.buf) + self._ring_size)

    def count(self):
        """Return the number of bytes in the pipe."""
        return self.end - self.start + self._queued

    def free(self):
        """Return the number of bytes that `write` would accept."""
        queued = self._queued
        free = self.capacity - queued - self.end + self.start
        return max(min(free, self._ring_size - queued), 0)

    def write(self, buf, off, n):
        """Append n bytes of `buf` from index `off`. Return the number of bytes accepted."""
        # This is a separate statement to keep the stack frame small: MicroPython allocates larger
        # frames on the heap.
        n = min(n, self.free())
        n = self._ring.write(buf, off, n)
        self._queued += n
        return n

    def write_span(self, span):
        """Append bytes of another span while there is room, and consume them from that span."""
        span.start += self.write(span.buf, span.start, span.end - span.start)

    def peek(self):
        """Refill the span from the ring if the span is empty. Return the span's byte count."""
        if self.start == self.end and self._queued:
            n = self._ring.readinto(self.buf, len(self.buf))
            self._queued -= n
            self.fill(n)
        return self.end - self.start

    def clear(self):
        """Discard all bytes in the pipe. Return their number."""
        discarded = self.count()
        while self._queued:
            self._queued -= self._ring.readinto(self.buf, len(self.buf))
        self.fill(0)
        return discarded
