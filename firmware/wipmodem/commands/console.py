"""The board's console. Any byte received on the console requests a status report (report.py)."""

from .. import errors, lazy
from ..compat import const

# Module and name of the Report class, which is loaded when a report is first requested.
_REPORT = const(("commands.report", "Report"))
_NO_MEMORY = b"+CME ERROR: %d\r\n" % errors.NO_MEMORY


class Console:
    """Starts a status report when bytes arrive on the console."""

    def __init__(self, context):
        self._context = context
        self._console = context.board.console
        self._report = None  # Report object, or None before the first report

    def every_second(self):
        """Start a status report if bytes have arrived on the console.

        If there is no memory for the report, write error 802 to the console.
        """
        if self._console.asked() and not self._begin():
            self._console.write(_NO_MEMORY, 0, len(_NO_MEMORY))

    def _begin(self):
        """Start a status report. Return False if there is no memory for the report."""
        try:
            if self._report is None:
                report = lazy.need(_REPORT)(self._context)
                self._context.active.append(report)
                self._report = report
            self._report.begin()
        except MemoryError:
            return False
        return True
