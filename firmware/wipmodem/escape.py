"""`+++` with its guard time (D5-D7, Q21, H19): exactly three, in silence before and after.

    silence >= 1 s | + ... + ... + , each within 1 s of the last | silence >= 1 s

Only what follows a silence can begin an escape, so a block is data as it stands unless its first
byte is a `+` after one; the hot path looks at no other byte. Pluses are held back until decided,
then either swallowed by the escape or `owed` to the peer, before anything else. S2 is the
character, S12 the guard time. Once the peer is gone the silence before is not asked for, and the
last bytes of a block are looked at, too (H13).
"""

from . import settings as at
from . import ticks
from .compat import const
from .pipe import Span

_LAST_CHARACTER = const(127)  # S2 beyond it: there is no escape
_STEP_MS = const(20)  # of S12
STALL_MS = const(100)  # unseen for longer, a burst could pass for silence and `+++`


class Escape:
    def __init__(self, settings):
        self._settings = settings
        # Pluses that were data after all: to be taken before anything else.
        self.owed = Span(bytearray(b"+++"))
        self.held = 0
        self.unguarded = False  # the silence before it is not needed
        self._last_ms = 0  # when the host's last byte came, as early as it may have
        self._quiet = False

    def heard(self, now_ms, unseen_ms):
        """Host bytes that are no data came, such as a command line."""
        self._last_ms = ticks.back(now_ms, unseen_ms)
        self._quiet = False

    def feed(self, span, now_ms, unseen_ms):
        """The bytes of a span came from the host at now; those held back are taken from it.

        unseen_ms: how long before now nobody looked, so that they may have come that much earlier.
        """
        pluses = self._pluses(span)
        begins = self._quiet or self.unguarded or self.held
        if pluses and begins and self.held + pluses <= 3:
            self.held += pluses
            self._last_ms = now_ms
            span.take(pluses)
            return
        if self.held:
            self._owe()
        if self.unguarded:
            self._hold_last(span)
        self.heard(now_ms, 0 if self.held else unseen_ms)

    def tick(self, now_ms, unseen_ms):
        """Before input is looked at: True when an escape is complete."""
        if unseen_ms > STALL_MS:
            self._stalled(now_ms)
            return False
        silence_ms = self.silence_ms(now_ms)
        guard_ms = self.guard_ms()
        if silence_ms < guard_ms:
            return False
        self._quiet = True
        if self.held == 3:
            self.held = 0
            return True
        if self.held and silence_ms > guard_ms:
            self._owe()
        return False

    def silence_ms(self, now_ms):
        """Since the host's last byte."""
        return ticks.diff(now_ms, self._last_ms)

    def guard_ms(self):
        return self._settings[at.S12] * _STEP_MS

    def wait_ms(self, now_ms):
        """Until a decision falls due; when none is pending it will take that long at least."""
        if not self.held:
            return self.guard_ms() or STALL_MS
        return max(self.guard_ms() + (self.held < 3) - self.silence_ms(now_ms), 0)

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
            self.owed.buf[i] = self._settings[at.S2]

    def _pluses(self, span):
        """How many bytes there are, if 1 to 3 and all the escape character; otherwise 0."""
        n = span.left()
        character = self._settings[at.S2]
        if n > 3 or character > _LAST_CHARACTER:
            return 0
        for i in range(n):
            if span.buf[span.start + i] != character:
                return 0
        return n

    def _hold_last(self, span):
        """Pluses behind data, which end its block: as if they had come alone."""
        n = 0
        character = self._settings[at.S2]
        while n < span.left() and span.buf[span.end - 1 - n] == character:
            n += 1
        if n <= 3 and character <= _LAST_CHARACTER:
            self.held = n
            span.end -= n

    def _stalled(self, now_ms):
        if self.held:
            self._owe()
        self.heard(now_ms, 0)
