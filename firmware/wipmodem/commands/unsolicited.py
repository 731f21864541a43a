"""Unsolicited lines: the text of each, by the kind of its record, and which may go first."""

from .. import ticks, urc
from ..compat import const
from ..recorder import URC
from ..settings import STAMPS
from .sockets import name, say_data

_OUTCOME_MS = const(3000)  # H5, H10: how long others let the outcome of a +WIPCREATE go first

_WORDS = {
    urc.READY: b"+WIPREADY: ",
    urc.FAILED: b"+WIPERROR: ",
    urc.ERROR: b"+WIPERROR: ",
    urc.ACCEPT: b"+WIPACCEPT: ",
    urc.PEER_CLOSE: b"+WIPPEERCLOSE: ",
    urc.BEARER: b"+WIPBR: 6,",
    urc.LOST: b"+WIPXLOST: ",
    urc.REGISTERED: b"+CREG: ",
    urc.PING: b"+WIPPING: ",
    urc.REFUSED: b"+WIPXREFUSED: ",
    urc.OVERRUN: b"+WIPXOVERRUN: ",
    urc.CLOSED: b"+WIPXCLOSED: ",
    urc.WIND: b"+WIND: ",
}


class Announcer:
    """Says what the queue holds, at moments that the modem chooses (F7)."""

    def __init__(self, modem):
        self._modem = modem
        self._urcs = modem.urcs
        self._writer = modem.writer
        self.awaiting = False  # an outcome of +WIPCREATE goes first, until:
        self._due_ms = 0

    def expect_outcome(self):
        self.awaiting = True
        self._due_ms = ticks.add(self._modem.now_ms, _OUTCOME_MS)

    def line_begins(self):
        """The host goes on without it."""
        self.awaiting = False

    def tick(self):
        """True if others need wait no longer."""
        self.awaiting = self.wait_ms() > 0
        return not self.awaiting

    def wait_ms(self):
        """Until `tick` is needed, while an outcome is awaited."""
        return max(ticks.diff(self._due_ms, self._modem.now_ms), 0)

    def service(self):
        """True if something was said."""
        said = False
        while self._urcs.count and self._writer.room():
            place = self._urcs.outcome() if self.awaiting else 0
            if place < 0:
                if self._modem.table.pending():
                    break
                place = 0
            self._say(place)
            said = True
        return said

    def _say(self, place):
        if self.awaiting and self._urcs.kind(place) <= urc.FAILED:
            self.awaiting = self._modem.table.pending() > 0
        if self._modem.settings[STAMPS]:
            clock = self._modem.clock
            clock.say(self._writer.begin(b"+WIPXTIME: "), self._urcs.stamp_ms(place)).end()
        _SAY[self._urcs.kind(place)](self._modem, self._urcs, place)
        self._keep(self._writer)
        self._urcs.drop(place)

    def _keep(self, writer):
        n = writer.said - writer.began
        self._modem.recorder.record(URC, writer.line, writer.began, n)


def _socket(modem, urcs, i):
    """The line as far as the socket's name."""
    return name(modem.writer.begin(_WORDS[urcs.kind(i)]), modem.table.of(urcs.who(i)))


def _value(modem, urcs, i):
    """The line as far as its number."""
    return modem.writer.begin(_WORDS[urcs.kind(i)]).number(urcs.value(i))


def _say_value(modem, urcs, i):
    _value(modem, urcs, i).end()


def _say_socket(modem, urcs, i):
    _socket(modem, urcs, i).end()


def _say_error(modem, urcs, i):
    _socket(modem, urcs, i).comma(urcs.value(i)).end()


def _say_accept(modem, urcs, i):
    _value(modem, urcs, i).comma(modem.table.of(urcs.who(i)).index).end()


def _say_data(modem, urcs, i):
    """The count is taken now, so that it is exact (H11)."""
    say_data(modem.writer, modem.table.of(urcs.who(i)))


def _say_bearer(modem, urcs, i):
    modem.writer.begin(_WORDS[urcs.kind(i)]).number(urcs.who(i)).end()


def _say_result(modem, urcs, i):
    modem.writer.result(urcs.who(i))


def _say_ping(modem, urcs, i):
    writer = modem.writer.begin(_WORDS[urcs.kind(i)]).number(urcs.who(i))
    value = urcs.value(i)
    writer.comma(value >> 20).comma(value & 0xFFFFF).end()


def _say_refused(modem, urcs, i):
    writer = modem.writer.begin(_WORDS[urcs.kind(i)]).number(urcs.who(i) & 15)
    value = urcs.value(i)
    writer.peer(urcs.addr(i), value & 0xFFFF).quoted(modem.counters.name(value >> 16)).end()


def _say_closed(modem, urcs, i):
    _socket(modem, urcs, i).quoted(b"idle").end()


_SAY = {
    urc.READY: _say_socket,
    urc.FAILED: _say_error,
    urc.ERROR: _say_error,
    urc.ACCEPT: _say_accept,
    urc.DATA: _say_data,
    urc.PEER_CLOSE: _say_socket,
    urc.BEARER: _say_bearer,
    urc.LOST: _say_value,
    urc.RESULT: _say_result,
    urc.REGISTERED: _say_value,
    urc.PING: _say_ping,
    urc.REFUSED: _say_refused,
    urc.OVERRUN: _say_value,
    urc.CLOSED: _say_closed,
    urc.WIND: _say_value,
}
