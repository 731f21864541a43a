"""The board's console: any bytes that arrive there request a status report (report.py)."""

from .. import errors, lazy
from ..compat import const

_REPORT = const(("commands.report", "Report"))  # loaded at the first request
_NO_MEMORY = b"+CME ERROR: %d\r\n" % errors.NO_MEMORY


class Console:
    """Begins a report when one is requested, and writes it in small parts."""

    def __init__(self, context):
        self._context = context
        self._console = context.board.console
        self._report = None  # Report, created at the first request

    def every_second(self):
        """Begin a report if one was requested. Without memory for it, write error 802."""
        if self._console.asked() and not self._begin():
            self._console.write(_NO_MEMORY, 0, len(_NO_MEMORY))

    def _begin(self):
        """Return False if there is no memory for a report."""
        try:
            if self._report is None:
                report = lazy.need(_REPORT)(self._context)
                self._context.active.append(report)
                self._report = report
            self._report.begin()
        except MemoryError:
            return False
        return True
