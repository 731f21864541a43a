"""The report on the board's console: what AT+WIPXSOCK?, +WIPXHEALTH?, +WIPXSTAT?, +WIPBR? and +CSQ
tell, what the flight recorder has got since the last report, and OK.

The handlers of those commands see a Monitor in the modem's place: its writer leads to the console.
"""

from ..at.writer import LONG_MAX, OK, Writer
from ..compat import const
from ..pipe import Pipe
from ..settings import factory
from ..sockets.flow import COUNTED
from .base import DONE, MORE
from .diagnostics import say_figure, stat_read
from .session import wipbr_read
from .socket_report import sock_read

_BLOCK = const(64)  # bytes at once: a packet of USB's
_RING = const(448)
_AWAY_S = const(3)  # who asks again has seen nothing yet
_SIGNAL = const(b"+CSQ")
_SIGNAL_S = const(10)  # how often a radio is asked for it


def _signal(monitor):
    monitor.writer.begin(b"+CSQ: ").number(monitor.board.bearer.signal()).text(b",99").end()
    return DONE


def _news(monitor):
    """What has happened since the last report, and how much of it is kept no more."""
    recorder = monitor.recorder
    kept = recorder.used()
    unseen = recorder.written - monitor.told & COUNTED
    if not unseen:
        return DONE
    if unseen > kept:
        monitor.writer.begin(b"+WIPXLOST: ").number(unseen - kept).end()
        monitor.forget()
    else:
        recorder.say(monitor.writer, kept - unseen)
        monitor.told = monitor.told + 1 & COUNTED
    return MORE


def _end(monitor):
    monitor.writer.result(OK)
    return DONE


_PARTS = (sock_read, say_figure, stat_read, wipbr_read, _signal, _news, _end)


class Monitor:
    """Made at the first request; afterwards nothing is allocated but to ask a radio."""

    def __init__(self, modem):
        self.board = modem.board
        self.clock = modem.clock
        self.counters = modem.counters
        self.health = modem.health
        self.recorder = modem.recorder
        self.stack = modem.stack
        self.table = modem.table
        self.urcs = modem.urcs
        self.step = 0  # of the part under way, for its handler
        self.told = 0  # entries of the recorder's
        self._line = modem.line
        self._out = Pipe(_BLOCK, _RING)
        self.writer = Writer(self._out, factory())
        self._part = len(_PARTS)
        self._began_s = -_AWAY_S
        self._asked_s = -_SIGNAL_S

    def begin(self):
        """Once more. What nobody has taken by now is of no use."""
        if self.clock.seconds - self._began_s >= _AWAY_S:
            self.forget()
            self.health.look()
        self._began_s = self.clock.seconds
        self._out.clear()
        self._part = self.step = 0
        self._ask_radio()

    def forget(self):
        """What was told: all that is kept is news."""
        self.told = self.recorder.written - self.recorder.used() & COUNTED

    def tick(self):
        """A line into the pipe, a block out of it; True if anything was done."""
        done = self._write()
        if self._part < len(_PARTS) and self.writer.room(LONG_MAX):
            if _PARTS[self._part](self) == DONE:
                self._part += 1
                self.step = 0
            done = True
        return done

    def _write(self):
        out = self._out
        n = out.block()
        if not n:
            return False
        n = self.board.console.write(out.buf, out.start, n)
        out.take(n)
        if n <= 0 and self.clock.seconds - self._began_s >= _AWAY_S:
            out.clear()
            self._part = len(_PARTS)
        return n > 0

    def _ask_radio(self):
        """While the host says nothing; its answer is in the next report."""
        radio = self.stack.radio
        if radio is None or self._line.busy():
            return
        if self.clock.seconds - self._asked_s >= _SIGNAL_S:
            self._asked_s = self.clock.seconds
            radio.ask(_SIGNAL, 0, len(_SIGNAL))
