"""Time: the pass in progress in ms, and seconds since the start.

The board's ms wrap at 2**30, as MicroPython's ticks_ms does on a 32-bit chip. The three functions
are the only sums made with such a stamp. No step in them leaves the small integers of a 32-bit
MicroPython (-2**30 .. 2**30-1), so none allocates.
"""

from .compat import const

_MASK = const(0x3FFFFFFF)
_HALF = const(0x20000000)
_SECOND_MS = const(1000)
_NEVER = const(-1)


def ticks_diff(later, earlier):
    """Return the signed ms from `earlier` to `later`. Right for spans below 2**29 ms, 6.2 days."""
    d = (later - earlier) & _MASK
    return d if d < _HALF else d - _HALF - _HALF


def ticks_add(stamp, ms):
    """Return the stamp `ms` (0 .. 2**29-1) later."""
    return _MASK & (stamp - _HALF + ms - _HALF)


def ticks_back(stamp, ms):
    """Return the stamp `ms` (0 .. 2**29-1) earlier."""
    return (stamp - ms) & _MASK


class Clock:
    """Shared time of one modem. It starts at the first tick() and needs one every few days."""

    def __init__(self):
        self.now_ms = 0  # stamp of the pass in progress
        self.gap_ms = 0  # poll gap: ms before now in which the modem did not look at its ports
        self.seconds = 0  # since the start
        self._second_ms = _NEVER  # stamp at which the second in progress began

    def tick(self, now_ms, gap_ms=0):
        """Begin a pass. Return True if a second has begun."""
        self.now_ms = now_ms
        self.gap_ms = gap_ms
        if self._second_ms == _NEVER:
            self._second_ms = now_ms
        late_ms = (now_ms - self._second_ms) & _MASK  # as ticks_diff, without the call
        if late_ms < _SECOND_MS:
            return False
        late_ms = ticks_diff(now_ms, self._second_ms)
        if late_ms < 0:
            return False
        self.seconds += late_ms // _SECOND_MS
        self._second_ms = ticks_back(now_ms, late_ms % _SECOND_MS)
        return True

    def ms(self):
        """Return the ms of the second in progress, 0 before the first tick()."""
        return ticks_diff(self.now_ms, self._second_ms) if self._second_ms != _NEVER else 0

    def write(self, writer, stamp_ms):
        """Write a moment of the last days in seconds since the start, with three decimals."""
        late_ms = ticks_diff(stamp_ms, self._second_ms)
        return writer.seconds(self.seconds + late_ms // _SECOND_MS, late_ms % _SECOND_MS)
