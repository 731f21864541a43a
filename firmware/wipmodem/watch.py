"""Whoever watches at the board's console: bytes that come there are a request for a report, looked
for once a second. What tells it is loaded when it is first wanted (monitor.py)."""

from . import errors, later

_MONITOR = "monitor"
_NO_MEMORY = b"+CME ERROR: %d\r\n" % errors.NO_MEMORY


class Watch:
    def __init__(self, modem):
        self._modem = modem
        self._console = modem.board.console
        self._monitor = None

    def second(self):
        """One has gone by."""
        if not self._console.asked():
            return
        if self._monitor is None:
            self._monitor = self._make()
        if self._monitor is None:
            self._console.write(_NO_MEMORY, 0, len(_NO_MEMORY))
        else:
            self._monitor.begin()

    def tick(self):
        """True if something was done."""
        return self._monitor is not None and self._monitor.tick()

    def _make(self):
        kind = later.find((_MONITOR, "Monitor"))
        try:
            return kind and kind(self._modem)
        except MemoryError:
            return None
