"""`+++` with its guard time (D5-D7, Q21, H19): exactly three, in silence before and after.

    silence >= 1 s | + ... + ... + , each within 1 s of the last | silence >= 1 s

Only what follows a silence can begin an escape, so a block is data as it stands unless its first
byte is a `+` after one; the hot path looks at no other byte. Pluses are held back until decided,
then either swallowed by the escape or `owed` to the peer, before anything else.
"""

from . import ticks
from .compat import const
from .pipe import Span

_PLUS = const(0x2B)
_GUARD_MS = const(1000)
STALL_MS = const(100)  # unseen for longer, a burst could pass for silence and `+++`


class Escape:
    def __init__(self):
        # Pluses that were data after all: to be taken before anything else.
        self.owed = Span(b"+++")
        self.held = 0
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
        pluses = _pluses(span)
        if pluses and (self._quiet or self.held) and self.held + pluses <= 3:
            self.held += pluses
            self._last_ms = now_ms
            span.take(pluses)
            return
        if self.held:
            self._owe()
        self.heard(now_ms, unseen_ms)

    def tick(self, now_ms, unseen_ms):
        """Before input is looked at: True when an escape is complete."""
        if unseen_ms > STALL_MS:
            self._stalled(now_ms)
            return False
        silence_ms = ticks.diff(now_ms, self._last_ms)
        if silence_ms < _GUARD_MS:
            return False
        self._quiet = True
        if self.held == 3:
            self.held = 0
            return True
        if self.held and silence_ms > _GUARD_MS:
            self._owe()
        return False

    def wait_ms(self, now_ms):
        """Until a decision falls due; the guard time when none is pending."""
        if not self.held:
            return _GUARD_MS
        return max(_GUARD_MS + (self.held < 3) - ticks.diff(now_ms, self._last_ms), 0)

    def drop(self):
        """Forget pluses held or owed; returns how many that were."""
        dropped = self.held + self.owed.left()
        self.held = 0
        self.owed.load(0)
        return dropped

    def _owe(self):
        self.owed.load(self.held)
        self.held = 0

    def _stalled(self, now_ms):
        if self.held:
            self._owe()
        self.heard(now_ms, 0)


def _pluses(span):
    """How many bytes there are, if 1 to 3 and all `+`; otherwise 0."""
    n = span.left()
    if n > 3:
        return 0
    for i in range(n):
        if span.buf[span.start + i] != _PLUS:
            return 0
    return n
