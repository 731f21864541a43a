"""The modes of +WIPDATA that exist only in the dialect wipsoft.

TCP, mode 1: DLE escapes ETX and DLE, an ETX without a DLE closes the modem's half of the
connection, and SHUTDOWN reports that the peer has closed its half (H12, H13, D20, D21). UDP, mode
2: host bytes that arrive within the delay of option 12 of +WIPCFG form one datagram (H12).
"""

from .. import urc
from ..context import MORE
from ..pipe import Span
from ..sockets.socket import FAILED, PEER_CLOSED
from .framing import ETX, Framed
from .tcp import IDLE_MS, CoalesceTimer, Transparent
from .udp import Datagrams


class Escaped(Framed):
    """Channel of a TCP socket in mode 1 of +WIPDATA, which uses ETX and DLE."""

    def __init__(self, context):
        super().__init__(context)
        self._context = context
        self._writer = context.writer
        self._urcs = context.urcs
        # Channel that coalesces the host bytes and sends them, after ETX and DLE are decoded.
        self._transparent = Transparent(
            self._io, context.board.serial, self._out, context.clock, context.settings
        )
        self._decoded = Span(b"")  # host data from which ETX and DLE have been removed
        self._reported = False  # True after SHUTDOWN was written for the present socket

    def enter(self, sock):
        super().enter(sock)
        self._reported = False
        self._transparent.enter(sock)

    def leave(self):
        self._transparent.leave()

    def outcome(self):
        """Return FAILED if the connection has failed and all its data is written, else MORE (D21).

        The final result code reports the error, so the queued +WIPERROR is dropped.
        """
        sock = self._sock
        if sock.state != FAILED or sock.has_data():
            return MORE
        self._urcs.discard(sock.key, urc.ERROR)
        self._out.write(ETX, 0, 1)
        return self._context.fail(sock.error)

    def tick(self):
        return self._transparent.tick()

    def wait_ms(self):
        return self._transparent.wait_ms()

    # From the host

    def from_host(self, span):
        while span.remaining() and self._decode(span):
            continue

    def _write(self, span, n):
        decoded = self._decoded
        decoded.buf = span.buf
        decoded.start = span.start
        decoded.end = span.start + n
        self._transparent.from_host(decoded)
        span.start = decoded.start

    def _on_etx(self):
        """Close the modem's half of the connection (H12).

        Host bytes after the ETX are dropped and counted.
        """
        self._transparent.leave()
        self._io.shutdown_write(self._sock)

    # To the host

    def to_host(self):
        moved = False
        rx = self._sock.rx
        while self._out.free() > 2 and rx.count():
            self._encode(rx)
            moved = True
        if moved:
            self._io.resume(self._sock)
        return self._report_close() or moved

    def _report_close(self):
        """Write SHUTDOWN once, after the last byte from the peer (H13). Return True if written."""
        sock = self._sock
        closed = sock.state == PEER_CLOSED and not sock.has_data()
        if self._reported or not closed or not self._writer.room():
            return False
        self._reported = True
        self._writer.begin(b"SHUTDOWN").end()
        return True


class RawDatagrams(Datagrams):
    """Channel of a UDP socket in mode 2 of +WIPDATA, without ETX.

    A datagram from the host ends when the delay of option 12 of +WIPCFG has passed (Q3).
    """

    def __init__(self, context):
        super().__init__(context)
        self._timer = CoalesceTimer(context.clock, context.settings)

    def from_host(self, span):
        if not self._buffer.ready(self._sock):
            return
        if not self._buffer.count():
            self._timer.start()
        self._buffer.write(self._sock, span, span.remaining())
        if not self._timer.delay_ms():
            self._buffer.flush(self._sock)

    def tick(self):
        """Send the collected datagram if its delay has passed. Return True if it was sent."""
        buffer = self._buffer
        return buffer.count() > 0 and self._timer.expired() and buffer.flush(self._sock)

    def wait_ms(self):
        return self._timer.wait_ms() if self._buffer.count() else IDLE_MS

    def _encode(self, rx):
        """Write bytes to the host unchanged. Return the number of bytes consumed from `rx`."""
        rx.peek()
        n = self._out.write(rx.buf, rx.start, min(rx.remaining(), self._out.free()))
        rx.consume(n)
        return n

    def _end_datagram(self):
        """Write nothing, because datagrams to the host have no end mark in this mode."""
