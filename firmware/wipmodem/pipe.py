"""Bytes on their way: a span of a buffer, and a bounded queue. Blocks are moved, nothing
allocates.

    put(buf, off, n) -> [ ring ] -> [ buf: ....start====end.... ] -> write(buf, start, end - start)

MicroPython cannot slice a buffer without allocating, and a RingIO cannot be peeked: so bytes wait
in the ring, and the oldest of them in `buf`, where a consumer may take a part and leave the rest
in place. Producer: `put`, or `load(n)` after it filled `buf` itself while the pipe was empty (no
copy). Consumer: `block()`, then `take(n)`.
"""

from .compat import RingIO


class Span:
    """buf[start:end]: bytes of which the first ones are taken first."""

    def __init__(self, buf, end=0):
        self.buf = buf
        self.start = 0
        self.end = end

    def left(self):
        return self.end - self.start

    def load(self, n):
        """buf now begins with n bytes to be taken."""
        self.start = 0
        self.end = n

    def take(self, n):
        """The first n bytes have been dealt with."""
        self.start += n

    def give(self, sink):
        """To a serial port, as many as it takes; how many that were."""
        n = sink.write(self.buf, self.start, self.end - self.start)
        self.start += n
        return n


class Pipe(Span):
    def __init__(self, block_size, ring_size):
        super().__init__(bytearray(block_size))
        self._size = ring_size
        self._ring = RingIO(ring_size)
        self.capacity = block_size + ring_size  # bytes; `limit` may reduce it

    def limit(self, capacity):
        """Accept no more than this many bytes, nor more than the block and the ring hold."""
        self.capacity = min(capacity, len(self.buf) + self._size)

    def count(self):
        """Bytes that wait, span and ring."""
        return self.end - self.start + self._ring.any()

    def room(self):
        """Bytes that `put` would take."""
        waits = self._ring.any()
        room = self.capacity - waits - self.end + self.start
        return max(min(room, self._size - waits), 0)

    def put(self, buf, off, n):
        """Append n bytes of buf from off; returns how many were taken."""
        room = self.room()
        return self._ring.write(buf, off, n if n < room else room)

    def put_span(self, span):
        """Append what fits of a span, which is taken from it."""
        span.take(self.put(span.buf, span.start, span.left()))

    def block(self):
        """Bytes ready in buf[start:end], which is refilled from the ring when it is empty."""
        if self.start == self.end and self._ring.any():
            self.load(self._ring.readinto(self.buf, len(self.buf)))
        return self.end - self.start

    def clear(self):
        """Drop all; returns how many bytes that were."""
        dropped = self.count()
        while self._ring.any():
            self._ring.readinto(self.buf, len(self.buf))
        self.load(0)
        return dropped
