"""TCP in mode 2 of +WIPDATA: every byte is data (D1, D9, Q28)."""

from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..context import MORE
from ..contract import NO_DELAY
from ..settings import GATHER
from ..sockets.socket import READY

IDLE_MS = const(1000)  # wait_ms() of a channel that waits for nothing
_SEGMENT = const(512)  # bytes that are sent without waiting for more
_STEP_MS = const(10)


class CoalesceTimer:
    """Delay of the first host byte that waits for more: option 12 of +WIPCFG (Q3)."""

    def __init__(self, clock, settings):
        self._clock = clock
        self._settings = settings
        self._due_ms = 0  # stamp at which the bytes are sent

    def delay_ms(self):
        """Return the delay in ms; 0: bytes are sent at once."""
        return self._settings[GATHER] * _STEP_MS

    def start(self):
        """Start the delay: the first byte has been collected."""
        self._due_ms = ticks_add(self._clock.now_ms, self.delay_ms())

    def expired(self):
        """Return True if the delay has passed."""
        return ticks_diff(self._clock.now_ms, self._due_ms) >= 0

    def wait_ms(self):
        """Return the ms until the delay has passed."""
        return max(ticks_diff(self._due_ms, self._clock.now_ms), 0)


class SocketChannel:
    """Base of all channels of sockets. mode.py describes the methods of a channel."""

    def __init__(self, io):
        self._io = io
        self._sock = None  # the mapped socket, or the last one

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
    """Channel that changes no byte. Small blocks from the host are coalesced."""

    def __init__(self, io, serial, out, clock, settings):
        super().__init__(io)
        self._serial = serial
        self._out = out
        self._timer = CoalesceTimer(clock, settings)

    def leave(self):
        """Send what has been coalesced."""
        self._uncork()

    # From the host

    def from_host(self, span):
        sock = self._sock
        # Bytes that follow unsent ones wait for these: the timer would only add to the delay.
        if span.remaining() < _SEGMENT and not sock.unsent() and self._may_wait(sock):
            self._io.corked = sock
            self._timer.start()
        self._io.send(sock, span)
        if self._io.corked and (span.remaining() or sock.unsent() >= _SEGMENT):
            self._uncork()

    def burst(self, span):
        """Move full blocks from the serial port to the net. Return True if bytes remain to send.

        span: a sent block, which is filled again.
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
        """Send coalesced bytes whose delay has passed. Return True if there were some."""
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
        """Write from the socket's rx buffer to the serial port, after all other output."""
        rx = self._sock.rx
        was_full = not rx.free()  # before peek(), which makes room in the ring
        if self._out.count() or not rx.peek():
            return False
        # After a full block there may be more. While the UART still sends, a burst would gain
        # nothing: on a chip each write waits until the UART has room.
        burst = rx.end == len(rx.buf) and self._serial.tx_done()
        written = rx.write_to(self._serial)
        if burst and not rx.remaining():
            self._io.receive_burst(self._sock, self._serial)
        # Without one of these, the net port is watched for more bytes already.
        if burst or (was_full and rx.free()):
            self._io.resume(self._sock)
        return written > 0
