"""Time since the start, in seconds: the clock of the passes wraps after twelve days."""

from . import ticks
from .compat import const

_SECOND_MS = const(1000)
_NEVER = const(-1)


class Clock:
    """Starts at its first tick; good as long as it is told the time every few days."""

    def __init__(self):
        self.seconds = 0
        self.now_ms = 0  # of the pass under way
        self._since_ms = _NEVER  # when the second under way began

    def tick(self, now_ms):
        """True if a second has begun."""
        self.now_ms = now_ms
        if self._since_ms == _NEVER:
            self._since_ms = now_ms
        late_ms = ticks.diff(now_ms, self._since_ms)
        if late_ms < _SECOND_MS:
            return False
        self.seconds += late_ms // _SECOND_MS
        self._since_ms = ticks.back(now_ms, late_ms % _SECOND_MS)
        return True

    def ms(self):
        """Of the second under way."""
        return ticks.diff(self.now_ms, self._since_ms) if self._since_ms != _NEVER else 0

    def say(self, writer, stamp_ms):
        """A moment of the last days, as seconds with three decimals."""
        late_ms = ticks.diff(stamp_ms, self._since_ms)
        return writer.seconds(self.seconds + late_ms // _SECOND_MS, late_ms % _SECOND_MS)
