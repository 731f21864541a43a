"""The clock that all parts of a modem share: a timestamp in ms, and the seconds since the start.

A pass is one pass of the main loop. A timestamp is a number of ms that wraps at 2**30, as
MicroPython's ticks_ms() does on a 32-bit chip. All calculations with timestamps use the three
functions of this module. No intermediate result leaves the range of small integers of a 32-bit
MicroPython (-2**30 .. 2**30-1), so these functions do not allocate.
"""

from .compat import const

_MASK = const(0x3FFFFFFF)
_HALF = const(0x20000000)
_SECOND_MS = const(1000)
_NEVER = const(-1)


def ticks_diff(later, earlier):
    """Return the number of ms from timestamp `earlier` to timestamp `later`, a negative number if
    `later` is before `earlier`. The result is correct for spans below 2**29 ms (6.2 days)."""
    d = (later - earlier) & _MASK
    return d if d < _HALF else d - _HALF - _HALF


def ticks_add(stamp, ms):
    """Return the timestamp that is `ms` milliseconds (0 .. 2**29-1) after `stamp`."""
    return _MASK & (stamp - _HALF + ms - _HALF)


def ticks_back(stamp, ms):
    """Return the timestamp that is `ms` milliseconds (0 .. 2**29-1) before `stamp`."""
    return (stamp - ms) & _MASK


class Clock:
    """Time shared by all parts of one modem. The first tick() starts the clock; later calls of
    tick() must be less than 6 days apart."""

    def __init__(self):
        # Timestamp at which the pass of the main loop in progress has begun.
        self.now_ms = 0
        # Poll gap: number of ms, just before now_ms, in which the modem did not read any port.
        self.gap_ms = 0
        self.seconds = 0  # number of full seconds since the clock started
        # Timestamp at which the last full second ended, or at which the clock started. _NEVER if
        # the clock has not started.
        self._second_ms = _NEVER

    def tick(self, now_ms, gap_ms=0):
        """Set the time for a new pass of the main loop. now_ms: timestamp at which the pass
        starts. gap_ms: poll gap before the pass, in ms. Return True if `seconds` has increased."""
        self.now_ms = now_ms
        self.gap_ms = gap_ms
        if self._second_ms == _NEVER:
            self._second_ms = now_ms
        # In most passes, less than a second has gone by since the last full second. To keep these
        # passes fast, the difference is first calculated without a call of ticks_diff().
        late_ms = (now_ms - self._second_ms) & _MASK
        if late_ms < _SECOND_MS:
            return False
        late_ms = ticks_diff(now_ms, self._second_ms)
        if late_ms < 0:
            return False
        self.seconds += late_ms // _SECOND_MS
        self._second_ms = ticks_back(now_ms, late_ms % _SECOND_MS)
        return True

    def ms(self):
        """Return the number of ms since the last full second, or 0 before the first tick()."""
        return ticks_diff(self.now_ms, self._second_ms) if self._second_ms != _NEVER else 0

    def write(self, writer, stamp_ms):
        """Write the timestamp stamp_ms to `writer` as seconds since the start of the clock, with
        three decimals. stamp_ms may be up to 6 days old. Return the writer."""
        late_ms = ticks_diff(stamp_ms, self._second_ms)
        return writer.seconds(self.seconds + late_ms // _SECOND_MS, late_ms % _SECOND_MS)
