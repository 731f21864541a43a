"""The text of each unsolicited line, by the kind of its record in the URC queue."""

from . import urc
from .wip_commands import say_data

_WORDS = {
    urc.READY: b"+WIPREADY: ",
    urc.FAILED: b"+WIPERROR: ",
    urc.ERROR: b"+WIPERROR: ",
    urc.ACCEPT: b"+WIPACCEPT: ",
    urc.PEER_CLOSE: b"+WIPPEERCLOSE: ",
    urc.BEARER: b"+WIPBR: 6,",
    urc.LOST: b"+WIPXLOST: ",
}


def say(modem, urcs, i):
    """Say the record at place i of the queue."""
    _SAY[urcs.kind(i)](modem, urcs, i, modem.writer)


def _say_value(modem, urcs, i, writer):
    writer.begin(_WORDS[urcs.kind(i)]).number(urcs.value(i)).end()


def _say_socket(modem, urcs, i, writer):
    writer.begin(_WORDS[urcs.kind(i)]).number(urcs.who(i) >> 4).comma(urcs.who(i) & 15).end()


def _say_error(modem, urcs, i, writer):
    writer.begin(_WORDS[urcs.kind(i)]).number(urcs.who(i) >> 4).comma(urcs.who(i) & 15)
    writer.comma(urcs.value(i)).end()


def _say_accept(modem, urcs, i, writer):
    writer.begin(_WORDS[urcs.kind(i)]).number(urcs.value(i)).comma(urcs.who(i) & 15).end()


def _say_data(modem, urcs, i, writer):
    """The count is taken now, so that it is exact (H11)."""
    say_data(writer, modem.table.of(urcs.who(i)))


_SAY = {
    urc.READY: _say_socket,
    urc.FAILED: _say_error,
    urc.ERROR: _say_error,
    urc.ACCEPT: _say_accept,
    urc.DATA: _say_data,
    urc.PEER_CLOSE: _say_socket,
    urc.BEARER: _say_value,
    urc.LOST: _say_value,
}
