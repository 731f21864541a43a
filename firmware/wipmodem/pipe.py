"""Buffers for bytes in transit: a block of which a part is read, and a bounded queue of blocks.

    write(buf, off, n) -> [ ring ] -> [ buf: ....start====end.... ] -> consume(n)

On MicroPython a slice of a buffer is allocated, and a RingIO cannot be peeked. So the bytes of a
Pipe wait in its ring, and the oldest of them in `buf`, where a reader may consume a part and leave
the rest in place. Moving bytes allocates nothing.

The writer calls `write`. While the pipe is empty it may instead fill `buf` itself, without a copy,
and then call `fill`. The reader calls `peek`, and then `consume`.
"""

from .compat import RingIO


class Span:
    """The bytes buf[start:end], consumed from the start."""

    def __init__(self, buf, end=0):
        self.buf = buf
        self.start = 0
        self.end = end

    def remaining(self):
        """Return the number of bytes that are not consumed."""
        return self.end - self.start

    def fill(self, n):
        """Begin again with n bytes, which the caller has written to the start of `buf`."""
        self.start = 0
        self.end = n

    def consume(self, n):
        """Consume the first n bytes."""
        self.start += n

    def write_to(self, port):
        """Write to a serial port what it accepts, and consume that. Return the number of bytes."""
        n = port.write(self.buf, self.start, self.end - self.start)
        self.start += n
        return n


class Pipe(Span):
    """Queue of bytes. Its oldest bytes are in the span, the others in a ring."""

    def __init__(self, block_size, ring_size):
        """block_size: bytes of `buf`. ring_size: bytes of the ring."""
        super().__init__(bytearray(block_size))
        self._ring = RingIO(ring_size)
        self._ring_size = ring_size
        self._queued = 0  # bytes in the ring: asking the ring takes a call
        self.capacity = block_size + ring_size  # bytes that the pipe may hold; see limit()

    def limit(self, n):
        """Hold at most n bytes from now on. More than the buffers hold is never possible."""
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
        n = min(n, self.free())  # on a line of its own, so that the frame needs no heap
        n = self._ring.write(buf, off, n)
        self._queued += n
        return n

    def write_span(self, span):
        """Append what there is room for from another span, which consumes it."""
        span.start += self.write(span.buf, span.start, span.end - span.start)

    def peek(self):
        """Return the number of bytes in buf[start:end], which is refilled when it is empty."""
        if self.start == self.end and self._queued:
            n = self._ring.readinto(self.buf, len(self.buf))
            self._queued -= n
            self.fill(n)
        return self.end - self.start

    def clear(self):
        """Discard all bytes. Return their number."""
        discarded = self.count()
        while self._queued:
            self._queued -= self._ring.readinto(self.buf, len(self.buf))
        self.fill(0)
        return discarded
