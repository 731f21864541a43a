"""A data call in data mode: the host's bytes and the radio's, as they are.

A radio whose far end has gone drops its carrier and says so, too. Its words are no data: once the
carrier is lost they are waited for, and taken off what is still to be given.
"""

from ..clock import ticks_diff
from ..compat import const
from ..context import MORE
from ..contract import RESULT_NO_CARRIER
from ..counters import TX_DROPPED
from .pacing import IDLE_MS

_LAST_WORDS = const(b"\r\nNO CARRIER")
_LAST_WORDS_MS = const(50)


class LineCall:
    def __init__(self, context):
        self._context = context
        self._clock = context.clock
        self._calls = context.online.call
        self._radio = context.session.radio
        self._serial = context.board.serial
        self._out = context.writer.out
        self._unread = context.online.call.unread
        self._lost = False
        self._lost_ms = 0
        self._empty = False  # the radio has given all

    def begin(self):
        self._lost = self._empty = False

    def end(self):
        """The call may stay, on hold."""

    def peer_gone(self):
        return self._lost

    def outcome(self):
        """The far end has ended the call, and all that it sent is given."""
        if not self._empty or self._unread.left() or self._out.count():
            return MORE
        self._calls.hang_up()
        return self._context.finish(RESULT_NO_CARRIER)

    def tick(self):
        """True when the carrier has just been lost."""
        if self._lost or not self._calls.lost():
            return False
        self._lost = True
        self._lost_ms = self._clock.now_ms
        return True

    def wait_ms(self):
        return _LAST_WORDS_MS if self._lost else IDLE_MS

    def take(self, span):
        """Once the far end has gone nobody wants it."""
        if self._lost:
            self._context.counters.add(TX_DROPPED, span.left())
            span.take(span.left())
        else:
            span.take(self._radio.write(span.buf, span.start, span.left()))

    def waits(self):
        return self._unread.left() > 0

    def give(self):
        span = self._unread
        if self._out.count():
            return False
        if not span.left():
            self._read(span)
        n = self._serial.write(span.buf, span.start, span.left()) if span.left() else 0
        span.take(n)
        return n > 0

    def _read(self, span):
        self.tick()  # before the read: what it then says is the radio's
        if self._lost and ticks_diff(self._clock.now_ms, self._lost_ms) < _LAST_WORDS_MS:
            return
        n = max(self._radio.readinto(span.buf), 0)
        self._empty = self._lost and not n
        if self._lost:
            words = span.buf.find(_LAST_WORDS, 0, n)
            n = words if words >= 0 else n
        span.load(n)
