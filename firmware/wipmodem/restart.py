"""A restart (H20) is a new Modem on the same board: what its constructor sets is the state after
power-up. The old modem has ended all that would outlive it (after.py), and service() has returned
RESTART."""

from . import heap
from .modem import Modem

_CAUSE = b"cfun"


def renewed(board, typed):
    """The new modem. `typed`: the `host` of the old one, which the caller must have dropped: the
    heap of a chip has no room for two."""
    heap.collect_often()
    modem = Modem(board, _CAUSE, typed)
    heap.collect_when_full()
    return modem
