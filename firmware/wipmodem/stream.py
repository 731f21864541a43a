"""TCP in data mode. Mode 2: every byte is data (D1, D9, Q28). Mode 1 of the dialect wipsoft: ETX
and DLE are escaped, a bare ETX ends our half, SHUTDOWN tells of the peer's (H12, H13, D20, D21).
"""

from . import urc
from .framing import ETX, Framed
from .pacing import ENOUGH, IDLE_MS, Pace
from .pipe import Span
from .sock import FAILED, PEER_CLOSED


class Transparent:
    def __init__(self, traffic, modem):
        self._traffic = traffic
        self._serial = modem.board.serial
        self._out = modem.out
        self._pace = Pace(modem)
        self._sock = None

    def begin(self, sock):
        self._sock = sock

    def end(self):
        self._uncork()

    def gone(self):
        return not self._sock.live()

    def over(self):
        return 0

    # From the host

    def take(self, span):
        sock = self._sock
        # Bytes that find the way free wait for more; those behind others wait anyway.
        if span.left() < ENOUGH and not sock.unsent() and self._may_wait(sock):
            sock.corked = True
            self._pace.begin()
        self._traffic.send(sock, span)
        if sock.corked and (span.left() or sock.unsent() >= ENOUGH):
            self._uncork()

    def stream(self, span):
        """Whole blocks straight from the line to the net; True if the span holds what was left."""
        self._traffic.stream(self._sock, self._serial, span)
        return span.left() > 0

    def _may_wait(self, sock):
        return self._pace.delay_ms() and not sock.no_delay and sock.live()

    def _uncork(self):
        if self._sock.corked:
            self._sock.corked = False
            self._traffic.push(self._sock)

    def tick(self):
        """True if something was sent."""
        due = self._sock.corked and self._pace.due()
        if due:
            self._uncork()
        return due

    def wait_ms(self):
        return self._pace.wait_ms() if self._sock.corked else IDLE_MS

    # To the host

    def waits(self):
        return self._sock.has_data()

    def give(self):
        """Straight from the socket's buffer, once nothing else is on its way."""
        rx = self._sock.pipes[0]
        if self._out.count() or not rx.block():
            return False
        # Behind a whole block there may be more. A line that still has bytes to send would take
        # it no faster than it sends them: a chip's UART waits for each.
        more = rx.end == len(rx.buf) and self._serial.sent()
        given = rx.give(self._serial)
        if more and not rx.left():
            self._traffic.pour(self._sock, self._serial)
        self._traffic.was_read(self._sock)
        return given > 0


class Escaped(Framed):
    def __init__(self, traffic, modem):
        super().__init__(modem)
        self._traffic = traffic
        self._writer = modem.writer
        self._urcs = modem.urcs
        self._stream = Transparent(traffic, modem)  # which does the sending
        self._piece = Span(b"")
        self._sock = None
        self._told = False  # of the peer's close

    def begin(self, sock):
        self._sock = sock
        self._told = self._escaped = False
        self._stream.begin(sock)

    def end(self):
        self._stream.end()

    def gone(self):
        return not self._sock.live()

    def over(self):
        """D21: a reset, once all is given, ends data mode and is told as its result."""
        sock = self._sock
        if sock.state != FAILED or sock.has_data():
            return 0
        self._urcs.forget(sock.who, urc.ERROR)
        self._out.put(ETX, 0, 1)
        return sock.error

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
        self._traffic.finish(self._sock)

    # To the host

    def give(self):
        moved = False
        rx = self._sock.pipes[0]
        while self._out.room() > 2 and rx.count():
            self._give_run(rx)
            moved = True
        if moved:
            self._traffic.was_read(self._sock)
        return self._tell() or moved

    def _tell(self):
        """H13: once, behind the last byte."""
        sock = self._sock
        if self._told or sock.state != PEER_CLOSED or sock.has_data() or not self._writer.room():
            return False
        self._told = True
        self._writer.begin(b"SHUTDOWN").end()
        return True
