"""TCP in data mode 2: every byte is data (D1, D9, Q28)."""

from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..context import MORE
from ..contract import NO_DELAY
from ..settings import GATHER

IDLE_MS = const(1000)
_ENOUGH = const(512)  # bytes that are worth a segment
_STEP_MS = const(10)


class Pace:
    """Option 12 of +WIPCFG: how long the first byte of the host's waits for more (Q3)."""

    def __init__(self, clock, settings):
        self._clock = clock
        self._settings = settings
        self._due_ms = 0

    def delay_ms(self):
        return self._settings[GATHER] * _STEP_MS

    def begin(self):
        """The first byte is here."""
        self._due_ms = ticks_add(self._clock.now_ms, self.delay_ms())

    def due(self):
        return ticks_diff(self._clock.now_ms, self._due_ms) >= 0

    def wait_ms(self):
        return max(ticks_diff(self._due_ms, self._clock.now_ms), 0)


class Transparent:
    def __init__(self, io, serial, out, clock, settings):
        self._io = io
        self._serial = serial
        self._out = out
        self._pace = Pace(clock, settings)
        self._sock = None

    def begin(self, sock):
        self._sock = sock

    def end(self):
        self._uncork()

    def peer_gone(self):
        return not self._sock.is_live()

    def outcome(self):
        return MORE

    # From the host

    def take(self, span):
        sock = self._sock
        # Bytes that find the way free wait for more; those behind others wait anyway.
        if span.left() < _ENOUGH and not sock.unsent() and self._may_wait(sock):
            self._io.corked = sock
            self._pace.begin()
        self._io.send(sock, span)
        if self._io.corked and (span.left() or sock.unsent() >= _ENOUGH):
            self._uncork()

    def stream(self, span):
        """Whole blocks straight from the line to the net; True if the span holds what was left."""
        self._io.send_burst(self._sock, self._serial, span)
        return span.left() > 0

    def _may_wait(self, sock):
        return self._pace.delay_ms() and not sock.options[NO_DELAY] and sock.is_live()

    def _uncork(self):
        if self._io.corked:
            self._io.corked = None
            self._io.flush(self._sock)

    def tick(self):
        """True if something was sent."""
        due = self._io.corked is not None and self._pace.due()
        if due:
            self._uncork()
        return due

    def wait_ms(self):
        return self._pace.wait_ms() if self._io.corked else IDLE_MS

    # To the host

    def waits(self):
        return self._sock.has_data()

    def give(self):
        """Straight from the socket's buffer, once nothing else is on its way."""
        rx = self._sock.rx
        if self._out.count() or not rx.block():
            return False
        # Behind a whole block there may be more. A line that still has bytes to send would take
        # it no faster than it sends them: a chip's UART waits for each.
        more = rx.end == len(rx.buf) and self._serial.tx_done()
        given = rx.give(self._serial)
        if more and not rx.left():
            self._io.receive_burst(self._sock, self._serial)
        if given:
            self._io.resume(self._sock)
        return given > 0
