"""The channel for TCP in mode 2 of +WIPDATA, where every byte is data (D1, D9, Q28)."""

from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..context import MORE
from ..contract import NO_DELAY
from ..settings import GATHER
from ..sockets.socket import READY

IDLE_MS = const(1000)  # time in ms that wait_ms() returns while no timer is running
_SEGMENT = const(512)  # a block of at least this many bytes is sent without coalescing delay
_STEP_MS = const(10)  # unit of the delay in option 12 of +WIPCFG, in ms


class CoalesceTimer:
    """Timer of the coalescing delay for host bytes, which is option 12 of +WIPCFG (Q3)."""

    def __init__(self, clock, settings):
        self._clock = clock
        self._settings = settings
        self._due_ms = 0  # timestamp of the end of the coalescing delay, in ms

    def delay_ms(self):
        """Return the coalescing delay in ms, or 0 if host bytes are sent at once."""
        return self._settings[GATHER] * _STEP_MS

    def start(self):
        """Start the coalescing delay, after the first host byte has been collected."""
        self._due_ms = ticks_add(self._clock.now_ms, self.delay_ms())

    def expired(self):
        """Return True if the coalescing delay has passed."""
        return ticks_diff(self._clock.now_ms, self._due_ms) >= 0

    def wait_ms(self):
        """Return the time in ms until the end of the coalescing delay, at least 0."""
        return max(ticks_diff(self._due_ms, self._clock.now_ms), 0)


class SocketChannel:
    """Base class of all channels for sockets (mode.py describes the methods of a channel)."""

    def __init__(self, io):
        self._io = io
        self._sock = None  # socket that is, or was last, in online data mode

    def enter(self, sock):
        self._sock = sock

    def has_data(self):
        return self._sock.has_data()

    def peer_gone(self):
        return self._sock.state != READY

    def outcome(self):
        return MORE

    def tick(self):
        return False

    def wait_ms(self):
        return IDLE_MS


class Transparent(SocketChannel):
    """Channel of a TCP socket that moves all bytes unchanged. Small host blocks are coalesced."""

    def __init__(self, io, serial, out, clock, settings):
        super().__init__(io)
        self._serial = serial
        self._out = out
        self._timer = CoalesceTimer(clock, settings)

    def leave(self):
        """Send the host bytes that have been coalesced."""
        self._uncork()

    # From the host

    def from_host(self, span):
        sock = self._sock
        # Host bytes after unsent bytes have to wait anyway, so they need no coalescing delay.
        if span.remaining() < _SEGMENT and not sock.unsent() and self._may_wait(sock):
            self._io.corked = sock
            self._timer.start()
        self._io.send(sock, span)
        if self._io.corked and (span.remaining() or sock.unsent() >= _SEGMENT):
            self._uncork()

    def burst(self, span):
        """Move further host bytes to the socket after a full block of host bytes has been sent.

        span: the block that has been sent. burst() refills the span from the serial port. Return
        True if `span` has unsent bytes.
        """
        self._io.send_burst(self._sock, self._serial, span)
        return span.remaining() > 0

    def _may_wait(self, sock):
        return self._timer.delay_ms() and not sock.options[NO_DELAY] and sock.state == READY

    def _uncork(self):
        if self._io.corked:
            self._io.corked = None
            self._io.flush(self._sock)

    def tick(self):
        """Send the coalesced host bytes if their delay has passed. Return True in that case."""
        due = self._io.corked is not None and self._timer.expired()
        if due:
            self._uncork()
        return due

    def wait_ms(self):
        return self._timer.wait_ms() if self._io.corked else IDLE_MS

    # To the host

    def has_data(self):
        return self._sock.rx.count() > 0

    def to_host(self):
        """Write socket data from the rx buffer to the serial port, after all other output."""
        rx = self._sock.rx
        was_full = not rx.free()  # read before peek(), because peek() makes room in the ring
        if self._out.count() or not rx.peek():
            return False
        # After a full block, the socket may have more data for a burst. While the UART is still
        # sending, a burst would gain nothing: on a chip each write blocks until the UART has room.
        burst = rx.end == len(rx.buf) and self._serial.tx_done()
        written = rx.write_to(self._serial)
        if burst and not rx.remaining():
            self._io.receive_burst(self._sock, self._serial)
        # Receiving has to be enabled again only after a burst or a full rx buffer. In all other
        # cases the net port already watches the socket for data.
        if (burst or was_full) and rx.free():
            self._io.resume(self._sock)
        return written > 0
