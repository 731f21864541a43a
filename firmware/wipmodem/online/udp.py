"""UDP in mode 1 of +WIPDATA: an ETX ends each datagram in both directions (D1, D16, Q23, H14)."""

from ..compat import RingIO
from .framing import ETX, Framed


class DatagramBuffer:
    """Buffers for two UDP datagrams: the datagram being collected and the datagram being sent."""

    def __init__(self, io, sizes):
        self._io = io
        self._size = sizes.datagram
        self.ring = RingIO(sizes.datagram)  # host bytes collected for the next datagram
        self.datagram = bytearray(sizes.datagram)
        self._sending = 0  # bytes in `datagram` that the net port has not accepted yet, or 0

    def count(self):
        """Return the number of bytes collected for the next datagram."""
        return self.ring.any()

    def write(self, sock, span, n):
        """Move up to n bytes of a span to the next datagram. Send a full datagram (D18, Q26)."""
        span.consume(self.ring.write(span.buf, span.start, n))
        if self.ring.any() == self._size:
            self.flush(sock)

    def ready(self, sock):
        """Return True if the previous datagram is sent, so that bytes may be collected again."""
        return not self._sending or self.flush(sock)

    def flush(self, sock):
        """Send the collected bytes as a datagram. Send nothing if no byte has been collected.

        Return False if the net port does not accept the datagram now.
        """
        if not self._sending:
            self._sending = self.ring.readinto(self.datagram, len(self.datagram))
        if self._sending and self._io.send_to_peer(sock, self.datagram, self._sending):
            self._sending = 0
        return not self._sending

    def close(self, sock):
        """Send the collected bytes as a datagram at the end of online data mode (D8).

        Drop and count a datagram that the net port does not accept now.
        """
        if not self.flush(sock):
            self._io.count_unsent(sock, self._sending)
        self._sending = 0


class Datagrams(Framed):
    """Channel of a UDP socket in mode 1 of +WIPDATA, where an ETX ends each datagram."""

    def __init__(self, context):
        super().__init__(context)
        self._buffer = context.online.need_datagram_buffer()

    def leave(self):
        self._buffer.close(self._sock)

    # From the host

    def from_host(self, span):
        while span.remaining() and self._buffer.ready(self._sock):
            self._decode(span)

    def _write(self, span, n):
        self._buffer.write(self._sock, span, n)

    def _on_etx(self):
        self._buffer.flush(self._sock)

    # To the host

    def to_host(self):
        moved = False
        sock = self._sock
        while self._out.free() > 2 and sock.datagram >= 0:
            moved = True
            if sock.datagram:
                sock.datagram -= self._encode(sock.rx)
            else:
                self._end_datagram()
                self._io.end_datagram(sock)  # the net port may now receive the next datagram
        return moved

    def _end_datagram(self):
        self._out.write(ETX, 0, 1)
