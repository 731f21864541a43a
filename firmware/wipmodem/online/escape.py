"""`+++` with its guard time (D5-D7, Q21, H19): exactly three, in silence before and after.

    silence >= 1 s | + ... + ... + , each within 1 s of the last | silence >= 1 s

Only what follows a silence can begin an escape, so a block is data as it stands unless its first
byte is a `+` after one; the hot path looks at no other byte. Pluses are held back until decided,
then either swallowed by the escape or `owed` to the peer, before anything else. S2 is the
character, S12 the guard time. Once the peer is gone the silence before is not asked for, and the
last bytes of a block are looked at, too (H13).

A silence counts only as far as the modem was looking. There are two kinds of time in which it was
not, and both end a silence instead of adding to it:

- Time that the loop has measured: a pass that took long, or a poll that slept longer than it was
  told to (`unseen_ms`). Beyond STALL_MS everything begins anew: bytes that are there may have come
  at any moment, and others may still be on their way, held up in front of the modem as it was.
  Three pluses without such a byte stay held for another whole guard time.
- A sleep no longer than it was told to be. Its bytes wake the loop at once, unless the process
  was stopped meanwhile, and no clock tells that. Only an empty line proves a silence then. So the
  loop looks at the line shortly before a guard time ends and when it ends (`wait_ms`): bytes that
  are there after a longer sleep (`came_ms`) make no silence whole, but spoil none that was proved.
"""

from ..clock import ticks_back, ticks_diff
from ..compat import const
from ..pipe import Span
from ..settings import S2, S12

_LAST_CHARACTER = const(127)  # S2 beyond it: there is no escape
_STEP_MS = const(20)  # of S12
STALL_MS = const(100)  # unseen for longer, a burst could pass for silence and `+++`
_LAST_LOOK_MS = const(50)  # before a guard time ends
_IDLE_MS = const(1000)


class Escape:
    def __init__(self, settings, clock):
        self._settings = settings
        self._clock = clock
        # Pluses that were data after all: to be taken before anything else.
        self.owed = Span(bytearray(b"+++"))
        self.held = 0
        self.unguarded = False  # the silence before it is not needed
        self._last_ms = 0  # when the host's last byte came, as early as it may have
        self._quiet = False

    def heard(self):
        """Host bytes that are no data came, such as a command line.

        They may have come any time in the poll gap. After a stall they are as new as can be: their
        age must not pass for a silence after them.
        """
        self._came(self._clock.gap_ms)

    def _came(self, gap_ms):
        """The host's last byte came up to gap_ms before now."""
        self._last_ms = ticks_back(self._clock.now_ms, gap_ms if gap_ms <= STALL_MS else 0)
        self._quiet = False

    def feed(self, span):
        """The bytes of a span came from the host; those held back are taken from it."""
        pluses = self._pluses(span)
        begins = self._quiet or self.unguarded or self.held
        if pluses and begins and self.held + pluses <= 3:
            self.held += pluses
            self._last_ms = self._clock.now_ms
            span.take(pluses)
            return
        if self.held:
            self._owe()
        if self.unguarded:
            self._hold_last(span)
        self._came(0 if self.held else self._clock.gap_ms)

    def judge(self, came_ms):
        """Judge the silence up to now, before `feed` gets what has been read; return whether an
        escape is complete.

        came_ms: 0 when no byte has been read, else how long ago the line was last looked at.
        """
        if self._clock.gap_ms > STALL_MS:
            self._stalled()
            return False
        silence_ms = self.silence_ms()
        guard_ms = self.guard_ms()
        if silence_ms < guard_ms:
            return False
        if came_ms > STALL_MS:
            if self.held:
                self._quiet = False
                self._owe()
            return False
        self._quiet = True
        if self.held == 3:
            self.held = 0
            return True
        if self.held and silence_ms > guard_ms:
            self._owe()
        return False

    def silence_ms(self):
        """Since the host's last byte."""
        return ticks_diff(self._clock.now_ms, self._last_ms)

    def guard_ms(self):
        return self._settings[S12] * _STEP_MS

    def wait_ms(self):
        """Return how long the line need not be looked at for a decision."""
        if self._quiet and not self.held:
            return _IDLE_MS
        left_ms = self.guard_ms() - self.silence_ms() + (0 < self.held < 3)
        return left_ms - _LAST_LOOK_MS if left_ms > _LAST_LOOK_MS else max(left_ms, 0)

    def end(self):
        """No more bytes come: pluses held back are data."""
        if self.held:
            self._owe()

    def drop(self):
        """Forget pluses held or owed; returns how many that were."""
        dropped = self.held + self.owed.left()
        self.held = 0
        self.owed.load(0)
        return dropped

    def _owe(self):
        self.owed.load(self.held)
        self.held = 0
        for i in range(3):
            self.owed.buf[i] = self._settings[S2]

    def _pluses(self, span):
        """How many bytes there are, if 1 to 3 and all the escape character; otherwise 0."""
        n = span.left()
        character = self._settings[S2]
        if n > 3 or character > _LAST_CHARACTER:
            return 0
        for i in range(n):
            if span.buf[span.start + i] != character:
                return 0
        return n

    def _hold_last(self, span):
        """Pluses behind data, which end its block: as if they had come alone."""
        n = 0
        character = self._settings[S2]
        while n < span.left() and span.buf[span.end - 1 - n] == character:
            n += 1
        if n <= 3 and character <= _LAST_CHARACTER:
            self.held = n
            span.end -= n

    def _stalled(self):
        """Count the silence from now on. Pluses are data, unless three wait for it alone."""
        if 0 < self.held < 3:
            self._owe()
        self._came(0)
