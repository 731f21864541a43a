"""Unsolicited lines: the text of each, by the kind of its record, and which may go first."""

from .. import urc
from ..recorder import URC
from ..settings import STAMPS
from .sockets import name, say_data

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


def announce(context):
    """Write the unsolicited result codes that may go now. Return True if one was written."""
    urcs, writer = context.urcs, context.writer
    written = False
    while urcs.count and writer.room():
        place = urcs.outcome() if urcs.awaiting else 0
        if place < 0:
            if context.table.pending():
                break
            place = 0
        _write(context, urcs, place)
        written = True
    return written


def _write(context, urcs, place):
    if urcs.awaiting and urcs.kind(place) <= urc.FAILED:
        urcs.awaiting = context.table.pending() > 0
    if context.settings[STAMPS]:
        _write_time(context, urcs.stamp_ms(place))
    _SAY[urcs.kind(place)](context, urcs, place)
    _record(context.recorder, context.writer)
    urcs.drop(place)


def _write_time(context, stamp_ms):
    context.clock.write(context.writer.begin(b"+WIPXTIME: "), stamp_ms).end()


def _record(recorder, writer):
    n = writer.text_end - writer.text_start
    recorder.record(URC, writer.line, writer.text_start, n)


def _socket(context, urcs, i):
    """The line as far as the socket's name."""
    return name(context.writer.begin(_WORDS[urcs.kind(i)]), context.table.find_key(urcs.who(i)))


def _value(context, urcs, i):
    """The line as far as its number."""
    return context.writer.begin(_WORDS[urcs.kind(i)]).number(urcs.value(i))


def _say_value(context, urcs, i):
    _value(context, urcs, i).end()


def _say_socket(context, urcs, i):
    _socket(context, urcs, i).end()


def _say_error(context, urcs, i):
    _socket(context, urcs, i).comma(urcs.value(i)).end()


def _say_accept(context, urcs, i):
    _value(context, urcs, i).comma(context.table.find_key(urcs.who(i)).index).end()


def _say_data(context, urcs, i):
    """The count is taken now, so that it is exact (H11)."""
    say_data(context.writer, context.table.find_key(urcs.who(i)))


def _say_bearer(context, urcs, i):
    context.writer.begin(_WORDS[urcs.kind(i)]).number(urcs.who(i)).end()


def _say_result(context, urcs, i):
    context.writer.result(urcs.who(i))


def _say_ping(context, urcs, i):
    writer = context.writer.begin(_WORDS[urcs.kind(i)]).number(urcs.who(i))
    value = urcs.value(i)
    writer.comma(value >> 20).comma(value & 0xFFFFF).end()


def _say_refused(context, urcs, i):
    writer = context.writer.begin(_WORDS[urcs.kind(i)]).number(urcs.who(i) & 15)
    value = urcs.value(i)
    writer.peer(urcs.addr(i), value & 0xFFFF).quoted(context.counters.name(value >> 16)).end()


def _say_closed(context, urcs, i):
    _socket(context, urcs, i).quoted(b"idle").end()


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
