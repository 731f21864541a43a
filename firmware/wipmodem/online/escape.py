"""The escape sequence `+++` with a guard time before and after it (D5-D7, Q21, H19).

    silence >= guard | + ... + ... + , each within one guard time of the last | silence >= guard

S2 is the escape character, S12 the guard time. Only one to three escape characters that come
alone, after a silence, can begin an escape: every other block is data as it stands, and the hot
path examines no more of it than its length. The characters are held back until the escape is
decided. Then the escape consumes them, or they are released: sent to the peer before anything
else. After the peer has gone, no silence is needed before them, and escape characters at the end
of a block count too (H13).

A silence counts only as far as the modem looked at the line. There are two kinds of time in which
it did not look. Both end a silence instead of adding to it:

- Time that the loop has measured (clock.gap_ms): a pass that took long, or a poll that slept
  longer than the loop asked for. After more than STALL_MS the silence starts again: the bytes that
  wait may have come at any moment, and others may still be on their way, held up in front of the
  modem. Three held characters stay held for another whole guard time, if no byte follows.
- A sleep no longer than the loop asked for. A byte wakes the loop at once, unless the process was
  stopped meanwhile, which no clock shows. Only an empty line proves a silence then. So the loop
  looks at the line shortly before a guard time ends and when it ends (`wait_ms`). Bytes found
  after a longer sleep complete no silence, but spoil none that was proved before.
"""

from ..clock import ticks_back, ticks_diff
from ..compat import const
from ..pipe import Span
from ..settings import S2, S12

_LAST_CHARACTER = const(127)  # a higher S2 disables the escape
_STEP_MS = const(20)  # unit of S12
STALL_MS = const(100)  # in a longer poll gap, a burst could look like silence and `+++`
_LAST_LOOK_MS = const(50)  # a look at the line so long before a guard time ends
_IDLE_MS = const(1000)


class Escape:
    """Detector of the escape sequence in online data mode."""

    def __init__(self, settings, clock):
        self._settings = settings
        self._clock = clock
        # Escape characters that turned out to be data: sent before any other byte.
        self.released = Span(bytearray(b"+++"))
        self.held = 0  # number of escape characters held back
        self.unguarded = False  # the peer has gone: no silence is needed before an escape
        self._last_ms = 0  # earliest time at which the last host byte can have come
        self._guarded = False  # a guard time has passed since the last host byte

    def note_input(self):
        """Note host bytes that are not data, such as a command line.

        The bytes may have come at any time in the poll gap. After a stall they count as new:
        their age must not pass for a silence after them.
        """
        self._note(self._clock.gap_ms)

    def _note(self, gap_ms):
        """Note that the last host byte came, up to gap_ms before now."""
        self._last_ms = ticks_back(self._clock.now_ms, gap_ms if gap_ms <= STALL_MS else 0)
        self._guarded = False

    def filter(self, span):
        """Hold back escape characters of a block from the host. They are consumed from it."""
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
        """Judge the silence up to now. Return True if an escape is complete.

        Called in every pass, before `filter` gets the bytes just read. since_read_ms: ms between
        the last two looks at the line if bytes have been read, else 0.
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
        """Return the ms since the last host byte."""
        return ticks_diff(self._clock.now_ms, self._last_ms)

    def wait_ms(self):
        """Return the ms until check() is needed, if no byte comes."""
        if self._guarded and not self.held:
            return _IDLE_MS
        guard_ms = self._settings[S12] * _STEP_MS
        left_ms = guard_ms - self.silence_ms() + (0 < self.held < 3)
        return left_ms - _LAST_LOOK_MS if left_ms > _LAST_LOOK_MS else max(left_ms, 0)

    def release(self):
        """Release the characters held back, if any: they are data."""
        if not self.held:
            return
        self.released.fill(self.held)
        self.held = 0
        for i in range(3):
            self.released.buf[i] = self._settings[S2]

    def discard(self):
        """Discard the characters held back or released. Return their number."""
        discarded = self.held + self.released.remaining()
        self.held = 0
        self.released.fill(0)
        return discarded

    def _characters(self, span):
        """Return the number of bytes if all are escape characters, else 0."""
        n = span.remaining()
        character = self._settings[S2]
        if character > _LAST_CHARACTER:
            return 0
        for i in range(n):
            if span.buf[span.start + i] != character:
                return 0
        return n

    def _hold_last(self, span):
        """Hold back 1 to 3 escape characters at the end of a block, as if they came alone."""
        n = 0
        character = self._settings[S2]
        while n < span.remaining() and span.buf[span.end - 1 - n] == character:
            n += 1
        if n <= 3 and character <= _LAST_CHARACTER:
            self.held = n
            span.end -= n

    def _restart(self):
        """Start the silence again. Fewer than three held characters are data."""
        if self.held < 3:
            self.release()
        self._note(0)
