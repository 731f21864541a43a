"""A data call in data mode: the host's bytes and the radio's, as they are (base.md section 3).

A radio whose far end has gone drops its carrier and says so, too. Its words are no data: once the
carrier is lost they are waited for, and taken off what is still to be given.
"""

from .. import ticks
from ..at import writer as text
from ..compat import const
from ..counters import TX_DROPPED
from .pacing import IDLE_MS

_LAST_WORDS = const(b"\r\nNO CARRIER")
_LAST_WORDS_MS = const(50)


class LineCall:
    def __init__(self, modem):
        self._modem = modem
        self._calls = modem.calls
        self._radio = modem.stack.radio
        self._serial = modem.board.serial
        self._out = modem.out
        self._unread = modem.calls.unread
        self._lost = False
        self._lost_ms = 0
        self._empty = False  # the radio has given all

    def begin(self):
        self._lost = self._empty = False

    def end(self):
        """The call may stay, on hold."""

    def gone(self):
        return self._lost

    def over(self):
        """The far end has ended the call, and all that it sent is given."""
        if not self._empty or self._unread.left() or self._out.count():
            return 0
        self._calls.hang_up()
        return text.NO_CARRIER

    def tick(self):
        """True when the carrier has just been lost."""
        if self._lost or not self._calls.lost():
            return False
        self._lost = True
        self._lost_ms = self._modem.now_ms
        return True

    def wait_ms(self):
        return _LAST_WORDS_MS if self._lost else IDLE_MS

    def take(self, span):
        """Once the far end has gone nobody wants it."""
        if self._lost:
            self._modem.counters.add(TX_DROPPED, span.left())
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
        if self._lost and ticks.diff(self._modem.now_ms, self._lost_ms) < _LAST_WORDS_MS:
            return
        n = max(self._radio.readinto(span.buf), 0)
        self._empty = self._lost and not n
        if self._lost:
            words = span.buf.find(_LAST_WORDS, 0, n)
            n = words if words >= 0 else n
        span.load(n)
