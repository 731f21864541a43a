"""Online data mode: one socket is mapped to the DTE (D1-D9, D14-D20).

TCP, mode 2: every byte is data, both ways. UDP, mode 1: the host ends a datagram with ETX and
puts DLE before a data ETX or DLE (D16, Q24); toward the host the same, an ETX after each datagram
(Q23).
"""

from .compat import RingIO, const
from .sock import READY, UDP

_ETX = b"\x03"
_DLE = b"\x10"
_DLE_CODE = const(0x10)


def special(buf, start, end):
    """Where the first ETX or DLE of buf[start:end] is; end if there is none."""
    etx = buf.find(_ETX, start, end)
    if etx >= 0:
        end = etx
    dle = buf.find(_DLE, start, end)
    return end if dle < 0 else dle


class DataMode:
    def __init__(self, traffic, out, serial, sizes):
        self.sock = None  # the mapped socket; None in command mode
        self._traffic = traffic
        self._out = out
        self._serial = serial
        # UDP: bytes gathered for the next datagram, and the one that is being sent.
        self._gather = RingIO(sizes.datagram)
        self._datagram = bytearray(sizes.datagram)
        self._sending = 0
        self._escaped = False  # the last byte was a DLE

    def begin(self, sock):
        self.sock = sock
        self._escaped = False
        self._traffic.map(sock)

    def end(self):
        """Back to command mode: what was gathered goes out as one datagram (D8)."""
        if not self._flush():
            self._traffic.lose_datagram()
        self._sending = 0
        self.sock = None
        self._traffic.unmap()

    def peer_gone(self):
        return self.sock is not None and self.sock.state != READY

    # From the host

    def take(self, span):
        """Host bytes, as many as can be taken: to leave some is back-pressure."""
        if self.sock.protocol != UDP:
            self._traffic.send(self.sock, span)
            return
        while span.left() and (not self._sending or self._flush()):
            self._take_run(span)

    def _take_run(self, span):
        """One run without ETX or DLE, or one of these."""
        run = special(span.buf, span.start, span.end) - span.start
        if self._escaped or run:
            self._keep(span, 1 if self._escaped else run)
            self._escaped = False
            return
        if span.buf[span.start] == _DLE_CODE:
            self._escaped = True
        else:
            self._flush()
        span.take(1)

    def _keep(self, span, n):
        span.take(self._gather.write(span.buf, span.start, n))
        if self._gather.any() == len(self._datagram):
            self._flush()  # Q26

    def _flush(self):
        """Send the datagram; an empty one is not sent. False: the net port takes none now."""
        if not self._sending:
            self._sending = self._gather.readinto(self._datagram, len(self._datagram))
        if self._sending and self._traffic.send_datagram(self.sock, self._datagram, self._sending):
            self._sending = 0
        return not self._sending

    # To the host

    def give(self):
        """Pass on what the socket has received, as the DTE takes it; True if some moved."""
        if self.sock.protocol == UDP:
            return self.sock.datagram >= 0 and self._give_datagram()
        rx = self.sock.pipes[0]
        if self._out.count() or not rx.block():
            return False
        n = self._serial.write(rx.buf, rx.start, rx.end - rx.start)
        rx.take(n)
        self._traffic.was_read(self.sock)
        return n > 0

    def _give_datagram(self):
        moved = False
        while self._out.room() > 2 and self.sock.datagram >= 0:
            moved = True
            if self.sock.datagram:
                self._give_run(self.sock.pipes[0])
            else:
                self._out.put(_ETX, 0, 1)
                self.sock.datagram = -1
                self._traffic.was_read(self.sock)
        return moved

    def _give_run(self, rx):
        """A run of plain bytes, or one special byte behind its DLE."""
        rx.block()
        n = special(rx.buf, rx.start, rx.end) - rx.start
        if n:
            n = self._out.put(rx.buf, rx.start, min(n, self._out.room()))
        else:
            self._out.put(_DLE, 0, 1)
            n = self._out.put(rx.buf, rx.start, 1)
        rx.take(n)
        self.sock.datagram -= n
