"""A data call in data mode: the host's bytes and the radio's, as they are (base.md section 3)."""

from . import text
from .pacing import IDLE_MS
from .pipe import Span


class LineCall:
    def __init__(self, modem, sizes):
        self._calls = modem.calls
        self._radio = modem.stack.radio
        self._serial = modem.board.serial
        self._out = modem.out
        # What the radio has given and the host has not taken; without a radio, nothing.
        self._from_radio = Span(bytearray(sizes.block if self._radio is not None else 0))

    def end(self):
        """The call may stay, on hold."""

    def gone(self):
        return False

    def over(self):
        """The far end has ended the call, and all that it sent is given."""
        if self._from_radio.left() or self._out.count() or not self._calls.lost():
            return 0
        self._calls.hang_up()
        return text.NO_CARRIER

    def tick(self):
        return False

    def wait_ms(self):
        return IDLE_MS

    def take(self, span):
        span.take(self._radio.write(span.buf, span.start, span.left()))

    def waits(self):
        return self._from_radio.left() > 0

    def give(self):
        span = self._from_radio
        if self._out.count():
            return False
        if not span.left():
            span.load(max(self._radio.readinto(span.buf), 0))
        n = self._serial.write(span.buf, span.start, span.left()) if span.left() else 0
        span.take(n)
        return n > 0
