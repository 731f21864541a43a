"""Option 12 of +WIPCFG: how long the first byte of the host's waits for more (Q3)."""

from .. import ticks
from ..compat import const
from ..settings import GATHER

IDLE_MS = const(1000)
ENOUGH = const(512)  # bytes that are worth a segment
_STEP_MS = const(10)


class Pace:
    def __init__(self, modem):
        self._modem = modem
        self._settings = modem.settings
        self._due_ms = 0

    def delay_ms(self):
        return self._settings[GATHER] * _STEP_MS

    def begin(self):
        """The first byte is here."""
        self._due_ms = ticks.add(self._modem.now_ms, self.delay_ms())

    def due(self):
        return ticks.diff(self._modem.now_ms, self._due_ms) >= 0

    def wait_ms(self):
        return max(ticks.diff(self._due_ms, self._modem.now_ms), 0)
