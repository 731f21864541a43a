"""Milliseconds that wrap at 2**30, as MicroPython's ticks_ms does on a 32-bit chip.

Time is always an argument of the core; these are the only sums made with it. No step here leaves
the small integers of a 32-bit MicroPython (-2**30 .. 2**30-1), so none allocates.
"""

from .compat import const

_MASK = const(0x3FFFFFFF)
_HALF = const(0x20000000)


def diff(later, earlier):
    """Signed ms from `earlier` to `later`, right for spans below 2**29 ms (6.2 days)."""
    d = (later - earlier) & _MASK
    return d if d < _HALF else d - _HALF - _HALF


def add(stamp, ms):
    """The stamp `ms` (0 .. 2**29-1) later."""
    return _MASK & (stamp - _HALF + ms - _HALF)


def back(stamp, ms):
    """The stamp `ms` (0 .. 2**29-1) earlier."""
    return (stamp - ms) & _MASK
