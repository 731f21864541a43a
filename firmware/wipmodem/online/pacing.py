"""Option 12 of +WIPCFG: how long the first byte of the host's waits for more (Q3)."""

from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..settings import GATHER

IDLE_MS = const(1000)
ENOUGH = const(512)  # bytes that are worth a segment
_STEP_MS = const(10)


class Pace:
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
