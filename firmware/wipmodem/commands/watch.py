"""Whoever watches at the board's console: bytes that come there are a request for a report, looked
for once a second. What tells it is loaded when it is first wanted (monitor.py)."""

from .. import errors, lazy
from ..compat import const

_MONITOR = const(("commands.report", "Monitor"))
_NO_MEMORY = b"+CME ERROR: %d\r\n" % errors.NO_MEMORY


class Watch:
    def __init__(self, modem):
        self._modem = modem
        self._console = modem.board.console
        self._monitor = None

    def second(self):
        """One has gone by."""
        if self._console.asked() and not self._begin():
            self._console.write(_NO_MEMORY, 0, len(_NO_MEMORY))

    def tick(self):
        """True if something was done."""
        return self._monitor is not None and self._monitor.tick()

    def _begin(self):
        """False if there is no memory for it."""
        try:
            if self._monitor is None:
                self._monitor = lazy.need(_MONITOR)(self._modem)
            self._monitor.begin()
        except MemoryError:
            return False
        return True
