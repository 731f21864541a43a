"""The status report on the board's console, loaded when it is first requested.

The report is the output of AT+WIPXSOCK?, +WIPXHEALTH?, +WIPXSTAT?, +WIPBR? and +CSQ, then new
entries of the flight recorder, then OK. The handlers of those commands get a second Context,
whose writer leads to the console.
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

_BLOCK = const(64)  # bytes written to the console at once: one USB packet
_RING = const(448)  # further bytes that may wait for the console; LONG_MAX must fit
_IDLE_MS = const(1000)
_READER_S = const(3)  # a reader that makes no request for so long counts as a new reader
_SIGNAL = const(b"+CSQ")
_SIGNAL_S = const(10)  # least time between two questions to the radio for its signal


def _write_signal(context):
    context.writer.begin(b"+CSQ: ").number(context.board.bearer.signal()).text(b",99").end()
    return DONE


def _write_ok(context):
    context.writer.result(RESULT_OK)
    return DONE


# Handlers of the parts, in order. In place of None, Report writes entries of the recorder.
_PARTS = (sock_read, write_figure, stat_read, wipbr_read, _write_signal, None, _write_ok)


class Report:
    """One report at a time, written by tick().

    The constructor allocates the buffers; afterwards only a question to the radio allocates.
    """

    def __init__(self, context):
        self._out = Pipe(_BLOCK, _RING)
        self._context = context.with_writer(Writer(self._out, factory()))
        # Entries of the recorder that were reported or lost, counted like `recorder.written`.
        self._reported = 0
        self._part = len(_PARTS)  # index in _PARTS; its length: no report is in progress
        # When the last report began and when the radio was last asked, in seconds since the start.
        self._began_s = -_READER_S
        self._asked_s = -_SIGNAL_S

    def begin(self):
        """Begin a report. Discard what the reader has not taken of the last one.

        A new reader also gets every entry of the recorder, and a new figure for the free heap.
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
        """Send a block to the console and build a line. Return True if something was done."""
        sent = self._send()
        if self._part == len(_PARTS) or not self._context.writer.room(LONG_MAX):
            return sent
        handler = _PARTS[self._part]
        if (handler(self._context) if handler else self._write_entry()) == DONE:
            self._part += 1
            self._context.step = 0
        return True

    def wait_ms(self):
        """Return 1000 ms: a report is written in passes that follow each other at once."""
        return _IDLE_MS

    def _silent_s(self):
        return self._context.clock.seconds - self._began_s

    def _send(self):
        """Send a block. Give the report up if the reader takes nothing for 3 s."""
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
        """Mark every entry that the recorder still has as new."""
        recorder = self._context.recorder
        self._reported = recorder.written - recorder.used() & WRAP_MASK

    def _write_entry(self):
        """Write a new entry of the recorder, or the number of those that it has lost.

        Return MORE, or DONE if there is no new entry.
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
        """Ask the radio for its signal between two command lines, for the next report."""
        context = self._context
        radio = context.session.radio
        if radio is None or context.command.line.busy():
            return
        if context.clock.seconds - self._asked_s >= _SIGNAL_S:
            self._asked_s = context.clock.seconds
            radio.ask(_SIGNAL, 0, len(_SIGNAL))
