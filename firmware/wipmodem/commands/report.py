"""Status report on the board's console. The module is loaded for the first report.

The report consists of the lines of AT+WIPXSOCK?, AT+WIPXHEALTH?, AT+WIPXSTAT?, AT+WIPBR? and
AT+CSQ, then the new entries of the flight recorder, then OK. The handlers of these commands get a
second Context, whose writer writes to the console.
"""

from ..at.writer import LONG_MAX, Writer
from ..compat import const
from ..context import DONE, MORE
from ..contract import RESULT_OK
from ..counters import WRAP_MASK
from ..pipe import Pipe
from ..settings import factory
from .diagnostics import stat_read, write_figure
from .session import wipbr_read
from .socket_extras import sock_read

_BLOCK = const(64)  # bytes in one write to the console, as in one USB packet
# Size of the ring of the output pipe, in bytes. The ring must have room for a line of LONG_MAX
# bytes.
_RING = const(448)
_IDLE_MS = const(1000)
# Time in seconds. If no report was requested for this time, the next request is assumed to come
# from a new reader.
_READER_S = const(3)
_SIGNAL = const(b"+CSQ")
_SIGNAL_S = const(10)  # shortest time in seconds between two +CSQ commands to the radio


def _write_signal(context):
    context.writer.begin(b"+CSQ: ").number(context.board.bearer.signal()).text(b",99").end()
    return DONE


def _write_ok(context):
    context.writer.result(RESULT_OK)
    return DONE


# Handlers that write the parts of a report, in order. None marks the part with the entries of the
# flight recorder, which Report writes itself.
_PARTS = (sock_read, write_figure, stat_read, wipbr_read, _write_signal, None, _write_ok)


class Report:
    """Writes status reports to the console, one report at a time; tick() writes each part.

    The constructor allocates the buffers. Afterwards, only a +CSQ command to the radio allocates.
    """

    def __init__(self, context):
        self._out = Pipe(_BLOCK, _RING)
        self._context = context.with_writer(Writer(self._out, factory()))
        # Number of entries of the flight recorder that were reported or lost since the start.
        # The number wraps to 0 at the same value as recorder.written.
        self._reported = 0
        # Index in _PARTS of the next part, or len(_PARTS) if no report is in progress.
        self._part = len(_PARTS)
        # Values of clock.seconds when the last report began, and when the last +CSQ command was
        # sent to the radio.
        self._began_s = -_READER_S
        self._asked_s = -_SIGNAL_S

    def begin(self):
        """Begin a report. Discard the bytes of the last report that are still unsent.

        If no report was requested in the last 3 s, the reader is assumed to be new: measure the
        free heap, and report all entries of the flight recorder.
        """
        context = self._context
        if self._silent_s() >= _READER_S:
            self._report_all_entries()
            context.health.measure_heap(context)
        self._began_s = context.clock.seconds
        self._out.clear()
        self._part = context.step = 0
        self._ask_radio()

    def tick(self):
        """Send a block to the console, and build the next line of the report.

        Return True if bytes were sent or a line was built.
        """
        sent = self._send()
        if self._part == len(_PARTS) or not self._context.writer.room(LONG_MAX):
            return sent
        handler = _PARTS[self._part]
        if (handler(self._context) if handler else self._write_entry()) == DONE:
            self._part += 1
            self._context.step = 0
        return True

    def wait_ms(self):
        """Return the longest time in ms until the next call of tick().

        While tick() returns True, the main loop calls tick() again without waiting.
        """
        return _IDLE_MS

    def _silent_s(self):
        return self._context.clock.seconds - self._began_s

    def _send(self):
        """Send a block to the console. Return True if the console accepted any bytes.

        Abandon the report if the console accepts no bytes and the report was requested at least
        3 s ago.
        """
        out = self._out
        n = out.peek()
        if not n:
            return False
        n = self._context.board.console.write(out.buf, out.start, n)
        out.consume(n)
        if n <= 0 and self._silent_s() >= _READER_S:
            out.clear()
            self._part = len(_PARTS)
        return n > 0

    def _report_all_entries(self):
        """Mark all entries in the flight recorder as not yet reported."""
        recorder = self._context.recorder
        self._reported = recorder.written - recorder.used() & WRAP_MASK

    def _write_entry(self):
        """Write the next unreported entry of the flight recorder, or the number of lost entries.

        Entries are lost if newer entries overwrite them before a report. Return MORE, or DONE if
        all entries have been reported.
        """
        context = self._context
        recorder = context.recorder
        kept = recorder.used()
        new = recorder.written - self._reported & WRAP_MASK
        if not new:
            return DONE
        if new > kept:
            context.writer.begin(b"+WIPXLOST: ").number(new - kept).end()
            self._report_all_entries()
        else:
            recorder.write_entry(context.writer, kept - new)
            self._reported = self._reported + 1 & WRAP_MASK
        return MORE

    def _ask_radio(self):
        """Send +CSQ to the radio. The next report shows the signal strength in the answer.

        Do nothing while a command line of the host is in progress.
        """
        context = self._context
        radio = context.session.radio
        if radio is None or context.command.line.busy():
            return
        if context.clock.seconds - self._asked_s >= _SIGNAL_S:
            self._asked_s = context.clock.seconds
            radio.ask(_SIGNAL, 0, len(_SIGNAL))
