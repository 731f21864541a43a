"""The data modes that the dialect wipsoft alone has. TCP, mode 1: ETX and DLE are escaped, a bare
ETX ends our half, SHUTDOWN tells of the peer's (H12, H13, D20, D21). UDP, mode 2: what has been
gathered goes as one datagram (H12).
"""

from .. import urc
from ..context import MORE
from ..pipe import Span
from ..sockets.socket import FAILED, PEER_CLOSED
from .framing import ETX, Framed
from .tcp import IDLE_MS, Pace, Transparent
from .udp import Datagrams


class Escaped(Framed):
    def __init__(self, context):
        super().__init__(context)
        board = context.board
        self._context = context
        self._io = context.table.io
        self._writer = context.writer
        self._urcs = context.urcs
        # It does the sending.
        self._stream = Transparent(
            self._io, board.serial, self._out, context.clock, context.settings
        )
        self._piece = Span(b"")
        self._sock = None
        self._told = False  # of the peer's close

    def begin(self, sock):
        self._sock = sock
        self._told = self._escaped = False
        self._stream.begin(sock)

    def end(self):
        self._stream.end()

    def peer_gone(self):
        return not self._sock.is_live()

    def outcome(self):
        """D21: a reset, once all is given, ends data mode and is told as its result."""
        sock = self._sock
        if sock.state != FAILED or sock.has_data():
            return MORE
        self._urcs.forget(sock.key, urc.ERROR)
        self._out.put(ETX, 0, 1)
        return self._context.fail(sock.error)

    def tick(self):
        return self._stream.tick()

    def wait_ms(self):
        return self._stream.wait_ms()

    def waits(self):
        return self._sock.has_data()

    # From the host

    def take(self, span):
        while span.left() and self._take_run(span):
            continue

    def _keep(self, span, n):
        piece = self._piece
        piece.buf = span.buf
        piece.start = span.start
        piece.end = span.start + n
        self._stream.take(piece)
        span.start = piece.start

    def _mark(self):
        """H12: what the host sends from now on is dropped, and counted."""
        self._stream.end()
        self._io.shutdown_write(self._sock)

    # To the host

    def give(self):
        moved = False
        rx = self._sock.rx
        while self._out.room() > 2 and rx.count():
            self._give_run(rx)
            moved = True
        if moved:
            self._io.resume(self._sock)
        return self._tell() or moved

    def _tell(self):
        """H13: once, behind the last byte."""
        sock = self._sock
        if self._told or sock.state != PEER_CLOSED or sock.has_data() or not self._writer.room():
            return False
        self._told = True
        self._writer.begin(b"SHUTDOWN").end()
        return True


class RawDatagrams(Datagrams):
    """No marks: the time since the first byte ends a datagram (Q3)."""

    def __init__(self, context):
        super().__init__(context)
        self._pace = Pace(context.clock, context.settings)

    def take(self, span):
        if not self._gather.free(self._sock):
            return
        if not self._gather.any():
            self._pace.begin()
        self._gather.keep(self._sock, span, span.left())
        if not self._pace.delay_ms():
            self._gather.flush(self._sock)

    def tick(self):
        """True if something was sent."""
        return self._gather.any() > 0 and self._pace.due() and self._gather.flush(self._sock)

    def wait_ms(self):
        return self._pace.wait_ms() if self._gather.any() else IDLE_MS

    def _give_run(self, rx):
        rx.block()
        n = self._out.put(rx.buf, rx.start, min(rx.left(), self._out.room()))
        rx.take(n)
        return n

    def _end_mark(self):
        """There is none."""
