"""UDP in data mode 1: the host ends a datagram with ETX, and each one that it gets ends so (D1,
D16, Q23, H14)."""

from ..compat import RingIO
from ..context import MORE
from .framing import ETX, Framed
from .tcp import IDLE_MS


class Gather:
    """Bytes on their way into a datagram, and the one that is being sent."""

    def __init__(self, io, sizes):
        self._io = io
        self._size = sizes.datagram
        self.ring = RingIO(sizes.datagram)
        self.datagram = bytearray(sizes.datagram)
        self._sending = 0

    def any(self):
        return self.ring.any()

    def keep(self, sock, span, n):
        """As many as fit; a full one goes at once (D18, Q26)."""
        span.take(self.ring.write(span.buf, span.start, n))
        if self.ring.any() == self._size:
            self.flush(sock)

    def free(self, sock):
        """May more be gathered? Not while the stack has no place for the last one."""
        return not self._sending or self.flush(sock)

    def flush(self, sock):
        """Send the datagram; an empty one is not sent. False: the net port takes none now."""
        if not self._sending:
            self._sending = self.ring.readinto(self.datagram, len(self.datagram))
        if self._sending and self._io.send_to_peer(sock, self.datagram, self._sending):
            self._sending = 0
        return not self._sending

    def end(self, sock):
        """D8: what is there goes now or is lost."""
        if not self.flush(sock):
            self._io.count_unsent(sock, self._sending)
        self._sending = 0


class Datagrams(Framed):
    def __init__(self, context):
        super().__init__(context)
        self._gather = context.online.need_gather()
        self._io = context.table.io
        self._sock = None

    def begin(self, sock):
        self._sock = sock
        self._escaped = False

    def end(self):
        self._gather.end(self._sock)

    def peer_gone(self):
        return not self._sock.is_live()

    def outcome(self):
        return MORE

    def tick(self):
        return False

    def wait_ms(self):
        return IDLE_MS

    def waits(self):
        return self._sock.has_data()

    # From the host

    def take(self, span):
        while span.left() and self._gather.free(self._sock):
            self._take_run(span)

    def _keep(self, span, n):
        self._gather.keep(self._sock, span, n)

    def _mark(self):
        self._gather.flush(self._sock)

    # To the host

    def give(self):
        moved = False
        sock = self._sock
        while self._out.room() > 2 and sock.datagram >= 0:
            moved = True
            if sock.datagram:
                sock.datagram -= self._give_run(sock.rx)
            else:
                self._given()
        return moved

    def _given(self):
        """All of the datagram: the next may come."""
        self._end_mark()
        self._io.end_datagram(self._sock)

    def _end_mark(self):
        self._out.put(ETX, 0, 1)
