"""The report on the board's console: what AT+WIPXSOCK?, +WIPXHEALTH?, +WIPXSTAT?, +WIPBR? and +CSQ
tell, what the flight recorder has got since the last report, and OK.

The handlers of those commands get a second Context, whose writer leads to the console.
"""

from ..at.writer import LONG_MAX, Writer
from ..compat import const
from ..context import DONE, MORE
from ..contract import RESULT_OK
from ..counters import WRAP_MASK
from ..pipe import Pipe
from ..settings import factory
from .diagnostics import say_figure, stat_read
from .session import wipbr_read
from .socket_report import sock_read

_BLOCK = const(64)  # bytes at once: a packet of USB's
_RING = const(448)
_IDLE_MS = const(1000)
_AWAY_S = const(3)  # who asks again has seen nothing yet
_SIGNAL = const(b"+CSQ")
_SIGNAL_S = const(10)  # how often a radio is asked for it


def _signal(context):
    context.writer.begin(b"+CSQ: ").number(context.board.bearer.signal()).text(b",99").end()
    return DONE


def _end(context):
    context.writer.result(RESULT_OK)
    return DONE


# Handlers, and None in the place of what Report itself writes.
_PARTS = (sock_read, say_figure, stat_read, wipbr_read, _signal, None, _end)


class Report:
    """Made at the first request; afterwards nothing is allocated but to ask a radio."""

    def __init__(self, context):
        self._out = Pipe(_BLOCK, _RING)
        self.context = context.with_writer(Writer(self._out, factory()))
        self.told = 0  # entries of the recorder's
        self._part = len(_PARTS)
        self._began_s = -_AWAY_S
        self._asked_s = -_SIGNAL_S

    def begin(self):
        """Once more. What nobody has taken by now is of no use."""
        if self.context.clock.seconds - self._began_s >= _AWAY_S:
            self.forget()
            self.context.health.look(self.context)
        self._began_s = self.context.clock.seconds
        self._out.clear()
        self._part = self.context.step = 0
        self._ask_radio()

    def forget(self):
        """What was told: all that is kept is news."""
        self.told = self.context.recorder.written - self.context.recorder.used() & WRAP_MASK

    def tick(self):
        """A line into the pipe, a block out of it; True if anything was done."""
        done = self._write()
        if self._part < len(_PARTS) and self.context.writer.room(LONG_MAX):
            if self._write_part(_PARTS[self._part]) == DONE:
                self._part += 1
                self.context.step = 0
            done = True
        return done

    def wait_ms(self):
        """Return 1000 ms: a report is written in passes that follow each other at once."""
        return _IDLE_MS

    def _write_part(self, handler):
        return handler(self.context) if handler else self._write_news()

    def _write_news(self):
        """Write an entry that the recorder has got since the last report, or how many are lost."""
        context = self.context
        recorder = context.recorder
        kept = recorder.used()
        unseen = recorder.written - self.told & WRAP_MASK
        if not unseen:
            return DONE
        if unseen > kept:
            context.writer.begin(b"+WIPXLOST: ").number(unseen - kept).end()
            self.forget()
        else:
            recorder.say(context.writer, kept - unseen)
            self.told = self.told + 1 & WRAP_MASK
        return MORE

    def _write(self):
        out = self._out
        n = out.block()
        if not n:
            return False
        n = self.context.board.console.write(out.buf, out.start, n)
        out.take(n)
        if n <= 0 and self.context.clock.seconds - self._began_s >= _AWAY_S:
            out.clear()
            self._part = len(_PARTS)
        return n > 0

    def _ask_radio(self):
        """While the host says nothing; its answer is in the next report."""
        radio = self.context.session.radio
        if radio is None or self.context.command.line.busy():
            return
        if self.context.clock.seconds - self._asked_s >= _SIGNAL_S:
            self._asked_s = self.context.clock.seconds
            radio.ask(_SIGNAL, 0, len(_SIGNAL))
