"""The escape sequence `+++` with a guard time before and after `+++` (D5-D7, Q21, H19).

    pause >= guard time | + ... + ... + , each within a guard time | pause >= guard time

The register S2 has the code of the escape character, and S12 has the guard time. A block of host
bytes can begin an escape sequence only if the block consists of one to three escape characters and
a pause of one guard time precedes the block. Every other block is data, and the modem examines
only the length of a longer block. The modem holds the escape characters back until it has
decided whether they form an escape sequence. An escape sequence is consumed. Characters that form
no escape sequence are released: the modem sends them to the peer before any other byte. After the
peer has closed, an escape sequence needs no pause before it, and may also begin with escape
characters at the end of a longer block (H13).

The modem can prove a pause in the host's bytes only for times at which it polls the serial port.
Two kinds of time pass without a poll of the serial port, and by themselves prove no pause:

- A poll gap that the main loop has measured (clock.gap_ms): a pass took long, or a poll slept
  longer than requested. After a poll gap of more than STALL_MS, the modem starts to measure the
  pause again: the bytes in the UART may have arrived at any time in the gap, and more bytes may be
  delayed on their way to the modem. Three held characters stay held for another guard time, if no
  byte follows.
- A sleep that was not longer than requested. A byte from the host wakes the main loop at once,
  unless the operating system has stopped the process during the sleep, and no clock shows such a
  stop. So a sleep proves a pause only if the serial port is empty after the sleep. The main loop
  polls the serial port shortly before the end of a guard time and again at its end (`wait_ms`). If
  the serial port has bytes after a sleep of more than STALL_MS, that sleep does not complete a
  guard time. A guard time that was complete before the sleep stays valid.
"""

from ..clock import ticks_back, ticks_diff
from ..compat import const
from ..pipe import Span
from ..settings import S2, S12

# Largest value of S2 with which the escape sequence exists. Larger values disable it.
_LAST_CHARACTER = const(127)
_STEP_MS = const(20)  # unit of the guard time in register S12, in ms
# Longest poll gap in ms that does not restart the measurement of a pause. After a longer gap, host
# bytes that arrived without a pause could look like a pause followed by `+++`.
STALL_MS = const(100)
# The modem polls the serial port once more this number of ms before the end of a guard time.
_LAST_LOOK_MS = const(50)
_IDLE_MS = const(1000)


class Escape:
    """Detector of the escape sequence `+++` among the host bytes in online data mode."""

    def __init__(self, settings, clock):
        self._settings = settings
        self._clock = clock
        # Escape characters that did not form an escape sequence. The modem sends these characters
        # to the peer before any other byte.
        self.released = Span(bytearray(b"+++"))
        self.held = 0  # number of escape characters held back, 0 to 3
        # True after the peer has closed: an escape sequence then needs no pause before it.
        self.unguarded = False
        self._last_ms = 0  # earliest time at which the last host byte may have arrived, in ms
        self._guarded = False  # True if a guard time has passed since the last host byte

    def note_input(self):
        """Restart the measurement of the pause after host bytes such as a command line.

        The bytes may have arrived at any time in the poll gap. After a poll gap of more than
        STALL_MS, the modem assumes that the bytes have just arrived.
        """
        self._note(self._clock.gap_ms)

    def _note(self, gap_ms):
        """Set the arrival time of the last host byte to gap_ms before now.

        If gap_ms is more than STALL_MS, set the arrival time to now.
        """
        self._last_ms = ticks_back(self._clock.now_ms, gap_ms if gap_ms <= STALL_MS else 0)
        self._guarded = False

    def filter(self, span):
        """Hold back the escape characters in `span` that may be part of an escape sequence.

        span: host bytes that were just read. When filter() returns, the span has only data. If the
        characters held before cannot be part of an escape sequence, they are released as data.
        """
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
        """Measure the pause in the host's bytes. Return True if an escape sequence is complete.

        The modem calls check() in every pass, before filter() gets the bytes that were just read.
        since_read_ms: time in ms between the last two reads of the serial port if the last read
        has returned bytes, else 0.
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
        """Move the escape characters that are held back, if any, to `released`, as data."""
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
        """Hold back the escape characters at the end of a host block, if there are 1 to 3."""
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
