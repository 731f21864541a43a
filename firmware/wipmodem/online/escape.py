"""The escape sequence `+++` with a guard time before and after it (D5-D7, Q21, H19).

    pause >= guard time | + ... + ... + , each within a guard time | pause >= guard time

S2 is the escape character, S12 the guard time. A block from the host can begin an escape only if
the block consists of one to three escape characters and a pause of one guard time precedes them.
Every other block is data, and the hot path examines only its length. The escape characters are
held back until the modem has decided whether they form an escape sequence. An escape sequence is
consumed. Otherwise the characters are released: the modem sends them to the peer before any other
byte. After the peer has closed, an escape needs no pause before it, and escape characters at the
end of a block count too (H13).

A pause in the host's bytes is proved only for times at which the modem polled the serial port.
Two kinds of time without a poll interrupt a pause instead of adding to it:

- A poll gap that the loop has measured (clock.gap_ms): a pass took long, or a poll slept longer
  than requested. After a gap of more than STALL_MS the measurement of the pause starts again: the
  bytes in the UART may have arrived at any time in the gap, and more bytes may be delayed on their
  way to the modem. Three held characters stay held for another guard time, if no byte follows.
- A sleep that was not longer than requested. A byte wakes the loop at once, unless the operating
  system has stopped the process meanwhile, which no clock shows. So a sleep proves a pause only if
  the serial port is empty after the sleep. The loop polls the serial port shortly before the end
  of a guard time and again at its end (`wait_ms`). Bytes that are found after a longer sleep
  do not complete a guard time, but a guard time that was complete before them stays valid.
"""

from ..clock import ticks_back, ticks_diff
from ..compat import const
from ..pipe import Span
from ..settings import S2, S12

_LAST_CHARACTER = const(127)  # a value of S2 above this code disables the escape sequence
_STEP_MS = const(20)  # unit of the guard time in S12
# Longest poll gap that does not restart the measurement of a pause. In a longer gap, a burst of
# data could look like a pause followed by `+++`.
STALL_MS = const(100)
# Time before the end of a guard time at which the modem polls the serial port once more.
_LAST_LOOK_MS = const(50)
_IDLE_MS = const(1000)


class Escape:
    """Detector of the escape sequence in online data mode."""

    def __init__(self, settings, clock):
        self._settings = settings
        self._clock = clock
        # Escape characters that were not an escape sequence. They are sent before any other byte.
        self.released = Span(bytearray(b"+++"))
        self.held = 0  # number of escape characters held back, 0 to 3
        # True after the peer has closed: an escape needs no pause before it.
        self.unguarded = False
        self._last_ms = 0  # timestamp of the earliest possible arrival of the last host byte
        self._guarded = False  # True if a guard time has passed since the last host byte

    def note_input(self):
        """Restart the measurement of the pause after host bytes such as a command line.

        The bytes may have arrived at any time in the poll gap. After a gap of more than STALL_MS
        the modem assumes that the bytes have just arrived: the gap proves no pause after them.
        """
        self._note(self._clock.gap_ms)

    def _note(self, gap_ms):
        """Set the time of the last host byte to gap_ms before now, or to now after a stall."""
        self._last_ms = ticks_back(self._clock.now_ms, gap_ms if gap_ms <= STALL_MS else 0)
        self._guarded = False

    def filter(self, span):
        """Consume and hold back the escape characters of a host block that may form an escape."""
        n = self._characters(span) if span.end - span.start <= 3 else 0
        begins = self._guarded or self.unguarded or self.held
        if n and begins and self.held + n <= 3:
            self.held += n
            self._last_ms = self._clock.now_ms
            span.consume(n)
            return
        if self.held:
            self.release()
        if self.unguarded:
            self._hold_last(span)
        self._note(0 if self.held else self._clock.gap_ms)

    def check(self, since_read_ms):
        """Check the length of the pause in the host's bytes. Return True if an escape is complete.

        The modem calls check() in every pass, before filter() gets the bytes that were just read.
        since_read_ms: ms between the last two reads of the serial port if the last read has
        returned bytes, else 0.
        """
        if self._clock.gap_ms > STALL_MS:
            self._restart()
            return False
        if self._guarded and not self.held:
            return False
        silence_ms = ticks_diff(self._clock.now_ms, self._last_ms)
        guard_ms = self._settings[S12] * _STEP_MS
        if silence_ms < guard_ms:
            return False
        if since_read_ms > STALL_MS:
            if self.held:
                self._guarded = False
                self.release()
            return False
        self._guarded = True
        if self.held == 3:
            self.held = 0
            return True
        if silence_ms > guard_ms:
            self.release()
        return False

    def silence_ms(self):
        """Return the time in ms since the last host byte."""
        return ticks_diff(self._clock.now_ms, self._last_ms)

    def wait_ms(self):
        """Return the time in ms until check() is needed, if no host byte arrives earlier."""
        if self._guarded and not self.held:
            return _IDLE_MS
        guard_ms = self._settings[S12] * _STEP_MS
        left_ms = guard_ms - self.silence_ms() + (0 < self.held < 3)
        return left_ms - _LAST_LOOK_MS if left_ms > _LAST_LOOK_MS else max(left_ms, 0)

    def release(self):
        """Release the escape characters held back, if any, to be sent as data."""
        if not self.held:
            return
        self.released.fill(self.held)
        self.held = 0
        for i in range(3):
            self.released.buf[i] = self._settings[S2]

    def discard(self):
        """Discard the escape characters that are held back or released. Return their number."""
        discarded = self.held + self.released.remaining()
        self.held = 0
        self.released.fill(0)
        return discarded

    def _characters(self, span):
        """Return the number of bytes in `span` if all of them are escape characters, else 0."""
        n = span.remaining()
        character = self._settings[S2]
        if character > _LAST_CHARACTER:
            return 0
        for i in range(n):
            if span.buf[span.start + i] != character:
                return 0
        return n

    def _hold_last(self, span):
        """Hold back the escape characters at the end of a block, if there are 1 to 3 of them."""
        n = 0
        character = self._settings[S2]
        while n < span.remaining() and span.buf[span.end - 1 - n] == character:
            n += 1
        if n <= 3 and character <= _LAST_CHARACTER:
            self.held = n
            span.end -= n

    def _restart(self):
        """Restart the measurement of the pause. Release one or two held characters as data."""
        if self.held < 3:
            self.release()
        self._note(0)
