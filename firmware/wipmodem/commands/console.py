"""The board's console: bytes that come there request a report, looked for once a second.

The report is loaded when it is first requested (report.py).
"""

from .. import errors, lazy
from ..compat import const

_REPORT = const(("commands.report", "Report"))
_NO_MEMORY = b"+CME ERROR: %d\r\n" % errors.NO_MEMORY
_IDLE_MS = const(1000)


class Console:
    def __init__(self, context):
        self._context = context
        self._console = context.board.console
        self._report = None  # created at the first request

    def every_second(self):
        """Begin a report if one was requested."""
        if self._console.asked() and not self._begin():
            self._console.write(_NO_MEMORY, 0, len(_NO_MEMORY))

    def tick(self):
        """Write a part of the report in progress. Return True if something was done."""
        return self._report is not None and self._report.tick()

    def wait_ms(self):
        """Return 1000 ms: every_second() finds the next request."""
        return _IDLE_MS

    def _begin(self):
        """Return False if there is no memory for a report."""
        try:
            if self._report is None:
                self._report = lazy.need(_REPORT)(self._context)
            self._report.begin()
        except MemoryError:
            return False
        return True
